"""What crosses services: the whole platform, with nothing simulated but Claude and Telegram."""
