"""Playing a Telegram customer against the simulator: write, and wait for what comes back."""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import httpx2

_LONGEST_POLL_MS = 20_000


class NoAnswerError(Exception):
    """Nothing arrived in time."""


class TelegramCustomer:
    """The controls of a running simulator, seen from one bot."""

    def __init__(self, http: httpx2.AsyncClient, token: str) -> None:
        self._http = http
        self._token = token

    async def write(self, chat_id: int, text: str = "", **fields: Any) -> dict[str, Any]:
        """Say something (fields as in MessageRequest). Gives message_id, update_id and the update."""
        body = {"token": self._token, "chat_id": chat_id, "text": text, **fields}
        return dict(await self._json("POST", "/simulator/messages", json=body))

    async def fault(self, kind: str, **fields: Any) -> None:
        """Make the next calls fail (fields as in FaultRequest)."""
        await self._json("POST", "/simulator/faults", json={"kind": kind, "token": self._token, **fields})

    async def log(self, after: int = 0, wait_ms: int = 0, **filters: Any) -> dict[str, Any]:
        """Calls of this bot: {"entries", "last_seq"}; filters are chat_id, method and accepted."""
        query = {"token": self._token, "after": after, "wait_ms": wait_ms, **filters}
        return dict(await self._json("GET", "/simulator/log", params=query))

    async def deliveries(self, after: int = 0, wait_ms: int = 0, **filters: Any) -> dict[str, Any]:
        """Webhook attempts for this bot: {"entries", "last_seq"}; filters are chat_id and update_id."""
        query = {"token": self._token, "after": after, "wait_ms": wait_ms, **filters}
        return dict(await self._json("GET", "/simulator/deliveries", params=query))

    async def replies(self, chat_id: int, after: int, count: int, seconds: float) -> list[dict[str, Any]]:
        """The first `count` messages sent to the chat past entry `after`. Raises NoAnswerError in time."""
        deadline = time.monotonic() + seconds
        found: list[dict[str, Any]] = []
        while len(found) < count:
            left_ms = int((deadline - time.monotonic()) * 1000)
            if left_ms <= 0:
                raise NoAnswerError(f"{len(found)} of {count} messages came to chat {chat_id} in {seconds} s")
            page = await self.log(
                after=after, wait_ms=min(left_ms, _LONGEST_POLL_MS), chat_id=chat_id, method="sendMessage"
            )
            found += page["entries"]
            after = page["last_seq"]
        return found

    async def _json(self, verb: str, path: str, **arguments: Any) -> Mapping[str, Any]:
        response = await self._http.request(verb, path, **arguments)
        response.raise_for_status()
        body: Mapping[str, Any] = response.json()
        return body


@asynccontextmanager
async def telegram_customer(base_url: str, token: str) -> AsyncIterator[TelegramCustomer]:
    """A customer of the bot `token` at the simulator at `base_url`."""
    timeout = httpx2.Timeout(10.0, read=_LONGEST_POLL_MS / 1000 + 10)
    async with httpx2.AsyncClient(base_url=base_url, timeout=timeout, trust_env=False) as http:
        yield TelegramCustomer(http, token)
