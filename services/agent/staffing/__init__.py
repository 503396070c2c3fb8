"""How people at the business step in: take a conversation over, answer, note, give it back."""
