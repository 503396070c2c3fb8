"""What was said: accepting messages, and reading conversations."""
