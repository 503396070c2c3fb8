"""What was said, and how staff step in."""
