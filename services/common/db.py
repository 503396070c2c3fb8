"""PostgreSQL: statements compiled once, one transaction helper that enters a tenant, and the pool.

Statements are written with SQLAlchemy Core and compiled at import by `statement`; they run on asyncpg directly,
because SQLAlchemy's execution layer is what costs most on the message path (docs/decisions/0002).
"""

import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import structlog
from sqlalchemy.dialects.postgresql.asyncpg import dialect as asyncpg_dialect
from sqlalchemy.sql.elements import ClauseElement

from services.common.tenancy import bad_tenant_id, is_tenant_id

Row = asyncpg.Record
AfterCommit = Callable[[], None]
log = structlog.get_logger()
_DIALECT = asyncpg_dialect()  # type: ignore[no-untyped-call]


class Statement:
    """A compiled statement: SQL text with $1… and the names of its parameters in that order."""

    __slots__ = ("_defaults", "names", "sql")

    def __init__(self, clause: ClauseElement) -> None:
        compiled: Any = clause.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.names: tuple[str, ...] = tuple(getattr(compiled, "positiontup", None) or ())
        self._defaults: dict[str, Any] = {
            name: compiled.params[name] for name in self.names if not compiled.binds[name].required
        }

    def arguments(self, parameters: Mapping[str, Any]) -> list[Any]:
        """Values in the order of $1…; a missing one is a KeyError, a superfluous one a TypeError."""
        values = [parameters[name] if name in parameters else self._defaults[name] for name in self.names]
        if unknown := parameters.keys() - set(self.names):
            raise TypeError(f"statement has no parameters {sorted(unknown)}")
        return values


def statement(clause: ClauseElement) -> Statement:
    """Compile a SQLAlchemy Core statement; call it at module level, once for each statement."""
    return Statement(clause)


