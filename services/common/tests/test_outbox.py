"""Events reach NATS exactly when their transaction committed, whatever is down meanwhile."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from nats.aio.client import Client
from sales.tenants.v1 import events_pb2
from sqlalchemy import Column, MetaData, Table, select
from structlog.testing import capture_logs

from devstack.embedded import NatsServer, start_nats
from services.common import nats_client, outbox, telemetry
from services.common.db import Database, statement
from services.common.outbox import Outbox, ensure_stream
from services.common.tests.conftest import SCHEMA, plumbing
from services.common.tests.waiting import eventually

TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture(autouse=True)
def quick_poll(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "POLL_SECONDS", 0.05)


@pytest.fixture
async def own_nats(tmp_path: Path, lasting_port: int) -> AsyncIterator[tuple[NatsServer, Client]]:
    """A NATS server that a test may stop, and a connection to it."""
    server = start_nats(tmp_path / "data", lasting_port, durable=False)
    connected = await nats_client.connect(server.url, "test")
    yield server, connected
    await connected.close()
    server.stop()


@asynccontextmanager
async def relaying(box: Outbox, client: Client) -> AsyncIterator[None]:
    relay = asyncio.create_task(box.run(client))
    try:
        yield
    finally:
        relay.cancel()
        with pytest.raises(asyncio.CancelledError):
            await relay


async def commit(database: Database, box: Outbox, tenant_id: str, subject: str, *versions: int) -> None:
    async with database.transaction(tenant_id) as tx:
        for version in versions:
            await box.add(tx, subject, events_pb2.TenantChanged(version=version))


async def in_stream(client: Client, stream: str) -> list[int]:
    """The versions in a stream, in order."""
    jetstream = client.jetstream()
    state = (await jetstream.stream_info(stream)).state
    if not state.messages:
        return []
    messages = [await jetstream.get_msg(stream, number) for number in range(state.first_seq, state.last_seq + 1)]
    return [events_pb2.TenantChanged.FromString(message.data or b"").version for message in messages]


async def waiting_rows(admin: "asyncpg.Connection[asyncpg.Record]", tenant_id: str) -> int:
    """Events of the tenant that wait for their publication."""
    count: int = await admin.fetchval(f"SELECT count(*) FROM {SCHEMA}.outbox_dispatch WHERE tenant_id = $1", tenant_id)
    return count


async def all_published(admin: "asyncpg.Connection[asyncpg.Record]", tenant_id: str) -> None:
    """Return once nothing of the tenant waits in the outbox."""

    async def gone() -> bool:
        return await waiting_rows(admin, tenant_id) == 0

    await eventually(gone, "the outbox is empty")


async def test_an_event_is_published_after_its_commit_and_its_rows_go(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        await commit(database, box, tenant_id, f"{name}.changed", 1, 2)

        await all_published(admin, tenant_id)
    assert await in_stream(client, name) == [1, 2]
    message = await client.jetstream().get_msg(name, 1)
    event = events_pb2.TenantChanged.FromString(message.data or b"")
    headers = message.headers or {}
    assert headers["Nats-Msg-Id"] == headers["ce-id"] == event.event_id
    assert (headers["ce-type"], headers["ce-tenantid"]) == (f"{name}.changed", tenant_id)
    assert event.tenant_id == tenant_id
    assert not await admin.fetch(f"SELECT * FROM {SCHEMA}.outbox WHERE tenant_id = $1", tenant_id)


async def test_an_event_names_the_trace_that_it_was_written_in(
    database: Database, client: Client, tenant_id: str, name: str
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        with telemetry.span("change", TRACEPARENT):
            await commit(database, box, tenant_id, f"{name}.changed", 1)

        async def published() -> bool:
            return await in_stream(client, name) == [1]

        await eventually(published, "the event is published")
    headers = (await client.jetstream().get_msg(name, 1)).headers or {}
    assert headers["traceparent"] == TRACEPARENT


async def test_an_event_of_a_rolled_back_transaction_is_never_published(
    database: Database, client: Client, tenant_id: str, name: str
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        with pytest.raises(KeyError):
            async with database.transaction(tenant_id) as tx:
                await box.add(tx, f"{name}.changed", events_pb2.TenantChanged(version=1))
                raise KeyError
        await commit(database, box, tenant_id, f"{name}.changed", 2)

        async def seen() -> bool:
            return await in_stream(client, name) == [2]

        await eventually(seen, "the event of the second transaction, alone")


async def test_an_event_left_by_a_dead_process_is_published_by_the_poll_of_another(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    dead = Outbox(database, plumbing, "scratch")  # its relay never runs: it died after the commit
    await commit(database, dead, tenant_id, f"{name}.changed", 1)
    await commit(database, dead, f"{tenant_id}_other", f"{name}.changed", 2)
    await admin.execute(f"UPDATE {SCHEMA}.outbox_dispatch SET create_time = now() - interval '1 minute'")
    alive = Outbox(database, plumbing, "scratch")
    assert (await alive.backlog())[1].total_seconds() >= 60
    async with relaying(alive, client):

        async def gone() -> bool:
            return await waiting_rows(admin, tenant_id) + await waiting_rows(admin, f"{tenant_id}_other") == 0

        await eventually(gone, "the poll publishes what was left")
    assert sorted(await in_stream(client, name)) == [1, 2]


async def test_an_event_published_twice_is_in_the_stream_once(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    boxes = [Outbox(database, plumbing, "scratch") for _ in range(2)]
    await commit(database, boxes[0], tenant_id, f"{name}.changed", 1)
    await admin.execute(f"UPDATE {SCHEMA}.outbox_dispatch SET create_time = now() - interval '1 minute'")
    async with relaying(boxes[0], client), relaying(boxes[1], client):
        await all_published(admin, tenant_id)
    assert await in_stream(client, name) == [1]


async def test_a_commit_while_nats_is_down_succeeds_and_its_event_is_published_once_later(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    own_nats: tuple[NatsServer, Client],
    tenant_id: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outbox, "_PUBLISH_TIMEOUT", 0.2)
    server, client = own_nats
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        await asyncio.to_thread(server.stop)
        await commit(database, box, tenant_id, f"{name}.changed", 1)
        assert await waiting_rows(admin, tenant_id) == 1

        async def failed() -> bool:
            return not box._in_flight and not box._ready.qsize()

        await eventually(failed, "the relay gave up on the first try")
        assert await waiting_rows(admin, tenant_id) == 1
        # The poll leaves young events to their relay; this one has waited for long.
        await admin.execute(f"UPDATE {SCHEMA}.outbox_dispatch SET create_time = now() - interval '1 minute'")
        await asyncio.to_thread(server.start)

        await all_published(admin, tenant_id)
    assert await in_stream(client, name) == [1]


async def test_events_that_nats_does_not_take_keep_no_other_from_it(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
) -> None:
    """However often they are tried. What is too large is refused at once, as is everything after a long outage."""
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box, too_large = Outbox(database, plumbing, "scratch"), bytes(client.max_payload + 1)
    async with relaying(box, client):
        for _ in range(5_000):
            box.publish(outbox.Event(uuid.uuid4(), tenant_id, f"{name}.changed", too_large))
        await commit(database, box, tenant_id, f"{name}.changed", 1)

        await all_published(admin, tenant_id)
    assert await in_stream(client, name) == [1]


async def test_an_orderly_stop_publishes_what_is_still_in_memory(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        await asyncio.sleep(0)  # the relay takes its connection
    await commit(database, box, tenant_id, f"{name}.changed", *range(1, 301))
    await box.drain(60)
    assert await in_stream(client, name) == list(range(1, 301))
    assert await waiting_rows(admin, tenant_id) == 0


async def test_an_orderly_stop_waits_for_what_is_on_its_way(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box, may_go, going = Outbox(database, plumbing, "scratch"), asyncio.Event(), asyncio.Event()
    publish = box._publish

    async def slowly(event: outbox.Event) -> None:
        going.set()
        await may_go.wait()
        await publish(event)

    monkeypatch.setattr(box, "_publish", slowly)
    async with relaying(box, client):
        await commit(database, box, tenant_id, f"{name}.changed", 1)
        await going.wait()
        draining = asyncio.create_task(box.drain(60))
        await asyncio.sleep(0)
        may_go.set()
        await draining
    assert await in_stream(client, name) == [1]
    assert await waiting_rows(admin, tenant_id) == 0


async def test_a_stop_does_not_wait_for_nats_for_ever(
    database: Database, admin: "asyncpg.Connection[asyncpg.Record]", client: Client, tenant_id: str, name: str
) -> None:
    box = Outbox(database, plumbing, "scratch")
    async with relaying(box, client):
        await asyncio.sleep(0)
    await commit(database, box, tenant_id, f"{name}.no_stream_takes_it", 1)
    await asyncio.wait_for(box.drain(timeout_seconds=0.2), 60)
    assert await waiting_rows(admin, tenant_id) == 1  # for the poll of another process


@pytest.mark.parametrize("at", ["_forget", "_left_behind"])
async def test_what_nobody_foresaw_costs_one_pass(
    database: Database,
    admin: "asyncpg.Connection[asyncpg.Record]",
    client: Client,
    tenant_id: str,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    at: str,
) -> None:
    """Here: a table that is not there for a while."""
    await ensure_stream(client.jetstream(), name, [f"{name}.changed"])
    box = Outbox(database, plumbing, "scratch")
    monkeypatch.setattr(box, at, statement(select(Table("missing", MetaData(SCHEMA), Column("event_id")))))
    with capture_logs() as told:

        async def failed() -> bool:
            return any(line["log_level"] == "error" for line in told)

        async with relaying(box, client):
            await commit(database, box, tenant_id, f"{name}.changed", 1)
            await eventually(failed, "a pass that failed")
            monkeypatch.undo()

            await all_published(admin, tenant_id)
    assert await in_stream(client, name) == [1]


async def test_a_stream_is_brought_up_to_date_without_losing_events(client: Client, name: str) -> None:
    jetstream = client.jetstream()
    await ensure_stream(jetstream, name, [f"{name}.changed"])
    await jetstream.publish(f"{name}.changed", b"")
    await ensure_stream(jetstream, name, [f"{name}.changed", f"{name}.removed"])
    info = await jetstream.stream_info(name)
    assert info.state.messages == 1
    assert info.config.subjects == [f"{name}.changed", f"{name}.removed"]
