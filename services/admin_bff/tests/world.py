"""Stand-ins for the other services, over their real contracts and the real edge: small businesses kept in memory."""

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as agent
from sales.agent.v1 import conversations_pb2_grpc, staffing_pb2_grpc
from sales.common.v1 import money_pb2
from sales.customers.v1 import customers_pb2 as customers_pb
from sales.customers.v1 import customers_pb2_grpc
from sales.orders.v1 import catalog_pb2 as catalog
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc
from sales.orders.v1 import orders_pb2 as orders_pb
from sales.orders.v1.orders_pb2 import (
    ORDER_STATUS_CANCELLED,
    ORDER_STATUS_COMPLETED,
    ORDER_STATUS_CONFIRMED,
    ORDER_STATUS_PENDING,
)
from sales.tenants.v1 import staff_pb2 as staff
from sales.tenants.v1 import staff_pb2_grpc, tenants_pb2_grpc
from sales.tenants.v1 import tenants_pb2 as tenants

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.errors import DomainError, not_found, stale, wrong_state
from services.common.grpc_server import Access, Server, current_call
from services.common.staff import Role, Staff, sign_staff, verify_staff

CREATED = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
SESSION_SECONDS = 1800

_SEED, _PUBLIC = generate_key_pair()
BFF_SEED, BFF_PUBLIC = generate_key_pair()
PUBLIC_KEYS = {"tenants": _PUBLIC, "admin_bff": BFF_PUBLIC}
_ids = itertools.count(1)


def new_id() -> str:
    """A well-formed id that nothing else has."""
    return f"00000000-0000-7000-8000-{next(_ids):012d}"


_Status = orders_pb.OrderStatus.ValueType


@dataclass
class Business:
    """All that one tenant has."""

    tenant: tenants.Tenant
    conversations: dict[str, agent.Conversation] = field(default_factory=dict)
    messages: dict[str, list[agent.Message]] = field(default_factory=dict)
    attention: dict[str, agent.Attention] = field(default_factory=dict)
    orders: dict[str, orders_pb.Order] = field(default_factory=dict)
    customers: dict[str, customers_pb.Customer] = field(default_factory=dict)
    products: list[catalog.Product] = field(default_factory=list)
    sales: orders_pb.SalesReport = field(default_factory=orders_pb.SalesReport)
    report: agent.ConversationReport = field(default_factory=agent.ConversationReport)


@dataclass(frozen=True)
class Seen:
    """One call that arrived."""

    method: str
    tenant_id: str
    staff: Staff | None
    request: Any


@dataclass
class Credential:
    """A key or code, and for whom it stands."""

    staff: Staff
    once: bool = False
    revoked: bool = False


class World:
    """What the other services know, what they were asked, and how a test has them behave."""

    def __init__(self) -> None:
        self.businesses: dict[str, Business] = {}
        self.credentials: dict[str, Credential] = {}
        self.seen: list[Seen] = []
        self.failures: dict[str, DomainError] = {}
        self.held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()
        self.signer = TokenSigner("tenants", _SEED)
        self.verifier = TokenVerifier(PUBLIC_KEYS)

    def session_of(self, person: Staff, age: float = 0) -> str:
        """The token of a session that was opened so many seconds ago."""
        opened = datetime.now(UTC).timestamp() - age
        signer = TokenSigner("tenants", _SEED, lambda: opened)
        return sign_staff(signer, person, SESSION_SECONDS, int(opened))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until some call makes the condition true."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(condition)

    def calls(self) -> Counter[str]:
        """How often each method was called."""
        return Counter(seen.method for seen in self.seen)

    def last(self, method: str) -> Seen:
        return next(seen for seen in reversed(self.seen) if seen.method == method)

    def fail(self, *methods: str, code: grpc.StatusCode = grpc.StatusCode.UNAVAILABLE, reason: str = "DOWN") -> None:
        """From now on these methods fail so."""
        for method in methods:
            self.failures[method] = DomainError(code, reason, "as the test wants it")

    def business(self) -> Business:
        """The business of the call that is being served."""
        found = self.businesses.get(current_call().tenant_id)
        if found is None:
            raise not_found("tenant", current_call().tenant_id)
        return found

    def key_of(self, tenant_id: str, role: Role, name: str = "Dana") -> str:
        """A new key."""
        key = f"asa_{tenant_id}_{next(_ids):064x}"
        self.credentials[key] = Credential(Staff(tenant_id, f"key-{next(_ids)}", name, role))
        return key

    def code_of(self, tenant_id: str, role: Role = Role.OWNER) -> str:
        """A new login code."""
        code = f"asl_{tenant_id}_{next(_ids):032x}"
        self.credentials[code] = Credential(Staff(tenant_id, f"code-{next(_ids)}", "Dana", role), once=True)
        return code

    async def enter(self, method: str, request: Any) -> None:
        """Every method begins with this."""
        call = current_call()
        self.seen.append(Seen(method, call.tenant_id, call.staff, request))
        async with self._changed:
            self._changed.notify_all()
        if method in self.held:
            await self.held[method].wait()
        if method in self.failures:
            raise self.failures[method]


