"""What the other services know in tests: small businesses kept in memory, in the words of the contracts."""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as agent
from sales.common.v1 import money_pb2
from sales.customers.v1 import customers_pb2 as customers_pb
from sales.orders.v1 import catalog_pb2 as catalog
from sales.orders.v1 import orders_pb2 as orders_pb
from sales.orders.v1.orders_pb2 import ORDER_STATUS_PENDING
from sales.tenants.v1 import tenants_pb2 as tenants

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.errors import DomainError, not_found
from services.common.grpc_server import current_call
from services.common.staff import Role, Staff, sign_staff

CREATED = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
SESSION_SECONDS = 1800

_SEED, _PUBLIC = generate_key_pair()
BFF_SEED, BFF_PUBLIC = generate_key_pair()
PUBLIC_KEYS = {"tenants": _PUBLIC, "admin_bff": BFF_PUBLIC}
_ids = itertools.count(1)


def new_id() -> str:
    """A well-formed id that nothing else has."""
    return f"00000000-0000-7000-8000-{next(_ids):012d}"


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
        self.ended: set[str] = set()  # ids of sessions that somebody logged out of
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
        return sign_staff(signer, person, SESSION_SECONDS, int(opened), new_id())

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until some call makes the condition true."""
        async with asyncio.timeout(60), self._changed:
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
