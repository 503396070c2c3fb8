"""A turn worker over real PostgreSQL, with a model that answers as told and the other services as they would."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import grpc
import pytest
from sales.agent.v1 import conversations_pb2
from sales.common.v1 import money_pb2
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import catalog_pb2, orders_pb2
from sales.tenants.v1 import tenants_pb2
from sqlalchemy import Text, bindparam, func, update

from services.agent.customer_profiles import CustomerProfiles
from services.agent.model import Response
from services.agent.recent_orders import RecentOrders
from services.agent.reference import Reference
from services.agent.tables import due_conversations, plumbing
from services.agent.tests.agent_fixtures import Agent, test_settings
from services.agent.tools.execution import Tools
from services.agent.turns.activity import Activity
from services.agent.turns.context import ContextReader
from services.agent.turns.due import DueSignal
from services.agent.turns.ending import Ending
from services.agent.turns.worker import TurnWorker
from services.agent.usage import Usage
from services.common.auth import TokenSigner, generate_key_pair
from services.common.db import statement
from services.common.errors import stale
from services.common.outbox import Outbox

_MAKE_DUE = statement(
    update(due_conversations)
    .where(due_conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now())
)


class DiedError(BaseException):
    """The worker's process ends here: nothing that comes after it in a turn happens."""


def away(code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE) -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), "away")


def says(text: str) -> Response:
    """The model's reply."""
    return Response([{"type": "text", "text": text}], "end_turn", Usage(100, 10, 0, 0), 5)


def calls(*names: str) -> Response:
    """The model's call of tools; each call's id is its tool's name."""
    order = {"items": [{"product": "pastrami", "quantity": "0.5"}]}
    uses = [{"type": "tool_use", "id": name, "name": name, "input": order} for name in names]
    return Response(uses, "tool_use", Usage(100, 10, 0, 0), 5)


class ScriptedModel:
    """Answers with one line of its script after the other: a response, or an exception."""

    def __init__(self) -> None:
        self.script: list[Response | BaseException] = []
        self.requests: list[dict[str, Any]] = []

    async def ask(self, request: dict[str, Any]) -> Response:
        self.requests.append(request)
        line = self.script.pop(0)
        if isinstance(line, BaseException):
            raise line
        return line


class OtherServices:
    """Tenants, customers and orders in one, as far as a turn needs them; `down` names methods that are away."""

    def __init__(self) -> None:
        self.down: set[str] = set()
        self.orders: dict[str, orders_pb2.Order] = {}
        self.dies_after_order = False
        self.profile_updates: list[customers_pb2.UpdateCustomerRequest] = []
        self.entered_by_staff: dict[str, datetime] = {}

    async def GetTenant(self, request: Any, **_call: Any) -> tenants_pb2.Tenant:
        settings = tenants_pb2.Settings(currency_code="ILS", time_zone="Asia/Jerusalem", languages=["en"])
        return tenants_pb2.Tenant(tenant_id="valdman", settings=settings)

    async def GetCatalog(self, request: Any, **_call: Any) -> catalog_pb2.Catalog:
        return catalog_pb2.Catalog(version=1, currency_code="ILS")

    async def ResolveCustomer(self, request: Any, **_call: Any) -> customers_pb2.Customer:
        return customers_pb2.Customer(customer_id="customer-1")

    async def GetCustomer(self, request: Any, **_call: Any) -> customers_pb2.Customer:
        return customers_pb2.Customer(customer_id="customer-1")

    async def ListOrders(self, request: Any, **_call: Any) -> orders_pb2.ListOrdersResponse:
        self._check("ListOrders")
        return orders_pb2.ListOrdersResponse(orders=self.orders.values())

    async def CreateOrder(self, request: orders_pb2.CreateOrderRequest, **_call: Any) -> orders_pb2.Order:
        self._check("CreateOrder")
        order = self.orders.setdefault(request.request_id, an_order(7 + len(self.orders)))
        if self.dies_after_order:
            raise DiedError
        return order

    async def UpdateOrder(self, request: orders_pb2.UpdateOrderRequest, **_call: Any) -> orders_pb2.Order:
        self._check("UpdateOrder")
        (order,) = (order for order in self.orders.values() if order.number == request.number)
        if request.etag and request.etag != order.etag:
            raise stale(f"order #{order.number} has changed")
        self.change(order, request.notes)
        return order

    def change(self, order: orders_pb2.Order, notes: str) -> None:
        """Whoever does it."""
        order.notes, order.etag = notes, f"{order.etag}+"

    async def UpdateCustomer(
        self, request: customers_pb2.UpdateCustomerRequest, **_call: Any
    ) -> customers_pb2.UpdateCustomerResponse:
        self._check("UpdateCustomer")
        self.profile_updates.append(request)
        dated = request.source.HasField("observe_time")
        said = request.source.observe_time.ToDatetime(UTC) if dated else datetime.now(UTC)
        newer = {name for name, entered in self.entered_by_staff.items() if entered > said}
        return customers_pb2.UpdateCustomerResponse(kept_fields=newer.intersection(request.update_mask.paths))

    def _check(self, method: str) -> None:
        if method in self.down:
            raise away()


