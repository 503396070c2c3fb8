"""Migrations as a cluster runs them: from several processes at once, by a plain administrator; and waiting for them."""

import secrets
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from devstack.embedded import THROWAWAY_POSTGRES, start_postgres
from services.common import migrate
from services.common.migrate import SERVICES, services_with_migrations
from tests.service_process import ServiceProcess

ALL = services_with_migrations()
PASSWORDS = {service: f"password-of-{service}" for service in ALL}


@pytest.fixture(scope="module")
def cluster_url() -> Iterator[str]:
    """A cluster of its own: roles are shared by all databases of a cluster."""
    # Not under pytest's own folder: that is closed to the account that PostgreSQL runs as when tests run as root.
    with tempfile.TemporaryDirectory(prefix="sales-agents-migrate-", ignore_cleanup_errors=True) as folder:
        server = start_postgres(Path(folder) / "postgres", settings=THROWAWAY_POSTGRES)
        yield server.url
        server.stop(crash=True)


@pytest.fixture
async def admin_url(cluster_url: str) -> AsyncIterator[str]:
    """An empty database and its owner, who may create roles and is no superuser, as hosted databases give one."""
    name = f"sales_{secrets.token_hex(4)}"
    superuser = await asyncpg.connect(cluster_url)
    await superuser.execute(f"CREATE ROLE {name} LOGIN CREATEROLE PASSWORD 'admin'")
    await superuser.execute(f"CREATE DATABASE {name} OWNER {name}")
    yield urlunsplit(urlsplit(cluster_url)._replace(netloc=f"{name}:admin@{_where(cluster_url)}", path=f"/{name}"))
    await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")
    for role in (*(f"{service}_service" for service in ALL), name):
        await superuser.execute(f"DROP ROLE IF EXISTS {role}")
    await superuser.close()


