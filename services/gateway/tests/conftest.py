"""A gateway wired as in `__main__`, between doubles of its neighbours and the simulator of Telegram."""

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1.messaging_pb2_grpc import MessagingServiceStub, add_MessagingServiceServicer_to_server
from sales.tenants.v1.tenants_pb2_grpc import TenantsServiceStub, add_TenantsServiceServicer_to_server

from devstack.telegram_simulator.client import TelegramCustomer, telegram_customer
from devstack.telegram_simulator.server import running_simulator
from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.checks import serving
from services.common.grpc_client import channel
from services.common.grpc_server import Server
from services.common.http.readiness import Readiness
from services.gateway.accounts import ChannelAccounts
from services.gateway.app import create_app
from services.gateway.channels.telegram import TelegramApi, TelegramChannel, http_client
from services.gateway.delivery import DeliveryWorker
from services.gateway.intake import Intake
from services.gateway.reports import DeliveryReports
from services.gateway.tests.doubles import AGENT_ACCESS, TENANTS_ACCESS, AgentDouble, TenantsDouble
from services.gateway.typing_indicator import TypingIndicator
from services.gateway.webhooks import Webhooks

if TYPE_CHECKING:
    from sales.agent.v1.messaging_pb2_grpc import MessagingServiceAsyncStub

SEED, PUBLIC_KEY = generate_key_pair()
SECRET = "a-webhook-secret"
_UPDATES = Path(__file__).parent / "updates"
_bot_ids = itertools.count(88_000_001)
_chat_ids = itertools.count(500_001)


class Time:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(repr=False)
class Gateway:
    """The gateway under test and what a test needs of its surroundings."""

    agent: AgentDouble
    tenants: TenantsDouble
    agent_server: Server
    tenants_server: Server
    accounts: ChannelAccounts
    typing: TypingIndicator
    reports: DeliveryReports
    worker: DeliveryWorker
    webhooks: Webhooks
    readiness: Readiness
    app: Any
    http: httpx2.AsyncClient
    api: TelegramApi
    work: "asyncio.Task[None]"
    time: Time
    stub: "MessagingServiceAsyncStub"
    signer: TokenSigner
    tenant_id: str
    token: str
    account_id: str

    async def post(self, update: Any, *, tenant_id: str = "", secret: str | None = SECRET) -> httpx2.Response:
        """Deliver an update to the webhook."""
        return await self.post_raw(json.dumps(update).encode(), tenant_id=tenant_id, secret=secret)

    async def post_raw(
        self, body: bytes, *, tenant_id: str = "", secret: str | None = SECRET, channel_name: str = "telegram"
    ) -> httpx2.Response:
        headers = {} if secret is None else {"X-Telegram-Bot-Api-Secret-Token": secret}
        path = f"/webhooks/{channel_name}/{tenant_id or self.tenant_id}"
        return await self.http.post(path, content=body, headers=headers)

    def delivery(self, chat_id: int, text: str = "hello", **fields: Any) -> messaging.Delivery:
        """A reply's part to this tenant's bot."""
        values: dict[str, Any] = {
            "delivery_id": f"delivery-to-{chat_id}",
            "tenant_id": self.tenant_id,
            "channel": "telegram",
            "channel_account_id": self.account_id,
            "external_chat_id": str(chat_id),
            "text": text,
            "attempt": 1,
        }
        return messaging.Delivery(**{**values, **fields})

    async def report_of(self, delivery: messaging.Delivery) -> messaging.DeliveryReport:
        """Have a delivery sent, and wait for its report."""
        self.agent.hand_out(delivery)
        await self.agent.until(lambda: self._find(delivery) is not None)
        found = self._find(delivery)
        assert found is not None
        return found

    def _find(self, delivery: messaging.Delivery) -> messaging.DeliveryReport | None:
        wanted = (delivery.delivery_id, delivery.attempt)
        return next((each for each in self.agent.reports if (each.delivery_id, each.attempt) == wanted), None)


def load_update(name: str) -> dict[str, Any]:
    """A recorded shape of a Telegram update, by its file's name."""
    update: dict[str, Any] = json.loads((_UPDATES / f"{name}.json").read_text())
    return update


def all_updates() -> list[str]:
    """Names of all recorded shapes."""
    return sorted(path.stem for path in _UPDATES.glob("*.json"))


