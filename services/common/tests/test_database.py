"""Transactions, row level security, and what a lost PostgreSQL looks like."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import Integer, bindparam, delete, insert, select, text, update

from devstack.embedded import THROWAWAY_POSTGRES, PostgresServer, start_postgres
from services.common.checks import passes
from services.common.db import Database, Transaction, Unavailable, statement
from services.common.errors import DomainError
from services.common.tests.conftest import create_scratch_schema, notes
from services.common.tests.waiting import eventually

_INSERT = statement(insert(notes).values(tenant_id=bindparam("tenant_id"), note=bindparam("note")))
_ALL = statement(select(notes.c.tenant_id, notes.c.note).order_by(notes.c.note))
_UPDATE_ALL = statement(update(notes).values(note=bindparam("new_note")))
_DELETE_ALL = statement(delete(notes))
_SLEEP = statement(text("SELECT pg_sleep(60)"))
_SLEEPING = statement(text("SELECT count(*) AS count FROM pg_stat_activity WHERE wait_event = 'PgSleep'"))


async def add(tx: Transaction, note: str, tenant_id: str | None = None) -> None:
    await tx.execute(_INSERT, tenant_id=tenant_id or tx.tenant_id, note=note)


async def read(database: Database, tenant_id: str) -> list[str]:
    async with database.transaction(tenant_id) as tx:
        return [row["note"] for row in await tx.fetch_all(_ALL)]


async def test_a_transaction_commits_at_the_end_of_its_block(database: Database, tenant_id: str) -> None:
    told: list[str] = []
    async with database.transaction(tenant_id) as tx:
        await add(tx, "kept")
        tx.after_commit(lambda: told.append("committed"))
        assert told == []
    assert await read(database, tenant_id) == ["kept"]
    assert told == ["committed"]


async def test_an_exception_rolls_everything_back_and_tells_nobody(database: Database, tenant_id: str) -> None:
    told: list[str] = []
    with pytest.raises(KeyError):
        async with database.transaction(tenant_id) as tx:
            await add(tx, "lost")
            tx.after_commit(lambda: told.append("committed"))
            raise KeyError
    assert await read(database, tenant_id) == []
    assert told == []


async def test_a_cancelled_transaction_is_rolled_back_and_the_pool_stays_usable(
    database: Database, tenant_id: str
) -> None:
    entered = asyncio.Event()

    async def work() -> None:
        async with database.transaction(tenant_id) as tx:
            await add(tx, "lost")
            entered.set()
            await asyncio.Event().wait()

    for _ in range(6):  # more than the pool has connections
        entered.clear()
        task = asyncio.create_task(work())
        await entered.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await read(database, tenant_id) == []


async def test_a_failed_statement_that_was_swallowed_does_not_pass_for_a_commit(
    database: Database, tenant_id: str
) -> None:
    told: list[str] = []
    with pytest.raises(asyncpg.InFailedSQLTransactionError):
        async with database.transaction(tenant_id) as tx:
            await add(tx, "once")
            tx.after_commit(lambda: told.append("committed"))
            with pytest.raises(asyncpg.UniqueViolationError):
                await add(tx, "once")
    assert await read(database, tenant_id) == []
    assert told == []


async def test_a_table_with_content_refuses_to_be_read_or_written_without_a_tenant(
    database: Database, tenant_id: str
) -> None:
    async with database.transaction(tenant_id) as tx:  # afterwards the pooled connection holds ''
        await add(tx, "kept")
    for attempt in (
        database.fetch_all(_ALL),
        database.fetch_one(_ALL),
        database.execute(_INSERT, tenant_id=tenant_id, note="stray"),
        database.execute(_UPDATE_ALL, new_note="stray"),
        database.execute(_DELETE_ALL),
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match=r"no tenant|row-level security"):
            await attempt
    assert await read(database, tenant_id) == ["kept"]


async def test_a_query_that_forgot_its_filter_still_sees_and_changes_only_its_tenant(
    database: Database, tenant_id: str
) -> None:
    other = f"{tenant_id}_other"
    for tenant in (tenant_id, other):
        async with database.transaction(tenant) as tx:
            await add(tx, f"of {tenant}")
    assert await read(database, tenant_id) == [f"of {tenant_id}"]
    async with database.transaction(tenant_id) as tx:
        assert await tx.execute(_DELETE_ALL) == 1
    assert await read(database, other) == [f"of {other}"]


async def test_a_row_for_another_tenant_cannot_be_written(database: Database, tenant_id: str) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(tenant_id) as tx:
            await add(tx, "smuggled", tenant_id=f"{tenant_id}_other")
    assert await read(database, f"{tenant_id}_other") == []


@pytest.mark.parametrize("bad", ["", "Upper", "1a", "a b", "a'; DROP TABLE notes; --", "a" * 64, "טנט", "a\n"])
async def test_a_malformed_tenant_id_never_reaches_postgresql(database: Database, bad: str) -> None:
    before = database.round_trips
    with pytest.raises(DomainError) as refused:
        async with database.transaction(bad):
            pass
    assert refused.value.field == "x-tenant-id"
    assert database.round_trips == before


async def test_simultaneous_transactions_keep_their_tenants_apart(database: Database, tenant_id: str) -> None:
    async def own(number: int) -> list[str]:
        async with database.transaction(f"{tenant_id}_{number}") as tx:
            await add(tx, str(number))
            return [row["note"] for row in await tx.fetch_all(_ALL)]

    assert await asyncio.gather(*(own(number) for number in range(20))) == [[str(number)] for number in range(20)]


def test_a_statement_wants_exactly_its_parameters() -> None:
    limited = statement(select(notes.c.note).where(notes.c.tenant_id == bindparam("tenant_id")).limit(5))
    assert limited.arguments({"tenant_id": "a"}) == ["a", 5]
    with pytest.raises(KeyError):
        limited.arguments({})
    with pytest.raises(TypeError, match="tenant"):
        limited.arguments({"tenant_id": "a", "tenant": "b"})


def test_a_parameter_used_twice_is_sent_for_each_place() -> None:
    twice = statement(select(bindparam("n", type_=Integer) + bindparam("n", type_=Integer)))
    assert set(twice.arguments({"n": 2})) == {2}


@pytest.fixture
def own_postgres(tmp_path: Path, lasting_port: int) -> Iterator[PostgresServer]:
    """A PostgreSQL that a test may stop."""
    server = start_postgres(tmp_path / "data", lasting_port, settings=THROWAWAY_POSTGRES)
    yield server
    server.stop(crash=True)


async def test_a_restarted_postgresql_is_reported_as_unavailable_and_then_used_again(
    own_postgres: PostgresServer, tenant_id: str
) -> None:
    await create_scratch_schema(own_postgres.url)
    url = own_postgres.url.replace(own_postgres.url.split("@")[0], "postgresql://scratch_service:scratch")
    database = await Database.connect(url, pool_size=2)
    async with database.transaction(tenant_id) as tx:
        await add(tx, "before")

    async def wait_in_a_statement() -> None:
        async with database.transaction(tenant_id) as tx:
            await add(tx, "lost")
            await tx.fetch_one(_SLEEP)

    async def sleeping() -> bool:
        row = await database.fetch_one(_SLEEPING)
        return row is not None and row["count"] > 0

    waiting = asyncio.create_task(wait_in_a_statement())
    await eventually(sleeping, "the statement under way")
    await asyncio.to_thread(own_postgres.stop)
    with pytest.raises(Unavailable):
        await waiting
    with pytest.raises(Unavailable):
        await read(database, tenant_id)
    with pytest.raises(Unavailable):
        await database.check()

    own_postgres.start()
    await eventually(lambda: passes(database.check), "PostgreSQL is back")
    assert await read(database, tenant_id) == ["before"]
    await database.close()
