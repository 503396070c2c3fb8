"""How the business goes."""
