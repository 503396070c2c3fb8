"""A laptop's outside world: embedded servers, simulators of Claude and Telegram, and a process supervisor."""
