"""Background jobs on finished turns: the rolling summary and the customer's profile."""