class Transaction:
    """An open transaction inside one tenant. Every query of a store takes it."""

    def __init__(self, connection: Any, tenant_id: str, database: "Database") -> None:
        self._connection = connection
        self._database = database
        self._after_commit: list[AfterCommit] = []
        self.tenant_id = tenant_id

    async def fetch_all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        self._database.round_trips += 1
        rows: list[Row] = await self._connection.fetch(statement.sql, *statement.arguments(parameters))
        return rows

    async def fetch_one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        self._database.round_trips += 1
        row: Row | None = await self._connection.fetchrow(statement.sql, *statement.arguments(parameters))
        return row

    async def fetch_each(self, statement: Statement, several: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Run a statement that gives one row with each of several sets of parameters, in one round trip."""
        self._database.round_trips += 1
        rows: list[Row] = await self._connection.fetchmany(
            statement.sql, [statement.arguments(parameters) for parameters in several]
        )
        return rows

    async def execute(self, statement: Statement, /, **parameters: Any) -> int:
        """Run a statement and tell how many rows it touched."""
        self._database.round_trips += 1
        tag: str = await self._connection.execute(statement.sql, *statement.arguments(parameters))
        return _row_count(tag)

    def after_commit(self, callback: AfterCommit) -> None:
        """Call `callback` once the transaction is durable; never on rollback."""
        self._after_commit.append(callback)

    def committed(self) -> None:
        for callback in self._after_commit:
            callback()


def _row_count(tag: str) -> int:
    last = tag.rpartition(" ")[2]
    return int(last) if last.isdigit() else 0


async def _prepare_connection(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb",
        encoder=lambda value: json.dumps(value, ensure_ascii=False),
        decoder=json.loads,
        schema="pg_catalog",
    )


async def _keep_session(_connection: Any) -> None:
    # Nothing in this code changes session state (settings are transaction-local), so the round trip that
    # asyncpg's default reset costs on every release buys nothing.
    return


class Database:
    """The pool of one service. `round_trips` counts statements and transaction brackets, for budgets and metrics."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self.round_trips = 0

    @classmethod
    async def connect(cls, url: str, pool_size: int = 10, application_name: str = "") -> "Database":
        """Open a pool; raises what asyncpg raises when PostgreSQL is not there."""
        pool = await asyncpg.create_pool(
            url,
            min_size=min(2, pool_size),
            max_size=pool_size,
            init=_prepare_connection,
            reset=_keep_session,
            statement_cache_size=512,
            max_cached_statement_lifetime=0,
            command_timeout=15,
            timeout=10,  # to connect: a server that is gone without a word is told from one that is slow
            server_settings={
                "application_name": application_name,
                "jit": "off",
                # Statements are few and their plans do not depend on values: plan each once a connection.
                "plan_cache_mode": "force_generic_plan",
                # A process that freezes inside a transaction gives its locks back; nothing here waits that long.
                "idle_in_transaction_session_timeout": "30s",
            },
        )
        return cls(pool)

    async def close(self) -> None:
        await self._pool.close()

    @asynccontextmanager
    async def transaction(self, tenant_id: str) -> AsyncIterator[Transaction]:
        """The one transaction of an entry point. Commits at the end of the block, rolls back on any exception."""
        if not is_tenant_id(tenant_id):
            raise bad_tenant_id(tenant_id)
        # BEGIN and the tenant in one round trip; the id was validated above, it cannot carry SQL.
        async with self._bracket(f"BEGIN; SET LOCAL app.tenant_id = '{tenant_id}'", tenant_id) as tx:
            yield tx

    @asynccontextmanager
    async def pruning(self) -> AsyncIterator[Transaction]:
        """A transaction that sees what pruning policies show, the old rows of every tenant, and nothing else."""
        # No tenant can be called '*'; without any, policies would raise.
        begin = "BEGIN; SET LOCAL app.tenant_id = '*'; SET LOCAL app.pruning = 'on'"
        async with self._bracket(begin, "*") as tx:
            yield tx

    @asynccontextmanager
    async def _bracket(self, begin: str, tenant_id: str) -> AsyncIterator[Transaction]:
        connection = await self._pool.acquire()
        try:
            self.round_trips += 1
            await connection.execute(begin)
            transaction = Transaction(connection, tenant_id, self)
            try:
                yield transaction
            except BaseException:
                await self._roll_back(connection)
                raise
            self.round_trips += 1
            # PostgreSQL answers COMMIT of a failed transaction by rolling back, without an error.
            if await connection.execute("COMMIT") != "COMMIT":
                raise asyncpg.InFailedSQLTransactionError("a statement failed and its error was swallowed")
        except BaseException:
            with contextlib.suppress(asyncpg.InterfaceError):  # it may be gone already
                if connection.is_in_transaction():
                    connection.terminate()
            raise
        finally:
            await self._pool.release(connection)
        transaction.committed()

    async def _roll_back(self, connection: Any) -> None:
        self.round_trips += 1
        try:
            await connection.execute("ROLLBACK")
        except (asyncpg.PostgresError, *Unavailable):
            connection.terminate()

    async def fetch_all(self, statement: Statement, /, **parameters: Any) -> list[Row]:
        """Run one statement on narrow tables, outside any tenant; tables with content refuse it."""
        self.round_trips += 1
        rows: list[Row] = await self._pool.fetch(statement.sql, *statement.arguments(parameters))
        return rows

    async def fetch_one(self, statement: Statement, /, **parameters: Any) -> Row | None:
        self.round_trips += 1
        row: Row | None = await self._pool.fetchrow(statement.sql, *statement.arguments(parameters))
        return row

    async def execute(self, statement: Statement, /, **parameters: Any) -> int:
        self.round_trips += 1
        return _row_count(await self._pool.execute(statement.sql, *statement.arguments(parameters)))

    async def check(self) -> None:
        """Raise when PostgreSQL does not answer."""
        await self.run_check("SELECT 1")

    async def run_check(self, sql: str) -> None:
        """Run a constant query and forget its result; raises what asyncpg raises."""
        await self._pool.fetchval(sql, timeout=3)


Unavailable = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    # PostgreSQL ended the connection while it was idle, and the end of the stream has not been read yet.
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.TooManyConnectionsError,
    OSError,
)
"""What asyncpg raises when PostgreSQL is away: transient, the same work may succeed later."""


@contextlib.contextmanager
def one_pass(event: str, **told: Any) -> Iterator[None]:
    """Whatever goes wrong in the block is logged as `event` and costs this pass of a loop, not the process."""
    try:
        yield
    except (*Unavailable, TimeoutError) as error:
        log.warning(event, error=repr(error), **told)
    except Exception:
        log.exception(event, **told)
