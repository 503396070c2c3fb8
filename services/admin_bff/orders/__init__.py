"""What was ordered, and what staff do with it."""
