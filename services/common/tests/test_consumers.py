"""Durable consumers: every event is handled, tried again a bounded number of times, then a dead letter."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from nats.aio.client import Client

from services.common import events
from services.common.db import Database
from services.common.events import DeadLetters, Subscription, consume, watch
from services.common.outbox import ensure_stream
from services.common.tests.conftest import SCHEMA, plumbing
from services.common.tests.waiting import eventually

Rows = list[asyncpg.Record]


class Recorder:
    """A handler that notes what it was given and fails as often as it is told to."""

    def __init__(self, failures: int = 0) -> None:
        self.handled: list[bytes] = []
        self.tries = 0
        self._failures = failures

    async def __call__(self, payload: bytes) -> None:
        self.tries += 1
        if self._failures:
            self._failures -= 1
            raise ValueError("cannot handle this")
        self.handled.append(payload)


@pytest.fixture
async def stream(client: Client, name: str) -> str:
    """A stream with the subject `<stream>.changed`."""
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    return name


def subscription(stream: str, handler: Callable[[bytes], Awaitable[None]], tries: int = 3) -> Subscription:
    return Subscription(
        stream, f"{stream}.changed", f"{stream}_consumer", handler, max_deliver=tries, backoff=(0.01, 0.02)
    )


@asynccontextmanager
async def consuming(client: Client, to: Subscription, dead_letters: DeadLetters) -> AsyncIterator["asyncio.Task[None]"]:
    task = asyncio.create_task(consume(client, to, dead_letters))
    try:
        yield task
    finally:
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def publish(client: Client, stream: str, *payloads: bytes) -> None:
    for payload in payloads:
        await client.jetstream().publish(f"{stream}.changed", payload)


async def unfinished(client: Client, to: Subscription) -> int:
    """Events that NATS still has to deliver or to have acknowledged."""
    info = await client.jetstream().consumer_info(to.stream, to.durable)
    return (info.num_pending or 0) + (info.num_ack_pending or 0)


async def letters(admin: "asyncpg.Connection[asyncpg.Record]", stream: str) -> Rows:
    rows: Rows = await admin.fetch(f"SELECT * FROM {SCHEMA}.dead_letters WHERE stream = $1", stream)
    return rows


async def test_every_event_is_handled_and_acknowledged_also_those_from_before(
    client: Client, database: Database, stream: str
) -> None:
    handler = Recorder()
    to = subscription(stream, handler)
    await publish(client, stream, b"1", b"2")
    async with consuming(client, to, DeadLetters(database, plumbing)):
        await publish(client, stream, b"3")

        async def done() -> bool:
            return len(handler.handled) == 3 and await unfinished(client, to) == 0

        await eventually(done, "three events handled")
    assert sorted(handler.handled) == [b"1", b"2", b"3"]


async def test_a_failed_event_is_tried_again_until_it_works(
    client: Client, database: Database, admin: "asyncpg.Connection[asyncpg.Record]", stream: str
) -> None:
    handler = Recorder(failures=2)
    to = subscription(stream, handler)
    async with consuming(client, to, DeadLetters(database, plumbing)):
        await publish(client, stream, b"1")

        async def done() -> bool:
            return handler.handled == [b"1"] and await unfinished(client, to) == 0

        await eventually(done, "the event handled at the third try")
    assert handler.tries == 3
    assert not await letters(admin, stream)


async def test_an_event_that_never_works_becomes_a_dead_letter_and_holds_up_nobody(
    client: Client, database: Database, admin: "asyncpg.Connection[asyncpg.Record]", stream: str
) -> None:
    handler = Recorder(failures=3)
    to = subscription(stream, handler)
    dead_letters = DeadLetters(database, plumbing)
    before = await dead_letters.count()
    await publish(client, stream, b"poison")
    async with consuming(client, to, dead_letters):

        async def given_up() -> bool:
            return len(await letters(admin, stream)) == 1 and await unfinished(client, to) == 0

        await eventually(given_up, "a dead letter")
        await publish(client, stream, b"next")

        async def done() -> bool:
            return handler.handled == [b"next"]

        await eventually(done, "the next event handled")
    (letter,) = await letters(admin, stream)
    assert (letter["sequence"], letter["subject"], letter["consumer"]) == (1, f"{stream}.changed", to.durable)
    assert "cannot handle this" in letter["error"]
    assert handler.tries == 4
    assert await dead_letters.count() == before + 1


async def test_while_postgresql_is_away_events_are_kept_and_no_try_is_counted(
    client: Client,
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    stream: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_AWAY_SECONDS", 0.01)
    away, tries, handled = True, 0, []

    async def check() -> None:
        if away:
            raise asyncpg.ConnectionDoesNotExistError("PostgreSQL is away")

    async def handler(payload: bytes) -> None:
        nonlocal away, tries
        tries += 1
        await check()
        handled.append(payload)

    monkeypatch.setattr(database, "check", check)
    to = subscription(stream, handler, tries=2)
    await publish(client, stream, b"1")
    async with consuming(client, to, DeadLetters(database, plumbing)):

        async def tried() -> bool:
            return tries > to.max_deliver + 5

        await eventually(tried, "more tries than are counted")
        away = False

        async def done() -> bool:
            return handled == [b"1"] and await unfinished(client, to) == 0

        await eventually(done, "the event")
    assert not await letters(admin, stream)


async def test_an_event_whose_dead_letter_could_not_be_written_is_not_lost(
    client: Client,
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    stream: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(events, "_ACK_WAIT", 0.2)
    handler = Recorder(failures=100)
    to = subscription(stream, handler, tries=2)
    dead_letters = DeadLetters(database, plumbing)
    written, refusals = dead_letters.record, 3

    async def record(subscription: Subscription, sequence: int, error: str) -> None:
        nonlocal refusals
        if refusals:
            refusals -= 1
            raise asyncpg.ConnectionDoesNotExistError("PostgreSQL is away")
        await written(subscription, sequence, error)

    monkeypatch.setattr(dead_letters, "record", record)
    await publish(client, stream, b"poison")
    async with consuming(client, to, dead_letters) as task:

        async def given_up() -> bool:
            assert not task.done()
            return len(await letters(admin, stream)) == 1 and await unfinished(client, to) == 0

        await eventually(given_up, "the dead letter, at a later delivery")
    assert handler.tries == 2  # beyond its bound an event is not handled any more


async def test_a_consumer_waits_for_a_stream_that_is_not_there_yet(
    client: Client, database: Database, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "_RETRY_PAUSE", 0.02)
    handler = Recorder()
    async with consuming(client, subscription(name, handler), DeadLetters(database, plumbing)):
        await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
        await publish(client, name, b"1")

        async def done() -> bool:
            return handler.handled == [b"1"]

        await eventually(done, "the event of the late stream")


async def test_a_restarted_consumer_goes_on_where_the_last_one_stopped(
    client: Client, database: Database, stream: str
) -> None:
    first, second = Recorder(), Recorder()
    dead_letters = DeadLetters(database, plumbing)
    for handler, payload in ((first, b"1"), (second, b"2")):
        to = subscription(stream, handler)
        async with consuming(client, to, dead_letters):
            await publish(client, stream, payload)

            async def done(to: Subscription = to, handler: Recorder = handler) -> bool:
                return len(handler.handled) == 1 and await unfinished(client, to) == 0

            await eventually(done, "one event each")
    assert (first.handled, second.handled) == ([b"1"], [b"2"])


async def test_an_event_is_handled_at_once_also_after_a_pull_whose_end_came_late(
    client: Client, database: Database, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pull that ends just when the client gives up leaves its status behind, which the next pull takes for its own;
    requests then lie at the server that nobody waits for, and what they bring must not wait for the next event."""
    monkeypatch.setattr(events, "_FETCH_WAIT", 60.0)
    handler = Recorder()
    to = subscription(stream, handler)
    requests = await client.subscribe(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{to.durable}")
    async with consuming(client, to, DeadLetters(database, plumbing)):
        await send_status(client, (await requests.next_msg(timeout=60)).reply, "408 Request Timeout")
        for payload in (b"1", b"2", b"3"):
            await publish(client, stream, payload)

            async def done(payload: bytes = payload) -> bool:
                return payload in handler.handled

            await eventually(done, f"event {payload!r} handled")
    await requests.unsubscribe()


async def send_status(client: Client, inbox: str, status: str) -> None:
    """Send what the server sends when a pull ends. The client can write no status line, so this speaks the protocol."""
    url = client.connected_url
    assert url is not None
    header = f"NATS/1.0 {status}\r\n\r\n"
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    lines = (
        'CONNECT {"verbose":false,"headers":true}',
        f"HPUB {inbox} {len(header)} {len(header)}",
        header,
        "PING",
        "",
    )
    writer.write("\r\n".join(lines).encode())
    while await reader.readline() != b"PONG\r\n":
        continue
    writer.close()
    await writer.wait_closed()


async def test_no_more_events_are_handled_at_once_than_allowed(client: Client, database: Database, stream: str) -> None:
    at_once, most, handled, gate = 0, 0, 0, asyncio.Event()

    async def handler(_payload: bytes) -> None:
        nonlocal at_once, most, handled
        at_once += 1
        most = max(most, at_once)
        if at_once == 2:
            gate.set()
        await gate.wait()
        at_once -= 1
        handled += 1

    to = Subscription(stream, f"{stream}.changed", f"{stream}_consumer", handler, concurrency=2)
    await publish(client, stream, *[b"x"] * 20)
    async with consuming(client, to, DeadLetters(database, plumbing)):

        async def done() -> bool:
            return handled == 20

        await eventually(done, "all events handled")
    assert most == 2


async def test_watchers_see_every_event_from_now_on(client: Client, stream: str) -> None:
    seen = Recorder()
    await publish(client, stream, b"before")
    await watch(client, f"{stream}.changed", seen)
    await client.flush()
    await publish(client, stream, b"after")

    async def done() -> bool:
        return seen.handled == [b"after"]

    await eventually(done, "the event after the subscription")


async def test_an_event_in_hand_when_the_process_stops_is_delivered_to_another_at_once(
    client: Client, database: Database, stream: str
) -> None:
    began = asyncio.Event()

    async def never_ends(_payload: bytes) -> None:
        began.set()
        await asyncio.Event().wait()

    await publish(client, stream, b"1")
    dead_letters = DeadLetters(database, plumbing)
    async with consuming(client, subscription(stream, never_ends), dead_letters):
        await began.wait()
    handler = Recorder()
    async with consuming(client, subscription(stream, handler), dead_letters):

        async def handled() -> bool:
            return handler.handled == [b"1"]

        await eventually(handled, "the event, long before the minute in which the first might have answered is over")
