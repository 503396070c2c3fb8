"""What the supervisor mends beside its children, and how it begins; the processes are actors."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from devstack import checks, supervisor
from devstack.embedded import start_nats
from devstack.run_files import RunFiles
from devstack.settings import StackSettings
from devstack.supervisor import Stack
from devstack.tests.test_child import Screen
from services.common import migrate

_SECONDS = 60
_SERVICES = ("tenants", "customers", "orders", "agent")
_TELEGRAM = "devstack.telegram_simulator"


class Actor:
    """A process that runs until it is told to end."""

    pid = 1 << 30  # nobody's

    def __init__(self) -> None:
        self.stdout = asyncio.StreamReader()
        self.returncode: int | None = None
        self._ended = asyncio.Event()

    async def wait(self) -> int:
        await self._ended.wait()
        return self.returncode or 0

    def end(self, status: int) -> None:
        self.returncode = status
        self.stdout.feed_eof()
        self._ended.set()

    def send_signal(self, number: int) -> None:
        self.end(-number)


class Theatre:
    """Starts actors for all that the stack runs. `webhooks`: how each setting of a webhook ends, at last well."""

    def __init__(self) -> None:
        self.playing: dict[str, Actor] = {}
        self.environments: dict[str, Mapping[str, str]] = {}
        self.down: set[str] = set()  # checks that find nothing
        self.webhooks: list[int | Exception] = []
        self.webhooks_set = 0
        self.operator_environment_at: dict[str, bool] = {}
        self._changed = asyncio.Condition()

    async def start(self, command: Sequence[str], environment: Mapping[str, str]) -> Actor:
        module = command[command.index("-m") + 1]
        actor = self.playing[module] = Actor()
        await self._tell()
        self.environments[module] = environment
        if module == "salesctl":
            self.operator_environment_at[command[-1]] = RunFiles(
                Path(environment["DATA_DIR"])
            ).operator_environment.exists()
            actor.end(await self._webhook() if "webhook" in command else 0)
        return actor

    async def is_up(self, check: str) -> bool:
        return check not in self.down

    async def until(self, happened: Callable[[], bool]) -> None:
        async with asyncio.timeout(_SECONDS), self._changed:
            await self._changed.wait_for(happened)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _webhook(self) -> int:
        ending = self.webhooks.pop(0) if self.webhooks else 0
        if isinstance(ending, Exception):
            raise ending
        self.webhooks_set += ending == 0
        await self._tell()
        return ending


@pytest.fixture
def theatre(monkeypatch: pytest.MonkeyPatch) -> Theatre:
    """Actors instead of processes, no database to be migrated, and no pause before the next look."""
    theatre = Theatre()

    async def migrated(*_: object) -> None:
        return

    monkeypatch.setattr(checks, "is_up", theatre.is_up)
    monkeypatch.setattr(migrate, "migrate", migrated)
    monkeypatch.setattr(supervisor, "_WATCH_SECONDS", 0)
    monkeypatch.setattr("devstack.child._FIRST_PAUSE_SECONDS", 0)
    for name in StackSettings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    return theatre


@contextlib.asynccontextmanager
async def started(theatre: Theatre, data_dir: Path, screen: Screen, **settings: Any) -> AsyncIterator[Stack]:
    """A stack whose PostgreSQL and, unless told otherwise, NATS run elsewhere."""
    ports = dict.fromkeys(("gateway_port", "admin_port", *(f"{name}_grpc_port" for name in _SERVICES)), 0)
    elsewhere = {"database_url": "postgresql://postgres:admin@127.0.0.1:1/postgres", "nats_url": "nats://127.0.0.1:1"}
    values: dict[str, Any] = {"data_dir": data_dir, **ports, **elsewhere, **settings}
    stack = Stack(StackSettings(_env_file=None, **values), Console(file=screen, width=200), start=theatre.start)
    await stack.start()
    try:
        yield stack
    finally:
        await stack.stop()


@pytest.mark.parametrize("failure", [1, OSError("too many open files")])
async def test_webhooks_that_could_not_be_set_again_are_set_at_a_later_look(
    theatre: Theatre, tmp_path: Path, failure: int | Exception
) -> None:
    screen = Screen()
    async with started(theatre, tmp_path, screen):
        at_the_start = theatre.webhooks_set
        assert at_the_start == 2
        theatre.webhooks = [failure, failure]
        theatre.playing[_TELEGRAM].end(-signal.SIGKILL)
        await theatre.until(lambda: theatre.webhooks_set >= at_the_start + 2)
        assert ("too many open files" if isinstance(failure, OSError) else "salesctl webhook set") in screen.getvalue()


class MortalServer:
    """A PostgreSQL that counts its starts."""

    name = "PostgreSQL"

    def __init__(self, data_dir: Path, port: int, log_file: Path) -> None:
        self.port, self.pid, self.starts = port, 0, 0
        self.url = f"postgresql://postgres:admin@127.0.0.1:{port}/postgres"
        self.again = asyncio.Event()

    def start(self) -> None:
        self.pid, self.starts = 1 << 30, self.starts + 1
        if self.starts == 2:
            self.again.set()

    def die(self) -> None:
        self.pid = None  # type: ignore[assignment]

    def stop(self) -> None:
        self.die()

    def stop_leftover(self) -> None: ...


async def test_a_dead_database_is_started_again_while_the_simulator_of_telegram_is_away(
    theatre: Theatre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servers = []

    def server(*arguments: Any, **named: Any) -> MortalServer:
        servers.append(MortalServer(*arguments, **named))
        return servers[-1]

    monkeypatch.setattr(supervisor, "PostgresServer", server)
    async with started(theatre, tmp_path, Screen(), database_url="") as stack:
        theatre.down = {part.check for part in stack.parts() if part.name == "telegram-simulator"}
        gone = theatre.playing[_TELEGRAM]
        gone.end(-signal.SIGKILL)
        await theatre.until(lambda: theatre.playing[_TELEGRAM] is not gone)
        servers[0].die()
        async with asyncio.timeout(_SECONDS):
            await servers[0].again.wait()


async def test_a_server_that_a_killed_stack_left_gives_its_port_back(theatre: Theatre, tmp_path: Path) -> None:
    left = start_nats(tmp_path / "nats")
    async with started(theatre, tmp_path, Screen(), nats_url="", nats_port=left.port) as stack:
        nats = next(part for part in stack.parts() if part.name == "nats")
        assert nats.pid not in (None, left.pid)
        assert left.pid is None


async def test_the_operators_environment_is_there_while_the_start_goes_on(theatre: Theatre, tmp_path: Path) -> None:
    async with started(theatre, tmp_path, Screen()):
        assert theatre.operator_environment_at["seed"]


async def test_no_two_processes_are_told_to_listen_on_the_one_port_of_metrics(
    theatre: Theatre, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("METRICS_PORT", "9090")
    screen = Screen()
    async with started(theatre, tmp_path, screen):
        told = [module for module, environment in theatre.environments.items() if "METRICS_PORT" in environment]
        assert told == []
    assert "METRICS_PORT is left out" in screen.getvalue()
