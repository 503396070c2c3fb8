"""A connection that PostgreSQL has ended while it was idle: its last words arrive before the end of the stream."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from sqlalchemy import text

from services.common.db import Database, Unavailable, statement
from services.common.tests.conftest import Scratch
from services.common.tests.waiting import eventually

_LIMIT = statement(text("SELECT current_setting('idle_in_transaction_session_timeout') AS idle"))
_SESSION = statement(text("SELECT pg_backend_pid() AS pid"))
_SOON = statement(text("SET LOCAL idle_in_transaction_session_timeout = 1"))


class Relay:
    """Passes bytes between a client and PostgreSQL, and keeps from the client that PostgreSQL has hung up."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._clients: list[asyncio.StreamWriter] = []
        self.hung_up = 0  # how many connections PostgreSQL has ended

    async def start(self) -> str:
        """Listen; gives the URL that leads through here."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        account = self._target.netloc.rpartition("@")[0]
        return urlunsplit(self._target._replace(netloc=f"{account}@127.0.0.1:{port}"))

    async def stop(self) -> None:
        self._server.close()
        for client in self._clients:
            client.close()
        await self._server.wait_closed()

    async def _serve(self, from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        self._clients.append(to_client)
        from_server, to_server = await asyncio.open_connection(self._target.hostname, self._target.port)
        answers = asyncio.create_task(self._pass_on(from_server, to_client))
        await self._pass_on(from_client, to_server)
        to_server.close()
        await answers

    async def _pass_on(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while chunk := await source.read(65536):
            sink.write(chunk)
        if sink in self._clients:
            self.hung_up += 1


@pytest.fixture
async def relay(scratch: Scratch) -> AsyncIterator[Relay]:
    relay = Relay(scratch.url)
    yield relay
    await relay.stop()


async def test_a_connection_that_was_ended_while_idle_is_reported_as_unavailable(
    relay: Relay, admin: "asyncpg.Connection[asyncpg.Record]", tenant_id: str
) -> None:
    database = await Database.connect(await relay.start(), pool_size=2, application_name=tenant_id)
    ended = await admin.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", tenant_id
    )
    assert len(ended) == 2

    async def hung_up() -> bool:
        return relay.hung_up == len(ended)

    await eventually(hung_up, "PostgreSQL hangs up on both")
    with pytest.raises(Unavailable):
        await database.check()
    with pytest.raises(Unavailable):
        async with database.transaction(tenant_id):
            raise AssertionError("there is no transaction")
    await relay.stop()
    await database.close()


async def test_the_locks_of_a_process_that_freezes_inside_a_transaction_are_given_back(
    database: Database, admin: "asyncpg.Connection[asyncpg.Record]", tenant_id: str
) -> None:
    limit = await database.fetch_one(_LIMIT)
    assert limit is not None
    assert limit["idle"] == "30s"

    pids: list[int] = []

    async def gone() -> bool:
        return not await admin.fetchval("SELECT count(*) FROM pg_stat_activity WHERE pid = ANY($1)", pids)

    with pytest.raises(Unavailable):
        async with database.transaction(tenant_id) as tx:
            pids += [row["pid"] for row in await tx.fetch_all(_SESSION)]
            await tx.execute(_SOON)
            await eventually(gone, "PostgreSQL ends the session")
            await tx.fetch_one(_SESSION)
    await database.check()
