"""A platform whose parts are started one by one, and what each service says that it misses."""

import asyncio
import sys
from pathlib import Path

import asyncpg
import grpc
import httpx2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rich.console import Console
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc

from devstack.child import Child
from devstack.components import Surroundings, components
from devstack.compose_secrets import CALLERS
from devstack.console import Voices
from devstack.embedded import THROWAWAY_POSTGRES, NatsServer, PostgresServer
from devstack.keys import Keys
from devstack.ports import choose_ports
from devstack.run_files import RunFiles
from services.common.db import Unavailable
from services.common.grpc_client import channel
from services.common.migrate import migrate, services_with_migrations
from tests.fork_server import start
from tests.platform_under_test import stack_settings, until

SERVERS = ("postgres", "migrations", "nats")
SERVICES = ("tenants", "customers", "orders", "agent", "gateway", "admin_bff")
EDGES = ("gateway", "admin_bff")

REPORTED = {
    "tenants": SERVERS,
    "customers": SERVERS,
    "orders": (*SERVERS, "tenants"),
    "agent": (*SERVERS, "tenants", "customers", "orders"),
    "gateway": ("agent", "tenants", "nats"),
    "admin_bff": ("tenants", "agent", "orders", "customers", "nats"),
}
"""What each service names while it is not there."""
NEEDED = {
    **dict.fromkeys(("tenants", "customers", "orders", "agent"), SERVERS),
    "gateway": ("agent", "tenants"),
    "admin_bff": ("tenants",),
}
"""What it cannot begin without."""


class Parts:
    """All parts of one platform over one folder, none of them started."""

    def __init__(self, folder: Path) -> None:
        settings = stack_settings(folder)
        ports = choose_ports(settings, folder / "ports.json")
        self._postgres = PostgresServer(folder / "postgres", ports["postgres"], settings=THROWAWAY_POSTGRES)
        self._nats = NatsServer(folder / "nats", ports["nats"], durable=False)
        self.around = Surroundings(
            settings=settings,
            ports=ports,
            keys=Keys(folder / "secrets", CALLERS),
            # Services get roles of their own instead; the administrator's password is made with the cluster.
            admin_database_url=f"postgresql://postgres@127.0.0.1:{ports['postgres']}/postgres",
            nats_url=self._nats.url,
        )
        self._components = {part.name: part for part in components(self.around)}
        self._files = RunFiles(folder)
        self._files.take_lock()
        self._voices = Voices(Console(quiet=True), self._files.logs, quiet=True)
        self._children: dict[str, Child] = {}
        self._channels = {name: channel(ports.address(name)) for name in SERVICES if name not in EDGES}
        self._http = httpx2.AsyncClient(trust_env=False, timeout=30)
        self._migrating: asyncio.Task[bool] | None = None
        self._there: set[str] = set()

    def start(self, name: str) -> None:
        """Start one part; migrations try until they find PostgreSQL."""
        if name == "postgres":
            self._postgres.start()
        elif name == "nats":
            self._nats.start()
        elif name == "migrations":
            self._migrating = asyncio.create_task(until("migrations", self._migrate))
            return
        else:
            inherited = self.around.settings.inherited_environment()
            child = self._children[name] = Child(self._components[name], inherited, self._voices, self._files, start)
            child.start()
        self._there.add(name)

    async def settle(self) -> set[tuple[str, str]]:
        """Wait until each started service says exactly what it misses; gives service and dependency, each pair."""
        if self._migrating and "postgres" in self._there:
            await self._migrating
            self._there.add("migrations")
        said = set()
        for name in self._children:
            if name in SERVICES:
                missing = [dependency for dependency in REPORTED[name] if not self._works(dependency)]
                await self._says(name, missing)
                said |= {(name, dependency) for dependency in missing}
        return said

    async def run_salesctl(self, *arguments: str) -> None:
        """Run salesctl against this platform; it has to work."""
        admin = {"DATABASE_URL": self._postgres.url}
        process = await start(
            [sys.executable, "-m", "salesctl", *arguments],
            self.around.settings.inherited_environment() | self.around.operator_environment() | admin,
        )
        output = (await process.stdout.read() if process.stdout else b"").decode()
        assert await process.wait() == 0, output

    async def stop(self) -> None:
        """Stop everything; services that died meanwhile are an error."""
        await asyncio.gather(*(child.stop() for child in self._children.values()))
        if self._migrating:
            self._migrating.cancel()
        await asyncio.gather(self._http.aclose(), *(opened.close() for opened in self._channels.values()))
        self._nats.stop()
        self._postgres.stop(crash=True)
        self._files.release_lock()
        self._voices.close()

    def died(self) -> dict[str, list[int]]:
        """Parts that ended by themselves, with their exit statuses."""
        return {name: child.ends for name, child in self._children.items() if child.ends}

    def _works(self, name: str) -> bool:
        return name in self._there and all(map(self._works, NEEDED.get(name, ())))

    async def _migrate(self) -> bool:
        password = self.around.service_database_password
        try:
            await migrate(self._postgres.url, services_with_migrations(), password)
        except (asyncpg.PostgresError, TimeoutError, *Unavailable):
            return False
        return True

    async def _says(self, name: str, missing: list[str]) -> None:
        heard: object = None

        async def as_expected() -> bool:
            nonlocal heard
            heard = await (self._edge(name) if name in EDGES else self._service(name))
            return heard == (set(missing), set(NEEDED[name]).isdisjoint(missing))

        try:
            await until("", as_expected, 90)
        except AssertionError as error:
            told = f"{name} should miss {missing} and says (missing, ready) {heard}"
            raise AssertionError(f"{told}\n--- end of its log\n{self._voices.log_end(name)}") from error

    async def _edge(self, name: str) -> tuple[set[str], bool] | None:
        """What it says is missing, and whether it is ready; None while it does not listen."""
        url = self.around.ports.url(name)
        try:
            assert (await self._http.get(f"{url}/healthz")).status_code == 200
            answer = await self._http.get(f"{url}/readyz")
        except httpx2.HTTPError:
            return None
        assert answer.json()["ready"] == (answer.status_code == 200)
        return set(answer.json()["missing"]), answer.status_code == 200

    async def _service(self, name: str) -> tuple[set[str], bool] | None:
        health = health_pb2_grpc.HealthStub(self._channels[name])
        try:
            statuses = (await health.List(health_pb2.HealthListRequest(), timeout=30)).statuses
        except grpc.aio.AioRpcError:
            return None
        serving = {asked for asked, answer in statuses.items() if answer.status == answer.SERVING}
        assert "live" in serving
        if "" not in serving:
            await self._refuses(self._channels[name], [need for need in SERVERS if need not in serving])
        return set(REPORTED[name]) - serving, "" in serving

    async def _refuses(self, to_service: grpc.aio.Channel, missing: list[str]) -> None:
        """Calls are answered with what is missing; nothing, when it has just come."""
        try:
            await diagnostics_pb2_grpc.DiagnosticsServiceStub(to_service).GetBacklog(
                diagnostics_pb2.GetBacklogRequest(), timeout=30
            )
        except grpc.aio.AioRpcError as error:
            if missing and error.code() is grpc.StatusCode.UNAVAILABLE:
                # Since it was asked, more may have come, or all: then it begins.
                named = (error.details() or "").removeprefix("not ready: ")
                assert named == "it is starting" or set(named.split(", ")) <= set(missing), error.details()
