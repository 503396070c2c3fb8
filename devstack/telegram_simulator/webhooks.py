"""Delivery of updates to a bot's webhook: in order for each chat, again and again until it is taken."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

import httpx2

from devstack.telegram_simulator.journal import Journal
from devstack.telegram_simulator.updates import Update, chat_of

DEFAULT_MAX_CONNECTIONS = 40
_LEFT_OUT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_MAX_PENDING = 10_000


@dataclass(frozen=True)
class Webhook:
    """What setWebhook was told; an empty url means none is set."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = DEFAULT_MAX_CONNECTIONS
    allowed_updates: tuple[str, ...] = ()

    def wants(self, update: Update) -> bool:
        """Whether the bot subscribed to this kind of update."""
        kinds = update.keys() - {"update_id"}
        return bool(kinds & set(self.allowed_updates)) or (
            not self.allowed_updates and not kinds <= _LEFT_OUT_BY_DEFAULT
        )


@dataclass(frozen=True)
class RetryPolicy:
    """How long a refused update waits: `first_seconds`, doubled with each failure, up to `most_seconds`."""

    first_seconds: float = 1.0
    most_seconds: float = 60.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after this many failures."""
        return min(self.first_seconds * 2.0 ** max(0, failures - 1), self.most_seconds)


class WebhookDelivery:
    """One bot's pending updates and the tasks that deliver them.

    As Telegram does it: updates of one chat go one at a time and in order; different chats go at once, up to
    `max_connections`; everything but a 2xx answer within the timeout is tried again.
    """

    def __init__(self, bot_id: int, client: httpx2.AsyncClient, journal: Journal, retry: RetryPolicy) -> None:
        self.webhook = Webhook()
        self._bot_id = bot_id
        self._client = client
        self._journal = journal
        self._retry = retry
        self._queues: dict[int | None, deque[Update]] = {}
        self._tasks: dict[int | None, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(DEFAULT_MAX_CONNECTIONS)
        self._changed = asyncio.Event()
        self._last_error: dict[str, Any] = {}

    @property
    def pending_count(self) -> int:
        """Updates not delivered yet."""
        return sum(map(len, self._queues.values()))

    def set_webhook(self, webhook: Webhook, *, drop_pending: bool) -> None:
        """Deliver to another address from now on, or nowhere (empty url)."""
        self.webhook = webhook
        self._slots = asyncio.Semaphore(webhook.max_connections)
        self._last_error = {}
        if drop_pending:
            for queue in self._queues.values():
                queue.clear()
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()
        for chat in self._queues:
            self._ensure_task(chat)

    def enqueue(self, update: Update) -> bool:
        """Take an update for delivery. False if the bot did not subscribe to its kind or too many wait."""
        if not self.webhook.wants(update) or self.pending_count >= _MAX_PENDING:
            return False
        chat = chat_of(update)
        self._queues.setdefault(chat, deque()).append(update)
        self._ensure_task(chat)
        return True

    def info(self) -> dict[str, Any]:
        """The WebhookInfo object."""
        info: dict[str, Any] = {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": self.pending_count,
            **self._last_error,
        }
        if self.webhook.url:
            info["max_connections"] = self.webhook.max_connections
            info["ip_address"] = "127.0.0.1"
        if self.webhook.allowed_updates:
            info["allowed_updates"] = list(self.webhook.allowed_updates)
        return info

    async def close(self) -> None:
        """Stop delivering."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _ensure_task(self, chat: int | None) -> None:
        if self.webhook.url and chat not in self._tasks:
            self._tasks[chat] = asyncio.create_task(self._deliver_queue(chat))

    async def _deliver_queue(self, chat: int | None) -> None:
        queue, failures = self._queues[chat], 0
        try:
            while queue and self.webhook.url:
                update, changed = queue[0], self._changed
                async with self._slots:
                    wait = await self._deliver(update, failures + 1)
                if wait is None:
                    failures = 0
                    if queue and queue[0] is update:  # pending updates may have been dropped meanwhile
                        queue.popleft()
                    continue
                failures += 1
                await _wait(changed, wait)
        finally:
            del self._tasks[chat]
            if not queue:
                del self._queues[chat]

    async def _deliver(self, update: Update, attempt: int) -> float | None:
        """One attempt: None when it was taken, else the seconds to wait before the next."""
        webhook, began = self.webhook, time.monotonic()
        headers = {"X-Telegram-Bot-Api-Secret-Token": webhook.secret_token} if webhook.secret_token else {}
        status, error, retry_after = None, "", 0.0
        try:
            response = await self._client.post(webhook.url, json=update, headers=headers)
        except httpx2.HTTPError as failure:
            error = _in_telegrams_words(failure)
        else:
            status = response.status_code
            if not response.is_success:
                error = f"Wrong response from the webhook: {status} {response.reason_phrase}"
                retry_after = _seconds(response.headers.get("Retry-After"))
        if error:
            self._last_error = {"last_error_date": int(time.time()), "last_error_message": error}
        self._journal.add(
            bot_id=self._bot_id,
            update_id=update["update_id"],
            chat_id=chat_of(update),
            attempt=attempt,
            status=status,
            error=error,
            duration_ms=round((time.monotonic() - began) * 1000, 2),
            update=update,
        )
        return (retry_after or self._retry.delay(attempt)) if error else None


def _seconds(header: str | None) -> float:
    return float(header) if header and header.isdigit() else 0.0


def _in_telegrams_words(failure: httpx2.HTTPError) -> str:
    if isinstance(failure, httpx2.ConnectError):
        return "Connection refused"
    if isinstance(failure, httpx2.TimeoutException):
        return "Read timeout expired"
    return "Webhook connection closed"


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until the event or until the time is over."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
