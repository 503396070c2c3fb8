"""Talking to a tenant's agent from the terminal, as a customer would from a channel."""
