"""What the fault tests need: armed points in running processes, and what was stored."""
