"""The dashboard's edge wired as in `__main__`, with stand-ins of the other services behind real gRPC."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import httpx2
import pytest

from services.admin_bff.app import create_app
from services.admin_bff.live.hub import Hub
from services.admin_bff.parts import Parts
from services.admin_bff.peers import Peers
from services.admin_bff.session.api_keys import ApiKeySessions
from services.admin_bff.session.guard import CSRF_HEADER
from services.admin_bff.session.login_limits import LoginLimits
from services.admin_bff.session.sessions import COOKIE, Sessions
from services.admin_bff.session.standing import Standing
from services.admin_bff.tenant_facts import TenantFacts
from services.admin_bff.tests.doubles import serve
from services.admin_bff.tests.world import BFF_SEED, Business, World, add_business
from services.common.auth import TokenSigner
from services.common.checks import serving
from services.common.grpc_client import channel
from services.common.http.readiness import Readiness
from services.common.http.server import http_server, listen
from services.common.staff import Role

ORIGIN = "http://dashboard"


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Browser:
    """A person at the dashboard: a cookie, and what its pages send with writes."""

    def __init__(self, http: httpx2.AsyncClient, cookie: str, session: dict[str, Any], origin: str = ORIGIN) -> None:
        self.http = http
        self.origin = origin
        self.cookie = cookie
        self.session = session
        self.tenant_id: str = session["tenant_id"]

    async def request(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """`path` is below the tenant, unless it begins with a slash."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}"}
        if method not in ("GET", "HEAD"):
            headers |= {"Origin": self.origin, CSRF_HEADER: self.session["csrf_token"]}
        headers |= options.pop("headers", {})
        url = path if path.startswith("/") else f"/admin/{self.tenant_id}/{path}"
        return await self.http.request(method, url, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> httpx2.Response:
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx2.Response:
        return await self.request("POST", path, json=body, **options)

    async def patch(self, path: str, body: Any, **options: Any) -> httpx2.Response:
        return await self.request("PATCH", path, json=body, **options)


@dataclass(repr=False)
class Dashboard:
    """The edge under test and what a test needs of its surroundings."""

    world: World
    parts: Parts
    app: Any
    http: httpx2.AsyncClient
    time: Time
    tenant_id: str

    @property
    def business(self) -> Business:
        return self.world.businesses[self.tenant_id]

    async def log_in(self, role: Role = Role.OWNER, tenant_id: str = "") -> Browser:
        """Somebody of this role, of this test's tenant unless it is another."""
        key = self.world.key_of(tenant_id or self.tenant_id, role)
        answer = await self.http.post("/admin/session", json={"api_key": key})
        assert answer.status_code == 200, answer.text
        cookie = answer.cookies[COOKIE]
        self.http.cookies.clear()
        return Browser(self.http, cookie, answer.json())

    def at_work_since(self, age: float) -> Browser:
        """The owner, whose session was opened so many seconds ago with a key that still works."""
        key = self.world.key_of(self.tenant_id, Role.OWNER)
        token = self.world.session_of(self.world.credentials[key].staff, age)
        return Browser(self.http, token, {"tenant_id": self.tenant_id, "csrf_token": ""})


def make_parts(
    world: World, peer: grpc.aio.Channel, time: Time, *, ui: Path = Path("/nowhere"), development: bool = True
) -> Parts:
    """The parts of an edge whose peers are all behind one channel."""
    peers = Peers(TokenSigner("admin_bff", BFF_SEED), tenants=peer, customers=peer, orders=peer, agent=peer)
    sessions = Sessions(peers, world.verifier, b"secret-of-the-tests", LoginLimits(time))
    return Parts(
        peers=peers,
        sessions=sessions,
        standing=Standing(sessions, time),
        api_keys=ApiKeySessions(sessions, time),
        facts=TenantFacts(),
        hub=Hub(),
        readiness=Readiness({"agent": serving(peer)}, time),
        ui=ui,
        development=development,
    )


def http_of(app: Any, origin: str = ORIGIN) -> httpx2.AsyncClient:
    """A client of the application that lets exceptions be answered as a server does."""
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app, raise_app_exceptions=False), base_url=origin)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part of a page that is late because the machine is busy is not missing."""
    for module in ("conversations.detail", "customers.people", "tenant_facts", "session.sessions"):
        monkeypatch.setattr(f"services.admin_bff.{module}.PART_SECONDS", 60.0)


@pytest.fixture
def ui_folder(tmp_path: Path) -> Path:
    """Where the built dashboard would be; a test may fill it."""
    return tmp_path / "dist"


@pytest.fixture
async def dashboard(tenant_id: str, ui_folder: Path) -> AsyncIterator[Dashboard]:
    """An edge in development, before one business and another."""
    world, time = World(), Time()
    add_business(world, tenant_id)
    async with serve(world) as server, channel(f"127.0.0.1:{server.port}") as peer:
        parts = make_parts(world, peer, time, ui=ui_folder)
        app = create_app(parts)
        async with http_of(app) as http:
            yield Dashboard(world, parts, app, http, time, tenant_id)


@pytest.fixture
async def owner(dashboard: Dashboard) -> Browser:
    """The owner, logged in; what logging in took is not counted."""
    browser = await dashboard.log_in()
    dashboard.world.seen.clear()
    return browser


@pytest.fixture
def other_tenant(dashboard: Dashboard) -> str:
    """Another business on the same platform."""
    tenant_id = f"{dashboard.tenant_id}_other"
    add_business(dashboard.world, tenant_id)
    return tenant_id


@pytest.fixture
async def url(dashboard: Dashboard) -> AsyncIterator[str]:
    """The application behind the server of production."""
    listener = listen("ADMIN_PORT", "127.0.0.1", 0)
    server = http_server(dashboard.app, connections=100, grace_seconds=5)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    dashboard.parts.hub.close()
    server.should_exit = True
    await serving
