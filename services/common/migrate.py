"""Creates each service's role and schema and brings its tables to the newest revision; waits until that is done.

python -m services.common.migrate            # once for each version, with an administrator's DATABASE_URL
python -m services.common.migrate roles      # before a backup is restored into an empty cluster: the roles, no more
python -m services.common.migrate wait       # before a service starts, with the service's own DATABASE_URL
"""

import argparse
import asyncio
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import structlog
from alembic import command, context
from alembic.config import Config
from alembic.migration import MigrationContext
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.common import logging, revisions
from services.common.config import ConfigurationError, load

log = structlog.get_logger()

SERVICES = Path(__file__).parents[1]
_LOCK = 7_215_341_000  # pg_advisory_lock key: migrations of one cluster run one after the other
# A change that waits for a table holds up everybody who comes after it: rather fail, and be run again.
_TABLE_LOCK_SECONDS = 10


class MigrationSettings(BaseSettings):
    """What a migration reads from its environment; options on the command line win."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)

    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL, as a role that may create roles and schemas; to wait: the service's own"
    )
    service_database_password: SecretStr = Field(SecretStr(""), description="password of every service's role")
    service_database_passwords: SecretStr = Field(
        SecretStr(""),
        description="passwords of single roles, name=password,name=password; they win over the common one",
    )
    environment: str = Field("development", description="outside development no development secret is used")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING, ERROR")
    log_format: str = Field("console", description="console or json")

    def passwords(self, services: Sequence[str]) -> dict[str, str]:
        """The password of each service's role. Raises ConfigurationError that names the services that have none."""
        own = dict(
            part.strip().partition("=")[::2]
            for part in self.service_database_passwords.get_secret_value().split(",")
            if part.strip()
        )
        common = self.service_database_password.get_secret_value()
        passwords = {service: own.get(service) or common for service in services}
        if lacking := [service for service, password in passwords.items() if not password]:
            raise ConfigurationError(f"SERVICE_DATABASE_PASSWORDS: none for {', '.join(lacking)}")
        return passwords


def services_with_migrations() -> list[str]:
    """Names of all services that own a schema."""
    return sorted(path.parent.name for path in SERVICES.glob("*/migrations") if (path / "env.py").exists())


async def migrate(admin_url: str, services: Sequence[str], service_password: str | Mapping[str, str]) -> None:
    """Create role `<name>_service` and schema `<name>` for each service and run its migrations.

    Safe to run twice and from several processes at once; a schema that a newer image has migrated stays as it is.
    `admin_url` names a role that may create roles and schemas, no more; it owns the tables, the service's role only
    uses them. service_password: of all roles, or by service.
    """
    await make_roles(admin_url, services, service_password)
    for service in services:
        await _upgrade(admin_url, service)


async def make_roles(admin_url: str, services: Sequence[str], service_password: str | Mapping[str, str]) -> None:
    """Create role `<name>_service` for each service, or set its password. Safe to run twice."""
    if isinstance(service_password, str):
        service_password = dict.fromkeys(services, service_password)
    connection = await asyncpg.connect(_plain(admin_url))
    try:
        # Roles live in the cluster, not in the database: the lock must reach over all its databases,
        # so it is taken in the database that every cluster has.
        async with _cluster_lock(admin_url):
            for service in services:
                await _ensure_role(connection, service, service_password[service])
    finally:
        await connection.close()


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


async def _ensure_role(connection: Any, service: str, password: str) -> None:
    role = f"{service}_service"
    quoted = await connection.fetchval("SELECT quote_literal($1::text)", password)
    if await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
        await connection.execute(f"ALTER ROLE {role} LOGIN PASSWORD {quoted}")
    else:
        await connection.execute(f"CREATE ROLE {role} LOGIN PASSWORD {quoted}")


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
            await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{_TABLE_LOCK_SECONDS}s'")
            await connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {service}")
            await connection.run_sync(_run_upgrade, config, service)
    finally:
        await engine.dispose()


def _run_upgrade(connection: Any, config: Config, service: str) -> None:
    known, needed = revisions.known_revisions(SERVICES / service / "migrations")
    revision = MigrationContext.configure(connection, opts={"version_table_schema": service}).get_current_revision()
    if revision is not None and revision not in known:
        # An older image is rolled back to. Its code works with newer tables, and tables are never rolled back.
        log.info("migrated", schema=service, revision=revision, needed=needed, newer=True)
        return
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
    parser.add_argument(
        "task",
        nargs="?",
        choices=("upgrade", "roles", "wait"),
        default="upgrade",
        help="migrate (default), make the roles only, or wait until it is done",
    )
    parser.add_argument("--service", action="append", help="only this service; may be repeated; default: all")
    parser.add_argument("--admin-url", help="PostgreSQL URL of a role that may create roles [DATABASE_URL]")
    parser.add_argument("--service-password", help="password of the service roles [SERVICE_DATABASE_PASSWORD]")
    options = parser.parse_args(arguments)
    given = {"database_url": options.admin_url, "service_database_password": options.service_password}
    services = options.service or services_with_migrations()
    try:
        settings = load(MigrationSettings, **{name: value for name, value in given.items() if value})
        url = settings.database_url.get_secret_value()
        if not url:
            raise ConfigurationError("DATABASE_URL is not set")
        logging.configure("migrate", settings.log_level, settings.log_format)
        if options.task == "wait":
            return asyncio.run(revisions.wait(_plain(url), {name: SERVICES / name / "migrations" for name in services}))
        make = make_roles if options.task == "roles" else migrate
        asyncio.run(make(url, services, settings.passwords(services)))
    except ConfigurationError as error:
        sys.stderr.write(f"configuration: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
