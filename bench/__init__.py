"""Load on the message path, with stand-ins for the model and for Telegram that cost next to nothing; and lists."""
