"""The agent's data and its services for tests, without worker or model."""

import uuid
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import grpc
import pytest
from sales.agent.v1 import (
    conversations_pb2,
    conversations_pb2_grpc,
    events_pb2,
    messaging_pb2,
    messaging_pb2_grpc,
    staffing_pb2_grpc,
)

from services.agent import messaging
from services.agent.conversations import server as conversations_server
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.reports import Reports
from services.agent.settings import Settings
from services.agent.staffing import server as staffing_server
from services.agent.staffing.pause_time import PauseTime
from services.agent.tables import plumbing
from services.agent.turns import claims
from services.agent.turns.claims import Claim
from services.agent.watchers import Watchers
from services.common.db import Database
from services.common.outbox import Outbox
from services.common.staff import Role
from services.common.tests.serving import Client, Served, serve


@dataclass
class Agent:
    """The agent's RPCs over real PostgreSQL; `woken` notes when the worker was told of due work."""

    served: Served
    database: Database
    outlet: DeliveryOutlet
    reports: Reports
    watchers: "Told"
    woken: list[float] = field(default_factory=list)
    stopped: list[uuid.UUID] = field(default_factory=list)
    """Conversations whose turn was to stop because staff took over."""

    def messaging(self, tenant_id: str | None, caller: str = "gateway") -> Client:
        return self.served.client(messaging_pb2_grpc.MessagingServiceStub, caller, tenant_id)

    def conversations(self, tenant_id: str, caller: str = "operator") -> Client:
        return self.served.client(conversations_pb2_grpc.ConversationsServiceStub, caller, tenant_id)

    def staffing(self, tenant_id: str, caller: str = "admin_bff", role: Role = Role.MANAGER) -> Client:
        return self.served.client(staffing_pb2_grpc.StaffingServiceStub, caller, tenant_id, role)

    async def say(self, tenant_id: str, text: str = "hello", chat: str = "77", **fields: Any) -> Any:
        """Post one message of a chat."""
        return await self.messaging(tenant_id).AcceptMessage(inbound(text, chat, **fields))

    async def claim_of(self, conversation_id: str, lease: timedelta = timedelta(seconds=30)) -> Claim:
        """Claim everything that is due and give the claim of one conversation."""
        claimed = await claims.claim(self.database, 10_000, lease)
        return next(claim for claim in claimed if str(claim.conversation_id) == conversation_id)


def inbound(text: str = "hello", chat: str = "77", **fields: Any) -> messaging_pb2.AcceptMessageRequest:
    """A Telegram text message with a fresh delivery id."""
    values: dict[str, Any] = {
        "channel": "telegram",
        "channel_account_id": "account-1",
        "delivery_id": uuid.uuid4().hex,
        "external_chat_id": chat,
        "external_message_id": uuid.uuid4().hex,
        "sender_id": chat,
        "sender_name": "Dana",
        "kind": conversations_pb2.MESSAGE_KIND_TEXT,
        "text": text,
    }
    return messaging_pb2.AcceptMessageRequest(message=messaging_pb2.InboundMessage(**(values | fields)))


def test_settings(**overrides: Any) -> Settings:
    """Settings without an environment; nothing waits longer than it must."""
    values: dict[str, Any] = {
        "database_url": "postgresql://unused",
        "service_private_key": "unused",
        "service_public_keys": "",
        "silence_window_ms": 0,
        "max_wait_ms": 0,
    }
    return Settings(**(values | overrides))


test_settings.__test__ = False  # type: ignore[attr-defined]


async def _jerusalem(_tenant_id: str) -> ZoneInfo:
    return ZoneInfo("Asia/Jerusalem")


class Told(Watchers):
    """Notes what watchers are told: kinds of news by conversation."""

    def __init__(self) -> None:
        super().__init__()
        self.news: dict[str, list[int]] = defaultdict(list)

    def touched(
        self, tenant_id: str, conversation_id: uuid.UUID | str, kind: events_pb2.ConversationTouched.Kind.ValueType
    ) -> None:
        self.news[str(conversation_id)].append(kind)


class UnknownTenants:
    """The tenants' settings while nobody knows them."""

    async def tenant(self, tenant_id: str, patience_seconds: float) -> Any:
        raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata(), "away")


@pytest.fixture(scope="session")
async def agent(service_database_url: Callable[[str], str]) -> AsyncIterator[Agent]:
    database = await Database.connect(service_database_url("agent"), pool_size=8)
    outlet = DeliveryOutlet()
    watchers = Told()
    reports = Reports(database, Outbox(database, plumbing, "agent"), outlet, watchers)
    woken: list[float] = []
    stopped: list[uuid.UUID] = []
    servicer = messaging.MessagingServicer(database, test_settings(), outlet, reports, watchers, woken.append)
    staffing = staffing_server.StaffingServicer(
        database,
        Outbox(database, plumbing, "agent"),
        outlet,
        watchers,
        PauseTime(cast(Any, UnknownTenants())),
        stopped.append,
        woken.append,
    )

    def register(server: Any) -> None:
        staffing_pb2_grpc.add_StaffingServiceServicer_to_server(staffing, server)
        messaging_pb2_grpc.add_MessagingServiceServicer_to_server(servicer, server)
        conversations_pb2_grpc.add_ConversationsServiceServicer_to_server(
            conversations_server.ConversationsServicer(database, _jerusalem), server
        )

    access = {**messaging.ACCESS, **conversations_server.ACCESS, **staffing_server.ACCESS}
    async with serve(access, register) as served:
        yield Agent(served, database, outlet, reports, watchers, woken, stopped)
    await database.close()
