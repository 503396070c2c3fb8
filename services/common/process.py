"""The life of a service process: wait for what it needs, say when it is ready, stop in order on SIGTERM."""

import asyncio
import contextlib
import faulthandler
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import nats.errors
import structlog

from services.common import telemetry
from services.common.config import ConfigurationError
from services.common.nats_client import connect_when_up

if TYPE_CHECKING:
    from nats.aio.client import Client
    from pydantic import SecretStr

    from services.common.db import Database
    from services.common.health import Health

log = structlog.get_logger()
T = TypeVar("T")

NEEDS = ("postgres", "migrations", "nats")
"""What a service with data needs before it can begin; each may come at any time."""

_WAIT_SECONDS = 0.3
_CANCEL_AGAIN_SECONDS = 0.2
# 15 for turns at most, 5 for calls under way, 5 for the outbox, and some to spare. With SHUTDOWN_DELAY_SECONDS, 10 at
# most, it is within the 40 that docker-compose.yml and the manifests give.
_STOP_SECONDS = 28.0


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run a service's `main` on uvloop; a wrong setting ends the process with its name and exit code 2."""
    try:
        import uvloop  # noqa: PLC0415 - not on Windows

        runner: Callable[[Coroutine[Any, Any, None]], None] = uvloop.run
    except ImportError:
        runner = asyncio.run
    try:
        runner(main())
    except asyncio.CancelledError:
        log.info("stopped_while_starting")
    except ConfigurationError as error:
        sys.stderr.write(f"configuration: {error}\n")
        sys.exit(2)


class StopEvent(asyncio.Event):
    """Set by SIGTERM and SIGINT. Until `main` waits for it, it is still starting: then a signal cancels it instead,
    because it may be waiting for a dependency that never comes. Signals after the first change nothing."""

    def __init__(self, starting: "asyncio.Task[Any] | None", delay_seconds: float) -> None:
        super().__init__()
        self._starting = starting
        self._seconds = delay_seconds + _STOP_SECONDS
        self._told = False

    async def wait(self) -> Literal[True]:
        self._starting = None
        return await super().wait()

    def on_signal(self) -> None:
        if self._told:
            return
        self._told = True
        # Whatever hangs on the way is shown by where every thread stands, and does not keep the process.
        faulthandler.dump_traceback_later(self._seconds, exit=True)
        if self._starting is None:
            self.set()
        else:
            self._starting.cancel()


def stop_event(delay_seconds: float = 0) -> StopEvent:
    """The event that tells a service to stop; call it first in its `main`.

    delay_seconds: how long the service goes on serving before it stops in order, for which it then has 28 seconds.
    """
    event = StopEvent(asyncio.current_task(), delay_seconds)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, event.on_signal)
    return event


async def wait_for(dependency: str, attempt: Callable[[], Awaitable[T]], *errors: type[BaseException]) -> T:
    """Try until it works, saying what is missing."""
    told = False
    while True:
        try:
            return await attempt()
        except errors as error:
            if not told:
                log.info("not_ready", dependency=dependency, error=repr(error))
                told = True
            await asyncio.sleep(_WAIT_SECONDS)


class Reachable(Protocol):
    """The settings that say where a service's data and events are."""

    @property
    def database_url(self) -> "SecretStr": ...
    @property
    def database_pool_size(self) -> int: ...
    @property
    def nats_url(self) -> "SecretStr": ...
    @property
    def nats_stream_replicas(self) -> int: ...


async def connect(
    settings: Reachable, schema: str, stream: str, subjects: Iterable[str], health: "Health"
) -> "tuple[Database, Client]":
    """Connect to PostgreSQL and to NATS, in whatever order they come; `health` tells what is there.

    Waits for the migrated schema, and makes the service's stream.
    """
    connecting = (
        asyncio.create_task(_connect_database(settings, schema, health)),
        asyncio.create_task(_connect_nats(settings, schema, stream, subjects, health)),
    )
    try:
        return await asyncio.gather(*connecting)
    finally:
        await asyncio.shield(end({task for task in connecting if not task.done()}))


async def _connect_database(settings: Reachable, schema: str, health: "Health") -> "Database":
    # The edges have no database, and their images no driver.
    import asyncpg  # noqa: PLC0415

    from services.common.db import Database  # noqa: PLC0415
    from services.common.revisions import NotYetError, current_revision  # noqa: PLC0415

    url = settings.database_url.get_secret_value()

    async def open_pool() -> Database:
        try:
            await current_revision(url, schema)
        except NotYetError as missing:
            await health.found(["postgres"], there=missing.dependency != "postgres")
            raise
        await health.found(["postgres", "migrations"])
        return await Database.connect(url, settings.database_pool_size, application_name=schema)

    away = (NotYetError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
    database = await wait_for("database", open_pool, *away)
    telemetry.counted(
        "database.round_trips", "Statements and transaction brackets.", "schema", lambda: {schema: database.round_trips}
    )
    return database


async def _connect_nats(
    settings: Reachable, name: str, stream: str, subjects: Iterable[str], health: "Health"
) -> "Client":
    from services.common.outbox import ensure_stream  # noqa: PLC0415 - needs the driver of the database, too

    client = await connect_when_up(settings.nats_url.get_secret_value(), name)

    async def has_stream() -> None:
        await ensure_stream(client.jetstream(), stream, subjects, replicas=settings.nats_stream_replicas)

    await wait_for("nats", has_stream, nats.errors.Error, TimeoutError, OSError)
    await health.found(["nats"])
    return client


@contextlib.asynccontextmanager
async def background(*coroutines: Coroutine[Any, Any, None]) -> Any:
    """Run coroutines beside the block; when one of them fails, the block is cancelled and the error raised."""
    async with asyncio.TaskGroup() as group:
        tasks = {group.create_task(coroutine) for coroutine in coroutines}
        try:
            yield
        finally:
            await asyncio.shield(end(tasks))


async def end(tasks: "set[asyncio.Task[Any]]") -> None:
    """Cancel until each has ended: `asyncio.wait_for` of Python 3.11, which nats-py calls, loses a cancellation that
    meets the end of what it waits for, and a loop around it would go on for ever."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_AGAIN_SECONDS)
