"""The bots the simulator knows: every well-formed token is one."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from devstack.telegram_simulator import errors
from devstack.telegram_simulator.webhooks import WebhookDelivery

# Telegram's own are digits, a colon and 35 characters; the shape matters here, not the length.
_TOKEN = re.compile(r"(?P<id>[0-9]{1,15}):[A-Za-z0-9_-]{3,64}")
_EPOCH = 1_700_000_000


def _first_id() -> int:
    """Where counting starts: past everything an earlier run of the simulator gave out, within 32 bits.

    The product remembers the update and message ids it has seen, and a simulator that starts again from 1 would
    have its updates taken for repeats. Telegram, too, starts from a number of its own choice.
    """
    return int((time.time() - _EPOCH) * 10)


@dataclass
class Bot:
    """One bot: its identity, counters and webhook."""

    bot_id: int
    token: str
    delivery: WebhookDelivery
    _update_ids: Iterator[int] = field(default_factory=lambda: itertools.count(_first_id()))
    _message_ids: Iterator[int] = field(default_factory=lambda: itertools.count(_first_id()))

    @property
    def user(self) -> dict[str, Any]:
        """The bot as a User object."""
        username = f"simulated_{self.bot_id}_bot"
        return {"id": self.bot_id, "is_bot": True, "first_name": "Simulated bot", "username": username}

    def next_update_id(self) -> int:
        """Larger than every earlier one of this bot."""
        return next(self._update_ids)

    def next_message_id(self) -> int:
        """Larger than every earlier one of this bot."""
        return next(self._message_ids)


class Bots:
    """Bots by token, made when they are first named."""

    def __init__(self, new_delivery: Callable[[int], WebhookDelivery]) -> None:
        self._new_delivery = new_delivery
        self._bots: dict[str, Bot] = {}

    def get(self, token: str) -> Bot:
        """The bot with this token. Raises ApiError: 404 for what is no token, 401 for what cannot be one."""
        match = _TOKEN.fullmatch(token)
        if match is None:
            raise errors.not_found()
        if token.startswith("0"):
            raise errors.unauthorized()
        if token not in self._bots:
            bot_id = int(match["id"])
            self._bots[token] = Bot(bot_id, token, self._new_delivery(bot_id))
        return self._bots[token]

    async def close(self) -> None:
        """Stop all deliveries."""
        for bot in self._bots.values():
            await bot.delivery.close()
