"""Real PostgreSQL and NATS for every test: one cluster a run, a database and a NATS server a process.

Tests share their process's database and keep apart by tenant: each takes a `tenant_id` of its own.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

from devstack import processes
from devstack.embedded import THROWAWAY_POSTGRES, PostgresServer, start_nats, start_postgres

_SERVICE_PASSWORD = "service-password-of-the-tests"  # noqa: S105  of a cluster that lives as long as the run
_TEMPLATE = "migrated"
_FOLDER = "sales-agents-tests-"
_RUN = pytest.StashKey["_TestRun"]()

# How long an example takes is the machine's business.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")


class _TestRun:
    """What one test run keeps outside its processes: a folder, and the cluster once it is needed."""

    def __init__(self) -> None:
        _remove_left_behind()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-"))
        self._postgres: PostgresServer | None = None

    def postgres_url(self) -> str:
        if self._postgres is None:
            self._postgres = start_postgres(self.folder / "postgres", settings=THROWAWAY_POSTGRES)
        return self._postgres.url

    def close(self) -> None:
        if self._postgres is not None:
            self._postgres.stop(crash=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_RUN] = _TestRun()
    worker = getattr(config, "workerinput", None)
    if worker is not None:
        # A port is promised before its server listens there: no two processes may choose the same one.
        place = int(worker["workerid"].removeprefix("gw")) % worker["workercount"]
        processes.PORTS_OF_SERVERS = processes.PORTS_OF_SERVERS[place :: worker["workercount"]]


def pytest_sessionstart() -> None:
    """What the environment says of terminals and proxies does not reach the tests; pytest itself has read it."""
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE"):
        os.environ.pop(name, None)
    given = f"{os.environ.get('no_proxy', '')},{os.environ.get('NO_PROXY', '')}".split(",")
    direct = ",".join(sorted({"127.0.0.1", "localhost", *given} - {""}))
    os.environ |= {"no_proxy": direct, "NO_PROXY": direct}


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With pytest-xdist the controller owns the cluster, so that it outlives every worker."""
    node.workerinput["postgres_url"] = node.config.stash[_RUN].postgres_url()


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(_RUN, None)
    if run is not None:
        run.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests tell beside their outcome, recorded as `record_property(section, line)`, in sections."""
    sections: dict[str, list[str]] = {}
    for outcome, mark in (("passed", "✓"), ("failed", "✗")):
        for report in terminalreporter.stats.get(outcome, []):
            for section, line in report.user_properties:
                sections.setdefault(section, []).append(f"{mark} {line}")
    for section, lines in sections.items():
        terminalreporter.write_sep("-", section)
        for line in lines:
            terminalreporter.write_line(line)


# What in tests/ starts platforms of its own, or none.
_ON_THEIR_OWN = (
    *("tests/test_backup.py", "tests/test_faults.py", "tests/test_rolling_restarts.py", "tests/test_start_order.py"),
    *("tests/deployment/", "tests/images/"),
)


class _FilesTogether(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a file run in one process, as do all that share a started platform.

    (The scheduler `loadgroup` would do it by marks, but pytest 9.2 ignores the names it gives.)
    """

    def _split_scope(self, nodeid: str) -> str:
        path = nodeid.partition("::")[0]
        if path.startswith("tests/browser/"):
            return "dashboard"
        shared = path.startswith("tests/") and not path.startswith(_ON_THEIR_OWN)
        return "platform" if shared else path


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return _FilesTogether(config, log)


@pytest.fixture(scope="session")
def postgres_admin_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The administrator's URL of this test process's own database, with every service's schema in it."""
    worker = getattr(request.config, "workerinput", None)
    cluster_url = worker["postgres_url"] if worker else request.config.stash[_RUN].postgres_url()
    database = f"test_{secrets.token_hex(4)}"
    asyncio.run(_create_database(cluster_url, database))
    yield _with_database(cluster_url, database)


@pytest.fixture(scope="session")
def service_database_url(postgres_admin_url: str) -> Callable[[str], str]:
    """Gives a service's own URL into this process's database: `service_database_url("orders")`."""

    def url(service: str) -> str:
        parts = urlsplit(postgres_admin_url)
        account = f"{service}_service:{_SERVICE_PASSWORD}"
        return urlunsplit(parts._replace(netloc=f"{account}@{parts.hostname}:{parts.port}"))

    return url


@pytest.fixture(scope="session")
def service_database_password() -> str:
    """The password of every `<name>_service` role of this test run."""
    return _SERVICE_PASSWORD


@pytest.fixture(scope="session")
def nats_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A NATS server with JetStream for this test process."""
    server = start_nats(request.config.stash[_RUN].folder / "nats", durable=False)
    yield server.url
    server.stop()


@pytest.fixture
def tenant_id() -> str:
    """A tenant that no other test uses."""
    return f"t_{secrets.token_hex(4)}"


async def _create_database(cluster_url: str, database: str) -> None:
    """Copy the migrated template, which the first process to come here makes while the others wait."""
    connection = await asyncpg.connect(cluster_url)
    try:
        await connection.execute("SELECT pg_advisory_lock(1)")
        found = await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", _TEMPLATE)
        if not found:
            await connection.execute(f'DROP DATABASE IF EXISTS "{_TEMPLATE}_unfinished"')
            await connection.execute(f'CREATE DATABASE "{_TEMPLATE}_unfinished"')
            await _migrate(_with_database(cluster_url, f"{_TEMPLATE}_unfinished"))
            await connection.execute(f'ALTER DATABASE "{_TEMPLATE}_unfinished" RENAME TO "{_TEMPLATE}"')
        await connection.execute(f'CREATE DATABASE "{database}" TEMPLATE "{_TEMPLATE}"')
    finally:
        await connection.close()


async def _migrate(admin_url: str) -> None:
    # Alembic is slow to import, and most tests need no database.
    from services.common.migrate import migrate, services_with_migrations  # noqa: PLC0415

    await migrate(admin_url, services_with_migrations(), _SERVICE_PASSWORD)


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))


def _remove_left_behind() -> None:
    """Folders of runs that were killed. Their names tell the process."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_FOLDER}*"):
        pid = folder.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdigit() and not processes.command_line(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)
