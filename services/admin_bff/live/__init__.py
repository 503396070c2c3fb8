"""What happens at this moment, as server-sent events."""
