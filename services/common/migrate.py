"""Creates each service's role and schema and brings its tables to the newest revision."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import asyncpg
from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

SERVICES = Path(__file__).parents[1]
_LOCK = 7_215_341_000  # pg_advisory_lock key: migrations of one cluster run one after the other


def services_with_migrations() -> list[str]:
    """Names of all services that own a schema."""
    return sorted(path.parent.name for path in SERVICES.glob("*/migrations") if (path / "env.py").exists())


async def migrate(admin_url: str, services: Sequence[str], service_password: str) -> None:
    """Create role `<name>_service` and schema `<name>` for each service and run its migrations.

    Safe to run twice and from several processes at once. `admin_url` names a role that may create roles and
    schemas; it owns the tables, the service's role only uses them.
    """
    connection = await asyncpg.connect(_plain(admin_url))
    try:
        # Roles live in the cluster, not in the database: the lock must reach over all its databases,
        # so it is taken in the database that every cluster has.
        async with _cluster_lock(admin_url):
            for service in services:
                await _ensure_role_and_schema(connection, service, service_password)
    finally:
        await connection.close()
    for service in services:
        await _upgrade(admin_url, service)


def _plain(url: str) -> str:
    return url.replace("postgresql+asyncpg://", "postgresql://")


class _cluster_lock:  # noqa: N801 - reads as a block
    def __init__(self, admin_url: str) -> None:
        self._url = _plain(admin_url)
        self._connection: Any = None

    async def __aenter__(self) -> None:
        try:
            self._connection = await asyncpg.connect(self._url, database="postgres")
        except asyncpg.PostgresError:  # a hosted database may not let us in there; then the own one must do
            self._connection = await asyncpg.connect(self._url)
        await self._connection.execute(f"SELECT pg_advisory_lock({_LOCK})")

    async def __aexit__(self, *_exc: object) -> None:
        await self._connection.close()


async def _ensure_role_and_schema(connection: Any, service: str, password: str) -> None:
    role = f"{service}_service"
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD {quoted}")
    else:
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD {quoted}")
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service}")


async def _upgrade(admin_url: str, service: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(SERVICES / service / "migrations"))
    config.attributes["schema"] = service
    # The driver reads the URL itself: SQLAlchemy does not know all that may stand in one, such as sslmode.
    engine = create_async_engine(
        "postgresql+asyncpg://", poolclass=NullPool, async_creator=lambda: asyncpg.connect(_plain(admin_url))
    )
    try:
        async with engine.begin() as connection:
            await connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
            config.attributes["connection"] = connection
            await connection.run_sync(_run_upgrade, config)
    finally:
        await engine.dispose()


def _run_upgrade(connection: Any, config: Config) -> None:
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def run_env(metadata: MetaData) -> None:
    """Body of every service's `migrations/env.py`: run on the connection that `migrate` opened."""
    attributes = context.config.attributes
    context.configure(
        connection=attributes["connection"],
        target_metadata=metadata,
        version_table_schema=attributes["schema"],
        include_schemas=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.common.migrate", description=__doc__)
    parser.add_argument("--admin-url", required=True, help="PostgreSQL URL of a role that may create roles and schemas")
    parser.add_argument("--service", action="append", help="only this service; may be repeated; default: all")
    parser.add_argument("--service-password", required=True, help="password of the service roles")
    options = parser.parse_args(arguments)
    asyncio.run(migrate(options.admin_url, options.service or services_with_migrations(), options.service_password))
    return 0


if __name__ == "__main__":
    sys.exit(main())
