"""Plumbing that two services or more use; no domain code."""