def text_update(update_id: int, chat_id: int, text: str = "hello") -> dict[str, Any]:
    """A plain text message."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "from": {"id": chat_id, "is_bot": False, "first_name": "Ann", "language_code": "en"},
            "chat": {"id": chat_id, "first_name": "Ann", "type": "private"},
            "date": 1795442401,
            "text": text,
        },
    }


@contextlib.asynccontextmanager
async def serve(servicer: Any, address: str = "127.0.0.1:0") -> AsyncIterator[Server]:
    """A double behind a real gRPC server with real tokens."""
    agent = isinstance(servicer, AgentDouble)
    verifier = TokenVerifier({"gateway": PUBLIC_KEY})
    server = Server(verifier, AGENT_ACCESS if agent else TENANTS_ACCESS, reflected=False, address=address)
    add = add_MessagingServiceServicer_to_server if agent else add_TenantsServiceServicer_to_server
    add(servicer, server.grpc)
    await server.start()
    await server.ready()
    try:
        yield server
    finally:
        await server.stop(0)


@pytest.fixture(scope="session")
def telegram_url() -> Iterator[str]:
    with running_simulator() as url:
        yield url


@pytest.fixture
def bot_api_url(telegram_url: str) -> str:
    """Where the gateway finds the Bot API; a test may override it."""
    return telegram_url


@pytest.fixture
def typing_delay() -> float:
    """Seconds from a message to the first typing call; a test may override it."""
    return 0.05


@pytest.fixture
def chat_id() -> int:
    """A chat that no other test uses."""
    return next(_chat_ids)


@pytest.fixture
async def gateway(tenant_id: str, bot_api_url: str, typing_delay: float) -> AsyncIterator[Gateway]:
    """A gateway whose delivery worker and reports run."""
    agent, signer, time = AgentDouble(), TokenSigner("gateway", SEED), Time()  # type: ignore[abstract]
    tenants = TenantsDouble()  # type: ignore[abstract]  # what the gateway does not call is left to the base class
    token = f"{next(_bot_ids)}:AAE-token-of-the-tests"
    account_id = tenants.put(tenant_id, token, SECRET)
    async with contextlib.AsyncExitStack() as stack:
        agent_server = await stack.enter_async_context(serve(agent))
        tenants_server = await stack.enter_async_context(serve(tenants))
        agent_channel = await stack.enter_async_context(channel(f"127.0.0.1:{agent_server.port}"))
        tenants_channel = await stack.enter_async_context(channel(f"127.0.0.1:{tenants_server.port}"))
        client = await stack.enter_async_context(http_client())
        stub = MessagingServiceStub(agent_channel)
        accounts = ChannelAccounts(TenantsServiceStub(tenants_channel), signer, time)
        api = TelegramApi(client, bot_api_url)
        telegram = TelegramChannel(api)
        channels = {telegram.name: telegram}
        typing = TypingIndicator(channels, accounts, delay_seconds=typing_delay, renew_seconds=0.1, now=time)
        reports = DeliveryReports(stub, signer)
        worker = DeliveryWorker(stub, signer, channels, accounts, typing, reports)
        webhooks = Webhooks(channels, accounts, Intake(stub, signer), typing)
        readiness = Readiness({"agent": serving(agent_channel), "tenants": serving(tenants_channel)}, time)
        app = create_app(webhooks, readiness, documented=False)
        transport = httpx2.ASGITransport(app)
        http = await stack.enter_async_context(httpx2.AsyncClient(transport=transport, base_url="http://gateway"))
        reporting, work = asyncio.create_task(reports.run()), asyncio.create_task(worker.run())
        yield Gateway(
            agent=agent,
            tenants=tenants,
            agent_server=agent_server,
            tenants_server=tenants_server,
            accounts=accounts,
            typing=typing,
            reports=reports,
            worker=worker,
            webhooks=webhooks,
            readiness=readiness,
            app=app,
            http=http,
            api=api,
            work=work,
            time=time,
            stub=stub,
            signer=signer,
            tenant_id=tenant_id,
            token=token,
            account_id=account_id,
        )
        work.cancel()
        reporting.cancel()
        await asyncio.wait({work, reporting})
        await typing.close()
        await webhooks.finish()


@pytest.fixture
async def telegram(gateway: Gateway, telegram_url: str) -> AsyncIterator[TelegramCustomer]:
    """The simulator's log and faults, for this gateway's bot."""
    async with telegram_customer(telegram_url, gateway.token) as customer:
        yield customer