def _where(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def service_url(admin_url: str, service: str) -> str:
    """The database as a service's own role sees it."""
    account = f"{service}_service:{PASSWORDS[service]}"
    return urlunsplit(urlsplit(admin_url)._replace(netloc=f"{account}@{_where(admin_url)}"))


async def start(*arguments: str, url: str) -> ServiceProcess:
    """A process of `services.common.migrate`, with what a pod's environment would hold."""
    passwords = ",".join(f"{name}={password}" for name, password in PASSWORDS.items())
    environment = {"DATABASE_URL": url, "SERVICE_DATABASE_PASSWORDS": passwords}
    process = ServiceProcess("services.common.migrate", environment, arguments)
    await process.start()
    return process


def head(service: str) -> str:
    """The newest revision of this source tree."""
    return str(ScriptDirectory(str(SERVICES / service / "migrations")).get_current_head())


async def revisions(admin_url: str) -> dict[str, list[str]]:
    """What each schema says of itself."""
    admin = await asyncpg.connect(admin_url)
    found = {
        service: [row["version_num"] for row in await admin.fetch(f"SELECT version_num FROM {service}.alembic_version")]
        for service in ALL
    }
    await admin.close()
    return found


async def test_two_pods_may_migrate_at_the_same_time_and_a_third_one_afterwards(admin_url: str) -> None:
    first, second = [await start(url=admin_url) for _ in range(2)]
    assert [await first.ended(), await second.ended()] == [0, 0]
    newest = {service: [head(service)] for service in ALL}
    assert await revisions(admin_url) == newest
    assert await (await start(url=admin_url)).ended() == 0
    assert await revisions(admin_url) == newest


async def migrated_orders(admin_url: str) -> None:
    """The schema of one service, at its newest revision."""
    assert await (await start("--service", "orders", url=admin_url)).ended() == 0


async def test_each_role_gets_its_own_password_and_no_other_opens_it(admin_url: str) -> None:
    await migrated_orders(admin_url)
    await (await asyncpg.connect(service_url(admin_url, "orders"))).close()
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(service_url(admin_url, "orders").replace(PASSWORDS["orders"], PASSWORDS["agent"]))


async def test_without_a_password_for_every_role_nothing_is_begun(
    admin_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SERVICE_DATABASE_PASSWORDS", "orders=one")
        environment.delenv("SERVICE_DATABASE_PASSWORD", raising=False)
        # For the rest of the run it would write to the stream that pytest has put in place of stderr for this test.
        environment.setattr("services.common.logging.configure", lambda *_settings: None)
        assert migrate.main(["--admin-url", admin_url, "--service", "orders", "--service", "agent"]) == 2
    assert "SERVICE_DATABASE_PASSWORDS: none for agent" in capfd.readouterr().err
    admin = await asyncpg.connect(admin_url)
    assert await admin.fetchval("SELECT count(*) FROM pg_namespace WHERE nspname = 'orders'") == 0
    await admin.close()


async def test_waiting_ends_when_the_schema_has_the_revision_that_the_image_needs(admin_url: str) -> None:
    waiting = await start("wait", "--service", "orders", url=service_url(admin_url, "orders"))
    assert (await waiting.told("not_ready"))["dependency"] == "migrations"
    await migrated_orders(admin_url)
    line = await waiting.told("migrated")
    assert await waiting.ended() == 0
    assert (line["revision"], line["newer"]) == (head("orders"), False)


async def test_an_older_revision_is_waited_for_and_a_newer_one_is_good_enough(admin_url: str) -> None:
    await migrated_orders(admin_url)
    admin = await asyncpg.connect(admin_url)
    await admin.execute("UPDATE orders.alembic_version SET version_num = '0001'")
    waiting = await start("wait", "--service", "orders", url=service_url(admin_url, "orders"))
    assert (await waiting.told("not_ready"))["state"] == f"orders is at 0001 and must be at {head('orders')}"
    await admin.execute("UPDATE orders.alembic_version SET version_num = '9999_of_a_later_version'")
    assert (await waiting.told("migrated"))["newer"] is True
    assert await waiting.ended() == 0
    await admin.close()


async def test_an_older_image_leaves_what_a_newer_one_has_migrated_as_it_is(admin_url: str) -> None:
    await migrated_orders(admin_url)
    admin = await asyncpg.connect(admin_url)
    later = "9999_of_a_later_version"
    await admin.execute("UPDATE orders.alembic_version SET version_num = $1", later)
    rolled_back = await start("--service", "orders", url=admin_url)
    told = await rolled_back.told("migrated")
    assert (told["schema"], told["revision"], told["newer"]) == ("orders", later, True)
    assert await rolled_back.ended() == 0
    assert await admin.fetchval("SELECT version_num FROM orders.alembic_version") == later
    await admin.close()


async def test_waiting_names_a_database_that_is_not_there_and_ends_on_sigterm(admin_url: str) -> None:
    nowhere = urlunsplit(urlsplit(service_url(admin_url, "orders"))._replace(netloc="orders_service:x@127.0.0.1:1"))
    waiting = await start("wait", "--service", "orders", url=nowhere)
    assert (await waiting.told("not_ready"))["dependency"] == "postgres"
    waiting.signal(signal.SIGTERM)
    assert await waiting.ended() == 143


async def test_a_migration_does_not_queue_behind_a_long_transaction(
    admin_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everybody who comes after a change that waits for a table would wait with it."""
    monkeypatch.setattr(migrate, "_TABLE_LOCK_SECONDS", 1)
    await migrated_orders(admin_url)
    admin = await asyncpg.connect(admin_url)
    async with admin.transaction():
        await admin.execute("LOCK TABLE orders.alembic_version IN ACCESS EXCLUSIVE MODE")
        with pytest.raises(DBAPIError, match="lock timeout"):
            await migrate.migrate(admin_url, ["orders"], PASSWORDS)
    await admin.close()
    await migrate.migrate(admin_url, ["orders"], PASSWORDS)


def test_every_service_with_data_has_migrations_that_can_be_waited_for() -> None:
    assert {path.parent.name for path in Path(SERVICES).glob("*/migrations")} == set(ALL)
    assert all(head(service) for service in ALL)