def an_order(number: int) -> orders_pb2.Order:
    order = orders_pb2.Order(
        number=number,
        etag="1",
        status=orders_pb2.ORDER_STATUS_PENDING,
        total=money_pb2.Money(currency_code="ILS", amount_minor=3750),
    )
    order.create_time.FromDatetime(datetime(2026, 11, 23, 12, 0, tzinfo=UTC))
    return order


class Shift:
    """One worker and what surrounds it; `now` is its clock."""

    def __init__(self, agent: Agent, tenant_id: str, **settings: Any) -> None:
        self.agent, self.tenant_id = agent, tenant_id
        self.model, self.services = ScriptedModel(), OtherServices()
        self.now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
        self._settings = test_settings(**settings)
        self.worker = self._worker()

    def _worker(self) -> TurnWorker:
        stub, signer, database = (
            cast(Any, self.services),
            TokenSigner("agent", generate_key_pair()[0]),
            self.agent.database,
        )
        profiles, recent_orders, due = CustomerProfiles(stub, signer), RecentOrders(stub, signer), DueSignal()
        reference = Reference(stub, stub, signer)
        reader = ContextReader(database, reference, profiles, stub, recent_orders, signer, lambda: self.now)
        ending = Ending(
            database, Outbox(database, plumbing, "agent"), self.agent.outlet, self.agent.watchers, due, timedelta()
        )

        return TurnWorker(
            self._settings,
            database,
            reader,
            cast(Any, self.model),
            Tools(stub, stub, recent_orders, profiles, stub, stub, signer, timeout_seconds=1),
            ending,
            Activity(cast(Any, None), after_seconds=3600),  # nobody watches
            due,
            lambda: self.now,
        )

    async def attempt(self, conversation_id: str) -> None:
        """One attempt at what the conversation waits for, whatever it waits for; a worker that dies is replaced."""
        await self.agent.database.execute(_MAKE_DUE, t=self.tenant_id)
        claim = await self.agent.claim_of(conversation_id)
        try:
            await self.worker.answer(claim)
        except DiedError:
            self.worker = self._worker()

    async def said(self, conversation_id: str) -> list[str]:
        """What the chat was told, oldest first."""
        request = conversations_pb2.ListMessagesRequest(conversation_id=conversation_id)
        answer = await self.agent.conversations(self.tenant_id).ListMessages(request)
        return [m.content for m in reversed(answer.messages) if m.role != conversations_pb2.MESSAGE_ROLE_CUSTOMER]

    async def turn(self, conversation_id: str) -> conversations_pb2.Turn:
        """The newest turn, as `salesctl turn show` gets it."""
        reader = self.agent.conversations(self.tenant_id)
        turns = await reader.ListTurns(conversations_pb2.ListTurnsRequest(conversation_id=conversation_id, page_size=1))
        whole: conversations_pb2.Turn = await reader.GetTurn(
            conversations_pb2.GetTurnRequest(turn_id=turns.turns[0].turn_id)
        )
        return whole

    async def attention(self) -> list[str]:
        """Details of the tenant's open attention records, newest first."""
        answer = await self.agent.conversations(self.tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
        return [record.detail for record in answer.attention]


StartShift = Callable[..., Shift]


@pytest.fixture
def shift(agent: Agent, tenant_id: str) -> Iterator[StartShift]:
    """Starts a worker with settings of one's own."""
    yield lambda **settings: Shift(agent, tenant_id, **settings)