def add_business(world: World, tenant_id: str, *, rows: int = 2) -> Business:
    """A tenant with so many conversations, each with its customer, an order and a matter; in ILS, English first."""
    settings = tenants.Settings(currency_code="ILS", time_zone="Asia/Jerusalem", languages=["en", "he"])
    tenant = tenants.Tenant(tenant_id=tenant_id, settings=settings)
    tenant.display_name.values.update({"en": f"Shop {tenant_id}", "he": "חנות"})
    business = world.businesses[tenant_id] = Business(tenant)
    product = catalog.Product(sku="pastrami", unit="kg", available=True, unit_price=money(7500))
    product.display_name.values.update({"en": "Pastrami", "he": "פסטרמה"})
    product.category.values.update({"en": "Deli Meat"})
    business.products.append(product)
    for number in range(1, rows + 1):
        _add_row(business, tenant_id, number)
    return business


def _add_row(business: Business, tenant_id: str, number: int) -> None:
    customer = customers_pb.Customer(customer_id=new_id(), etag="c1", version=1)
    customer.profile.name = f"Customer {number} of {tenant_id}"
    customer.sources["name"].kind = customers_pb.FactSource.KIND_CUSTOMER
    customer.sources["name"].observe_time.FromDatetime(CREATED)
    customer.create_time.FromDatetime(CREATED)
    customer.update_time.FromDatetime(CREATED)
    business.customers[customer.customer_id] = customer
    conversation = agent.Conversation(
        conversation_id=new_id(),
        channel="telegram",
        external_chat_id=str(number),
        customer_id=customer.customer_id,
        customer_name=customer.profile.name,
        message_count=2,
        summary="wants pastrami",
        handler=agent.HANDLER_AGENT,
        last_message="Done!",
        last_message_role=agent.MESSAGE_ROLE_AGENT,
        last_order_number=number,
        last_order_status="pending",
    )
    conversation.create_time.FromDatetime(CREATED)
    conversation.last_message_time.FromDatetime(CREATED)
    business.conversations[conversation.conversation_id] = conversation
    business.messages[conversation.conversation_id] = [
        message_of(conversation, agent.MESSAGE_ROLE_AGENT, "Done!"),
        message_of(conversation, agent.MESSAGE_ROLE_CUSTOMER, "Half a kilo of pastrami"),
    ]
    order = order_of(number, customer.customer_id, conversation.conversation_id, customer.profile.name)
    business.orders[order.order_id] = order
    attention = agent.Attention(
        attention_id=new_id(), conversation_id=conversation.conversation_id, reason="human_requested"
    )
    attention.create_time.FromDatetime(CREATED)
    business.attention[attention.attention_id] = attention


def money(amount_minor: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code="ILS", amount_minor=amount_minor)


def message_of(conversation: agent.Conversation, role: "agent.MessageRole.ValueType", text: str) -> agent.Message:
    """A message, said now."""
    message = agent.Message(
        message_id=new_id(),
        conversation_id=conversation.conversation_id,
        role=role,
        kind=agent.MESSAGE_KIND_TEXT,
        content=text,
    )
    message.create_time.FromDatetime(CREATED)
    return message


