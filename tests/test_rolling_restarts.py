"""Every service is stopped and started again while customers write: no message is lost, none is answered twice."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.platform_under_test import Platform, platform, until
from tests.restarts.books import Books, Message
from tests.restarts.customers import Customer

SERVICES = ("tenants", "customers", "orders", "agent", "gateway", "admin_bff")
_HAVE_DATA = ("tenants", "customers", "orders", "agent")

_CHATS = 64
_AT_LEAST = 8  # messages a chat: 512 in all
_THINKING_MS = 1000  # each request to the model; a turn that orders makes two
_UNDER_WAY = 10
_ORDER_TOTAL = 15000
_AGENT = {
    # Shorter than the model thinks: of the turns under way some end, the others are handed back.
    "TURN_GRACE_SECONDS": "0.4",
    "SHUTDOWN_DELAY_SECONDS": "0.2",
    # Services come back in seconds here; who met several of them while they were away would wait for a minute.
    "RETRY_SECONDS": "[0.5, 1, 1, 2, 2, 3, 3, 5, 5, 10]",
}


@dataclass
class Load:
    """A platform, its customers, and what each stop met and left."""

    platform: Platform
    books: Books
    customers: list[Customer]
    stops: list[str] = field(default_factory=list)

    async def busy(self) -> int | None:
        """How many turns are under way, once they are many."""
        count = await self.books.turns_under_way()
        return count if count >= _UNDER_WAY else None

    async def restart(self, name: str) -> None:
        """Stop a service in the middle of turns, look at what it left, start it again."""
        under_way = await until(f"{_UNDER_WAY} turns under way", self.busy)
        status = await self.platform.stack.restart(name, {}, meanwhile=partial(self._look_at_what_is_left, name))
        self.stops.append(f"{name}: {under_way} turns under way")
        assert status == 0, f"{name} did not stop in order"

    async def _look_at_what_is_left(self, name: str) -> None:
        if name in ("tenants", "customers", "orders"):
            await until("a webhook that stays open", partial(self._webhook_is_open_without, name))
        if name in _HAVE_DATA:
            assert await self.books.unpublished(name) == [], f"the outbox of {name} was not flushed"
        if name == "agent":
            assert await self.books.turns_under_way() == 0, "turns were not handed back"
            assert await self.books.turns_begun() > 0, "no turn was in the middle: nothing was tested"
            assert await self.books.turns_without_a_try() == 0, "whoever goes on would not read the journal"
        if name == "gateway":
            assert await self.books.sends_under_way() == [], "replies were neither reported nor left to others"

    async def _webhook_is_open_without(self, name: str) -> bool:
        url = self.platform.stack.ports.url("gateway")
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
            told = (await http.get(f"{url}/readyz")).json()
        return bool(told == {"ready": True, "missing": ["tenants"] if name == "tenants" else []})


@pytest.fixture
async def load() -> AsyncIterator[Load]:
    async with AsyncExitStack() as opened:
        # Not under pytest's own folder: other runs of pytest close that to the account that PostgreSQL runs as.
        folder = opened.enter_context(
            tempfile.TemporaryDirectory(prefix="sales-agents-restarts-", ignore_cleanup_errors=True)
        )
        started = await opened.enter_async_context(platform(Path(folder), extra={"agent": _AGENT}))
        books = await Books.open(started.stack.around.admin_database_url)
        opened.push_async_callback(books.close)
        await started.claude.fault("slow", purpose="reply", latency_ms=_THINKING_MS)
        # Every third chat orders once, every sixth writes in pairs.
        customers = [
            Customer(await started.chat(), orders=number % 3 == 0, at_once=2 if number % 6 == 1 else 1)
            for number in range(_CHATS)
        ]
        yield Load(started, books, customers)


async def test_restarting_every_service_loses_nothing_and_answers_nothing_twice(
    load: Load, record_property: Callable[[str, object], None]
) -> None:
    over = asyncio.Event()
    async with _logged_in(load) as staff, asyncio.TaskGroup() as talks:
        for customer in load.customers:
            talks.create_task(customer.talk(over, _AT_LEAST))
        for name in SERVICES:
            await load.restart(name)
        assert (await staff.get("/admin/valdman/orders")).status_code == 200, "the session ended"
        over.set()

    async def finished() -> bool:
        return await load.books.unfinished() == 0

    await until("the end of all work", finished)
    await _reconcile(load)
    for stop in load.stops:
        record_property("rolling restarts", stop)
    written = sum(len(customer.update_ids) for customer in load.customers)
    record_property("rolling restarts", f"{written} messages, each answered once")
    assert written >= 500


@asynccontextmanager
async def _logged_in(load: Load) -> AsyncIterator[httpx2.AsyncClient]:
    url = load.platform.stack.ports.url("admin_bff")
    code = await load.customers[0].chat.business.login_code()
    async with httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30) as staff:
        (await staff.post("/admin/session", json={"login_code": code}, headers={"Origin": url})).raise_for_status()
        yield staff


async def _reconcile(load: Load) -> None:
    """Every message that was written, beside what is stored of it and what Telegram got."""
    chat_ids = [customer.chat.chat_id for customer in load.customers]
    stored = await load.books.messages(chat_ids)
    log = await load.customers[0].chat.customer.log(method="sendMessage")
    for customer in load.customers:
        chat_id = customer.chat.chat_id
        arrived = [entry["message_id"] for entry in log["entries"] if entry["chat_id"] == chat_id]
        _assert_each_answered_once(stored[chat_id], customer.update_ids, arrived)
    assert await load.books.orders(chat_ids) == [
        (customer.chat.chat_id, _ORDER_TOTAL) for customer in load.customers if customer.orders
    ]


def _assert_each_answered_once(stored: list[Message], written: list[int], arrived: list[int]) -> None:
    """`written`: ids of the updates; `arrived`: ids of the messages that the chat got; both in their order."""
    questions = [message for message in stored if message.role == "customer"]
    replies = [message for message in stored if message.role == "agent"]
    assert [message.update_id for message in questions] == written
    assert all(message.completed for message in stored), "a message that no turn answered"
    assert [reply.turn for reply in replies] == _in_order(message.turn for message in questions)
    assert all(reply.sent for reply in replies)
    assert [number for reply in replies for number in reply.telegram_ids] == arrived


def _in_order(turns: Any) -> list[Any]:
    """Each turn once, where its messages stand together."""
    return [turn for turn, _messages in groupby(turns)]
