"""The launch tenants as data files, and bringing a platform to what they say."""