def order_of(number: int, customer_id: str, conversation_id: str = "", name: str = "") -> orders_pb.Order:
    """A pending order of half a kilo of pastrami."""
    order = orders_pb.Order(
        order_id=new_id(),
        number=number,
        customer_id=customer_id,
        conversation_id=conversation_id,
        customer_name=name,
        status=ORDER_STATUS_PENDING,
        total=money(3750),
        version=1,
        etag="v1",
    )
    line = order.lines.add(sku="pastrami", quantity="0.5", unit="kg", unit_price=money(7500), line_total=money(3750))
    line.display_name.update({"en": "Pastrami", "he": "פסטרמה"})
    order.create_time.FromDatetime(CREATED)
    order.update_time.FromDatetime(CREATED)
    entry = order.timeline.add(version=1, action="created")
    entry.actor.kind = orders_pb.Actor.KIND_CUSTOMER
    entry.create_time.FromDatetime(CREATED)
    return order


def _found(things: Mapping[str, Any], key: str, what: str) -> Any:
    if key not in things:
        raise not_found(what, key)
    return things[key]


def _page(rows: list[Any], request: Any) -> tuple[list[Any], str]:
    """A page of rows, and the token of the next one: the position as a number."""
    if request.page_token and not request.page_token.isdecimal():
        raise DomainError(grpc.StatusCode.INVALID_ARGUMENT, "BAD_PAGE_TOKEN", "no token of ours", field="page_token")
    start = int(request.page_token or 0)
    end = start + (request.page_size or 50)
    return rows[start:end], str(end) if end < len(rows) else ""


class _Servicer:
    """Answers of all services; the methods that no test needs are left to the generated base classes."""

    def __init__(self, world: World) -> None:
        self._world = world


