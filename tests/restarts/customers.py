"""Customers who keep writing while services come and go."""

import asyncio
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.platform_under_test import Chat

ORDER = "I want to order 2 kilo pastrami, pickup please"
_QUESTIONS = ("How much is the pastrami?", "What do you sell?", "When are you open?", "Do you deliver?")
_PATIENCE_SECONDS = 90.0


@dataclass
class Customer:
    """One chat. `at_once`: how many messages are written before an answer is waited for."""

    chat: Chat
    orders: bool
    at_once: int = 1
    update_ids: list[int] = field(default_factory=list)

    async def talk(self, over: asyncio.Event, at_least: int) -> None:
        """Write and wait for answers until `over`, and until so many messages were written."""
        texts, heard = self._texts(), 0
        while not over.is_set() or len(self.update_ids) < at_least:
            for _ in range(self.at_once):
                self.update_ids.append((await self.chat.write(next(texts)))["update_id"])
            replies = await self.chat.customer.replies(self.chat.chat_id, heard, 1, _PATIENCE_SECONDS)
            heard = replies[-1]["seq"]

    def _texts(self) -> Iterator[str]:
        # Each chat asks in another order, so that at any moment all kinds of turns run.
        first = self.chat.chat_id % len(_QUESTIONS)
        questions = itertools.islice(itertools.cycle(_QUESTIONS), first, None)
        return itertools.chain([next(questions), *([ORDER] if self.orders else [])], questions)
