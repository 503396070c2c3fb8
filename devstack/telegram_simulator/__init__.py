"""A simulator of the Telegram Bot API: real wire protocol and webhook delivery, faults on demand, a log of it all."""
