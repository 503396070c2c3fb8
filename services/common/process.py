"""The life of a service process: wait for what it needs, say when it is ready, stop in order on SIGTERM."""

import asyncio
import contextlib
import faulthandler
import signal
import sys
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import structlog

from services.common import telemetry
from services.common.config import ConfigurationError

if TYPE_CHECKING:
    from services.common.db import Database

log = structlog.get_logger()
T = TypeVar("T")
Check = Callable[[], Awaitable[None]]

_WAIT_SECONDS = 0.3
_CHECK_SECONDS = 5.0
_CANCEL_AGAIN_SECONDS = 0.2
_STOP_SECONDS = 28.0  # within the 30 that Kubernetes gives


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
    because it may be waiting for a dependency that never comes."""

    def __init__(self, starting: "asyncio.Task[Any] | None") -> None:
        super().__init__()
        self._starting = starting

    async def wait(self) -> Literal[True]:
        self._starting = None
        return await super().wait()

    def on_signal(self) -> None:
        # Whatever hangs on the way is shown by where every thread stands, and does not keep the process.
        faulthandler.dump_traceback_later(_STOP_SECONDS, exit=True)
        if self._starting is None:
            self.set()
        else:
            self._starting.cancel()


def stop_event() -> StopEvent:
    """The event that tells a service to stop; call it first in its `main`."""
    event = StopEvent(asyncio.current_task())
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


class SchemaMissingError(Exception):
    """The service's schema is not there yet: migrations have not run."""


async def connect_database(url: str, schema: str, pool_size: int) -> "Database":
    """Open the pool once PostgreSQL is up and the schema is migrated."""
    # The edges have no database, and their images no driver.
    import asyncpg  # noqa: PLC0415

    from services.common.db import Database  # noqa: PLC0415

    async def connect() -> Database:
        return await Database.connect(url, pool_size, application_name=schema)

    async def migrated() -> None:
        try:
            await database.run_check(f"SELECT 1 FROM {schema}.alembic_version")
        except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError) as error:
            raise SchemaMissingError(schema) from error

    database = await wait_for("postgres", connect, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
    await wait_for("migrations", migrated, SchemaMissingError, asyncpg.PostgresError, OSError, TimeoutError)
    telemetry.counted(
        "database.round_trips", "Statements and transaction brackets.", "schema", lambda: {schema: database.round_trips}
    )
    return database


async def watch_readiness(
    checks: Mapping[str, Check],
    ready: Callable[[], Awaitable[None]],
    not_ready: Callable[[], Awaitable[None]],
) -> None:
    """Check dependencies every few seconds and say ready or, by name, what is missing."""
    state: list[str] | None = None
    while True:
        missing = [name for name, check in checks.items() if not await _passes(check)]
        if missing != state:
            state = missing
            if missing:
                log.warning("not_ready", missing=missing)
                await not_ready()
            else:
                log.info("ready")
                await ready()
        await asyncio.sleep(_WAIT_SECONDS if missing else _CHECK_SECONDS)


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(3):
            await check()
    except Exception as error:  # noqa: BLE001 - a check fails in as many ways as its dependency; all mean the same
        log.debug("check_failed", error=repr(error))
        return False
    return True


@contextlib.asynccontextmanager
async def background(*coroutines: Coroutine[Any, Any, None]) -> Any:
    """Run coroutines beside the block; when one of them fails, the block is cancelled and the error raised."""
    async with asyncio.TaskGroup() as group:
        tasks = {group.create_task(coroutine) for coroutine in coroutines}
        try:
            yield
        finally:
            await asyncio.shield(_end(tasks))


async def _end(tasks: "set[asyncio.Task[None]]") -> None:
    """Cancel until each has ended: `asyncio.wait_for` of Python 3.11, which nats-py calls, loses a cancellation that
    meets the end of what it waits for, and a loop around it would go on for ever."""
    while tasks:
        for task in tasks:
            task.cancel()
        _, tasks = await asyncio.wait(tasks, timeout=_CANCEL_AGAIN_SECONDS)
