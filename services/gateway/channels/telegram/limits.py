"""Whose limit a 429 of Telegram's tells of: the chat's or the bot's."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Wait:
    chat_id: str
    until: float


class RateLimits:
    """Remembers of each bot who waits.

    Telegram does not say which limit was met. A first 429 is taken as the chat's, so that a chatty customer does not
    stop a business; when another chat of the bot meets one while the first still has to wait, it is the bot's.
    """

    def __init__(self) -> None:
        self._waits: dict[str, _Wait] = {}

    def is_of_bot(self, channel_account_id: str, chat_id: str, retry_after_seconds: float) -> bool:
        """Note a 429; whether it is for all chats of the bot."""
        now = asyncio.get_running_loop().time()
        before = self._waits.get(channel_account_id)
        self._waits[channel_account_id] = _Wait(chat_id, now + retry_after_seconds)
        return before is not None and before.chat_id != chat_id and before.until > now