class StaffDouble(_Servicer, staff_pb2_grpc.StaffServiceServicer):
    """Keys, codes, sessions."""

    async def CreateSession(self, request: staff.CreateSessionRequest, context: object) -> staff.Session:
        await self._world.enter("CreateSession", request)
        known = self._world.credentials.get(request.api_key or request.login_code)
        if known is None or known.revoked:
            raise DomainError(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID", "unknown")
        known.revoked = known.once
        return self._session(known.staff, int(datetime.now(UTC).timestamp()))

    async def RenewSession(self, request: staff.RenewSessionRequest, context: object) -> staff.Session:
        await self._world.enter("RenewSession", request)
        person, auth_time = verify_staff(self._world.verifier, request.token)
        if any(each.staff == person and each.revoked and not each.once for each in self._world.credentials.values()):
            raise DomainError(grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID", "revoked")
        return self._session(person, auth_time)

    def _session(self, person: Staff, auth_time: int) -> staff.Session:
        token = sign_staff(self._world.signer, person, SESSION_SECONDS, auth_time)
        return staff.Session(token=token, tenant_id=person.tenant_id, staff_id=person.staff_id)


class TenantsDouble(_Servicer, tenants_pb2_grpc.TenantsServiceServicer):
    """Businesses."""

    async def GetTenant(self, request: tenants.GetTenantRequest, context: object) -> tenants.Tenant:
        await self._world.enter("GetTenant", request)
        return self._world.business().tenant


class ConversationsDouble(_Servicer, conversations_pb2_grpc.ConversationsServiceServicer):
    """Reading conversations."""

    async def ListConversations(self, request: Any, context: object) -> agent.ListConversationsResponse:
        await self._world.enter("ListConversations", request)
        rows, token = _page(list(self._world.business().conversations.values()), request)
        return agent.ListConversationsResponse(conversations=rows, next_page_token=token)

    async def GetConversation(self, request: Any, context: object) -> agent.Conversation:
        await self._world.enter("GetConversation", request)
        found: agent.Conversation = _found(
            self._world.business().conversations, request.conversation_id, "conversation"
        )
        return found

    async def ListMessages(self, request: Any, context: object) -> agent.ListMessagesResponse:
        await self._world.enter("ListMessages", request)
        rows, token = _page(_found(self._world.business().messages, request.conversation_id, "conversation"), request)
        return agent.ListMessagesResponse(messages=rows, next_page_token=token)

    async def ListAttention(self, request: Any, context: object) -> agent.ListAttentionResponse:
        await self._world.enter("ListAttention", request)
        every = self._world.business().attention.values()
        wanted = [row for row in every if request.conversation_id in ("", row.conversation_id)]
        rows, token = _page(wanted, request)
        return agent.ListAttentionResponse(attention=rows, next_page_token=token)

    async def GetConversationReport(self, request: Any, context: object) -> agent.ConversationReport:
        await self._world.enter("GetConversationReport", request)
        return self._world.business().report


class StaffingDouble(_Servicer, staffing_pb2_grpc.StaffingServiceServicer):
    """Stepping in."""

    async def PauseAgent(self, request: Any, context: object) -> agent.Conversation:
        conversation = await self._conversation("PauseAgent", request)
        conversation.handler = agent.HANDLER_PERSON
        return conversation

    async def ResumeAgent(self, request: Any, context: object) -> agent.Conversation:
        conversation = await self._conversation("ResumeAgent", request)
        conversation.handler = agent.HANDLER_AGENT
        return conversation

    async def MarkConversationRead(self, request: Any, context: object) -> agent.Conversation:
        return await self._conversation("MarkConversationRead", request)

    async def SendStaffReply(self, request: Any, context: object) -> agent.Message:
        conversation = await self._conversation("SendStaffReply", request)
        if conversation.blocked:
            raise wrong_state("CUSTOMER_UNREACHABLE", "the customer blocked the bot")
        return message_of(conversation, agent.MESSAGE_ROLE_STAFF, request.text)

    async def CreateNote(self, request: Any, context: object) -> agent.Message:
        conversation = await self._conversation("CreateNote", request)
        return message_of(conversation, agent.MESSAGE_ROLE_NOTE, request.text)

    async def ResolveAttention(self, request: Any, context: object) -> agent.Attention:
        await self._world.enter("ResolveAttention", request)
        found: agent.Attention = _found(self._world.business().attention, request.attention_id, "matter")
        return found

    async def _conversation(self, method: str, request: Any) -> agent.Conversation:
        await self._world.enter(method, request)
        found: agent.Conversation = _found(
            self._world.business().conversations, request.conversation_id, "conversation"
        )
        return found


class OrdersDouble(_Servicer, orders_pb2_grpc.OrdersServiceServicer):
    """Orders."""

    async def ListOrders(self, request: Any, context: object) -> orders_pb.ListOrdersResponse:
        await self._world.enter("ListOrders", request)
        every = self._world.business().orders.values()
        wanted = [row for row in every if request.filter.customer_id in ("", row.customer_id)]
        rows, token = _page(wanted, request)
        return orders_pb.ListOrdersResponse(orders=rows, next_page_token=token)

    async def GetOrder(self, request: Any, context: object) -> orders_pb.Order:
        await self._world.enter("GetOrder", request)
        found: orders_pb.Order = _found(self._world.business().orders, request.order_id, "order")
        return found

    async def SummarizeOrders(self, request: Any, context: object) -> orders_pb.SummarizeOrdersResponse:
        await self._world.enter("SummarizeOrders", request)
        answer = orders_pb.SummarizeOrdersResponse()
        for status in sorted({order.status for order in self._world.business().orders.values()}):
            rows = [order for order in self._world.business().orders.values() if order.status == status]
            total = money(sum(order.total.amount_minor for order in rows))
            answer.statuses.add(status=status, order_count=len(rows), total=total)
        return answer

    async def GetSalesReport(self, request: Any, context: object) -> orders_pb.SalesReport:
        await self._world.enter("GetSalesReport", request)
        return self._world.business().sales

    async def ConfirmOrder(self, request: Any, context: object) -> orders_pb.Order:
        return await self._move("ConfirmOrder", request, ORDER_STATUS_PENDING, ORDER_STATUS_CONFIRMED)

    async def CompleteOrder(self, request: Any, context: object) -> orders_pb.Order:
        return await self._move("CompleteOrder", request, ORDER_STATUS_CONFIRMED, ORDER_STATUS_COMPLETED)

    async def CancelOrder(self, request: Any, context: object) -> orders_pb.Order:
        return await self._move("CancelOrder", request, ORDER_STATUS_PENDING, ORDER_STATUS_CANCELLED)

    async def _move(
        self,
        method: str,
        request: Any,
        before: "orders_pb.OrderStatus.ValueType",
        after: "orders_pb.OrderStatus.ValueType",
    ) -> orders_pb.Order:
        await self._world.enter(method, request)
        by_number = {order.number: order for order in self._world.business().orders.values()}
        order: orders_pb.Order = _found(
            {str(key): value for key, value in by_number.items()}, str(request.number), "order"
        )
        if request.etag != order.etag:
            raise stale("the order was changed meanwhile")
        if order.status != before:
            raise wrong_state("ORDER_NOT_PENDING", "the order is further on")
        order.status, order.version, order.etag = after, order.version + 1, f"v{order.version + 1}"
        return order


class CatalogDouble(_Servicer, catalog_pb2_grpc.CatalogServiceServicer):
    """Products."""

    async def GetCatalog(self, request: Any, context: object) -> catalog.Catalog:
        await self._world.enter("GetCatalog", request)
        return catalog.Catalog(version=1, currency_code="ILS", products=self._world.business().products)


class CustomersDouble(_Servicer, customers_pb2_grpc.CustomersServiceServicer):
    """Customers."""

    async def GetCustomer(self, request: Any, context: object) -> customers_pb.Customer:
        await self._world.enter("GetCustomer", request)
        found: customers_pb.Customer = _found(self._world.business().customers, request.customer_id, "customer")
        return found

    async def UpdateCustomer(self, request: Any, context: object) -> customers_pb.UpdateCustomerResponse:
        await self._world.enter("UpdateCustomer", request)
        found: customers_pb.Customer = _found(self._world.business().customers, request.customer_id, "customer")
        if request.etag != found.etag:
            raise stale("the customer was changed meanwhile")
        request.update_mask.MergeMessage(request.profile, found.profile)
        found.etag = "c2"
        return customers_pb.UpdateCustomerResponse(customer=found, changed_fields=request.update_mask.paths)


_FOR_MANAGERS = (
    *("PauseAgent", "ResumeAgent", "SendStaffReply", "CreateNote", "ResolveAttention"),
    *("ConfirmOrder", "CompleteOrder", "CancelOrder", "UpdateCustomer"),
)
_SERVICES: Mapping[str, tuple[Callable[..., Any], Callable[..., None]]] = {
    "sales.tenants.v1.StaffService": (StaffDouble, staff_pb2_grpc.add_StaffServiceServicer_to_server),
    "sales.tenants.v1.TenantsService": (TenantsDouble, tenants_pb2_grpc.add_TenantsServiceServicer_to_server),
    "sales.agent.v1.ConversationsService": (
        ConversationsDouble,
        conversations_pb2_grpc.add_ConversationsServiceServicer_to_server,
    ),
    "sales.agent.v1.StaffingService": (StaffingDouble, staffing_pb2_grpc.add_StaffingServiceServicer_to_server),
    "sales.orders.v1.OrdersService": (OrdersDouble, orders_pb2_grpc.add_OrdersServiceServicer_to_server),
    "sales.orders.v1.CatalogService": (CatalogDouble, catalog_pb2_grpc.add_CatalogServiceServicer_to_server),
    "sales.customers.v1.CustomersService": (
        CustomersDouble,
        customers_pb2_grpc.add_CustomersServiceServicer_to_server,
    ),
}


def _access(double: type) -> Access:
    """admin_bff may call what the double answers."""
    methods = [name for name in vars(double) if name[0].isupper()]
    tenantless = [name for name in methods if name in ("CreateSession", "RenewSession")]
    roles = {name: Role.MANAGER if name in _FOR_MANAGERS else Role.VIEWER for name in methods if name not in tenantless}
    return Access(callers=dict.fromkeys(methods, ("admin_bff",)), tenantless=tenantless, roles=roles)


@asynccontextmanager
async def serve(world: World, address: str = "127.0.0.1:0") -> AsyncIterator[Server]:
    """All services of the world on one port."""
    access = {name: _access(double) for name, (double, _) in _SERVICES.items()}  # type: ignore[arg-type]
    server = Server(world.verifier, access, reflected=False, address=address)
    for double, add in _SERVICES.values():
        add(double(world), server.grpc)
    await server.start()
    await server.ready()
    try:
        yield server
    finally:
        await server.stop(0)
