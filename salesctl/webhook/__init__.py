"""Where Telegram delivers a tenant's messages: set it, look how it stands, remove it."""
