"""The whole stack on one machine: brought up in order, kept running, brought down in reverse order."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import urlsplit

from rich.console import Console

from devstack import checks
from devstack.child import Child, Start, execute
from devstack.components import MARKERS, Component, Surroundings, components
from devstack.compose_secrets import CALLERS
from devstack.console import Voices
from devstack.embedded import EmbeddedServerError, NatsServer, PostgresServer
from devstack.keys import Keys
from devstack.ports import choose_ports
from devstack.run_files import Part, RunFiles
from devstack.settings import StackSettings

TENANTS = ("valdman", "joannas_bakery")
_READY_SECONDS = 90.0
_POLL_SECONDS = 0.1
_WATCH_SECONDS = 0.5
_TOO_MANY_ENDS = 3


class StartError(Exception):
    """The stack did not come up; the text says which part and shows the end of its log."""


@dataclass
class _Servers:
    """The embedded servers; None for one that runs elsewhere."""

    postgres: PostgresServer | None = None
    nats: NatsServer | None = None


class Stack:
    """One stack over one DATA_DIR. Call `start` and `stop` from the main thread's event loop.

    `extra` adds variables to the environment of single parts: {"agent": {"NAME": "value"}}. `start` starts processes.
    """

    def __init__(
        self,
        settings: StackSettings,
        console: Console,
        *,
        quiet: bool = False,
        extra: Mapping[str, Mapping[str, str]] | None = None,
        start: Start = execute,
    ) -> None:
        self.settings = settings
        self._start = start
        self._extra = extra or {}
        self.data_dir = settings.data_dir.expanduser().resolve()
        self.files = RunFiles(self.data_dir)
        self.voices = Voices(console, self.files.logs, quiet=quiet)
        self.ports = choose_ports(settings, self.data_dir / "ports.json")
        self._servers = _Servers()
        self._children: list[Child] = []
        self._keeper: asyncio.Task[None] | None = None
        self._around: Surroundings | None = None
        self._started = False
        self._telegram_ends = 0

    @property
    def around(self) -> Surroundings:
        """Where things are; known once the embedded servers run."""
        if self._around is None:
            raise StartError("the stack has not been started")
        return self._around

    async def start(self) -> None:
        """Bring everything up and fill it. Raises StartError, PortsTakenError or AlreadyRunningError."""
        self.files.take_lock()
        try:
            self._announce_what_is_left_out()
            self.files.stop_leftovers(MARKERS)
            self._prepare_servers()
            self.ports.check_free()
            await self._bring_up()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop in reverse order: edges first, then what they use."""
        if self._keeper is not None:
            self._keeper.cancel()
        last_first = sorted(self._children, key=lambda child: -child.component.stage)
        for _, together in groupby(last_first, key=lambda child: child.component.stage):
            await asyncio.gather(*(child.stop() for child in together))
        self._children.clear()
        for server in (self._servers.nats, self._servers.postgres):
            if server is not None:
                server.stop()
        self._servers = _Servers()
        self.files.release_lock()
        self.voices.close()

    async def restart(
        self,
        name: str,
        environment: Mapping[str, str],
        *,
        meanwhile: Callable[[], Awaitable[None]] | None = None,
    ) -> int | None:
        """Run a part anew with these variables beside its own (not beside an earlier restart's) until it is up.

        `meanwhile` is awaited while it does not run. Returns the exit status with which it stopped; None if it was
        just not running. Raises KeyError for a part that does not run here, TimeoutError when it does not come up.
        """
        component = {part.name: part for part in components(self.around)}[name]
        place = [child.component.name for child in self._children].index(name)
        stopped = self._children[place]
        await stopped.stop()
        if meanwhile is not None:
            await meanwhile()
        self._children[place] = self._child(component, environment)
        self._children[place].start()
        async with asyncio.timeout(_READY_SECONDS):
            await self._up(self._children[place])
        return stopped.stopped_with

    def parts(self) -> list[Part]:
        """What is where."""
        settings, found = self.settings, []
        for name, server, elsewhere in (
            ("postgres", self._servers.postgres, _host_of(settings.database_url.get_secret_value())),
            ("nats", self._servers.nats, _host_of(settings.nats_url)),
        ):
            where = f"127.0.0.1:{server.port}" if server else elsewhere
            what = f"embedded {server.name}" if server else "yours"
            found.append(Part(name, where, what, f"tcp://{where}", server.pid if server else None))
        for child in self._children:
            part = child.component
            found.append(Part(part.name, part.where, part.what, part.check, child.pid))
        if not settings.simulates_claude:
            found.append(
                Part("claude", self.around.anthropic_base_url or "https://api.anthropic.com", "real model", "")
            )
        if not settings.simulates_telegram:
            found.append(Part("telegram", settings.telegram_api_base_url, "Bot API", ""))
        return found

    async def run_salesctl(self, *arguments: str) -> str:
        """Run salesctl against this stack; its output. Raises StartError with the output when it fails."""
        process = await self._start(
            [sys.executable, "-m", "salesctl", *arguments],
            self.settings.inherited_environment() | self.around.operator_environment(),
        )
        output = (await process.stdout.read() if process.stdout else b"").decode(errors="replace").strip()
        if await process.wait():
            raise StartError(f"salesctl {' '.join(arguments)} failed:\n{output}")
        return output

    async def _bring_up(self) -> None:
        self._start_servers()
        self.files.write_operator_environment(self.around.operator_environment())
        self._start_children(components(self.around))
        self.files.write_state(self.parts(), ready=False)
        self._keeper = asyncio.create_task(self._keep_whole())
        await self._migrate()
        await self._all_up()
        await self.run_salesctl("seed")
        if self.settings.simulates_telegram:
            await self._set_webhooks()
        self.files.write_state(self.parts(), ready=True)
        self._started = True

    def _announce_what_is_left_out(self) -> None:
        if self.settings.metrics_port:
            self.voices.announce("METRICS_PORT is left out: here all services would listen on that one port")

    def _prepare_servers(self) -> None:
        """Have them ready to start; what a killed stack left of them still holds their ports and is stopped."""
        logs = self.files.logs
        if "postgres" in self.ports.by_name:
            self._servers.postgres = PostgresServer(
                self.data_dir / "postgres", self.ports["postgres"], log_file=logs / "postgres.log"
            )
        if "nats" in self.ports.by_name:
            self._servers.nats = NatsServer(self.data_dir / "nats", self.ports["nats"], log_file=logs / "nats.log")
        for server in (self._servers.postgres, self._servers.nats):
            if server is not None:
                server.stop_leftover()

    def _start_servers(self) -> None:
        settings = self.settings
        for server in (self._servers.postgres, self._servers.nats):
            if server is not None:
                server.start()
        self._around = Surroundings(
            settings=settings,
            ports=self.ports,
            keys=Keys(self.data_dir / "secrets", CALLERS),
            admin_database_url=settings.database_url.get_secret_value() or _url(self._servers.postgres),
            nats_url=settings.nats_url or _url(self._servers.nats),
        )

    def _start_children(self, wanted: list[Component]) -> None:
        self._children += [self._child(component) for component in wanted]
        for child in self._children:
            child.start()

    def _child(self, component: Component, more: Mapping[str, str] | None = None) -> Child:
        environment = {**component.environment, **self._extra.get(component.name, {}), **(more or {})}
        own = replace(component, environment=environment)
        return Child(own, self.settings.inherited_environment(), self.voices, self.files, self._start)

    async def _migrate(self) -> None:
        # These take a second to import: meanwhile the services are starting.
        from asyncpg import InterfaceError, PostgresError  # noqa: PLC0415
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from services.common.migrate import migrate, services_with_migrations  # noqa: PLC0415

        around = self.around
        try:
            await migrate(around.admin_database_url, services_with_migrations(), around.service_database_password)
        except (OSError, PostgresError, InterfaceError, SQLAlchemyError) as error:
            raise StartError(f"The database at {_host_of(around.admin_database_url)} refused: {error}") from error

    async def _all_up(self) -> None:
        try:
            async with asyncio.timeout(_READY_SECONDS):
                for child in self._children:
                    await self._up(child)
        except TimeoutError:
            parts = [child.component for child in self._children]
            late = [part.name for part in parts if not await checks.is_up(part.check)]
            raise StartError(f"Not ready after {_READY_SECONDS:g} s: {', '.join(late)}{self._log_ends(late)}") from None

    async def _up(self, child: Child) -> None:
        while not (child.pid and await checks.is_up(child.component.check)):
            if not self._started and (
                len(child.ends) >= _TOO_MANY_ENDS or 2 in child.ends
            ):  # 2: wrong configuration, which no retry mends
                name = child.component.name
                raise StartError(f"{name} does not start{self._log_ends([name])}")
            await asyncio.sleep(_POLL_SECONDS)

    async def _set_webhooks(self) -> None:
        """Have the simulator of Telegram deliver to our gateway."""
        url = self.around.ports.url("gateway")
        await asyncio.gather(*(self.run_salesctl("webhook", "set", "--tenant", name, "--url", url) for name in TENANTS))

    async def _keep_whole(self) -> None:
        """Look now and then whether something besides the children has to be mended."""
        told = ""
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            try:
                self._restart_servers()
                if self._started:
                    await self._remind_telegram()
                told = ""
            except Exception as error:  # noqa: BLE001 - whatever it is, the next look may find it mended
                line = str(error) if isinstance(error, StartError | EmbeddedServerError) else repr(error)
                if line != told:
                    self.voices.announce(line)
                told = line

    def _restart_servers(self) -> None:
        for server in (self._servers.postgres, self._servers.nats):
            if server is not None and server.pid is None:
                self.voices.announce(f"{server.name} ended; starting it again")
                server.start()

    async def _remind_telegram(self) -> None:
        """A simulator of Telegram that died has forgotten the webhooks, unlike Telegram."""
        for child in self._children:
            ends = len(child.ends)
            if child.component.name != "telegram-simulator" or ends <= self._telegram_ends:
                continue
            if child.pid and await checks.is_up(child.component.check):  # else at a later look
                await self._set_webhooks()
                self._telegram_ends = ends

    def _log_ends(self, names: list[str]) -> str:
        return "".join(f"\n--- end of {name}'s log\n{self.voices.log_end(name)}" for name in names)


def _url(server: PostgresServer | NatsServer | None) -> str:
    return server.url if server else ""


def _host_of(url: str) -> str:
    """host:port of a URL, without the account in it."""
    return urlsplit(url).netloc.rpartition("@")[2]
