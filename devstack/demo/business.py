"""What really happened, read from the services as an operator: turns, orders, the customer, the catalog."""

import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import grpc
from sales.agent.v1 import conversations_pb2 as conversations
from sales.agent.v1.conversations_pb2_grpc import ConversationsServiceStub
from sales.customers.v1 import customers_pb2 as customers
from sales.customers.v1.customers_pb2_grpc import CustomersServiceStub
from sales.orders.v1 import catalog_pb2 as catalog
from sales.orders.v1 import orders_pb2 as orders
from sales.orders.v1.catalog_pb2_grpc import CatalogServiceStub
from sales.orders.v1.orders_pb2_grpc import OrdersServiceStub
from sales.tenants.v1 import staff_pb2 as staff
from sales.tenants.v1.staff_pb2_grpc import StaffServiceStub

from services.common.auth import TokenSigner
from services.common.grpc_client import channel

_SECONDS = 10.0


class Business:
    """One tenant's services, as its operator sees them."""

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], signer: TokenSigner, tenant_id: str) -> None:
        self._signer = signer
        self._tenant_id = tenant_id
        self._conversations = ConversationsServiceStub(channels["agent"])
        self._orders = OrdersServiceStub(channels["orders"])
        self._catalog = CatalogServiceStub(channels["orders"])
        self._customers = CustomersServiceStub(channels["customers"])
        self._staff = StaffServiceStub(channels["tenants"])

    async def conversation(self, chat_id: int) -> conversations.Conversation | None:
        """The conversation with a chat; None before the first message arrived."""
        request = conversations.ListConversationsRequest(external_chat_id=str(chat_id), page_size=1)
        page = await self._conversations.ListConversations(request, metadata=self._metadata(), timeout=_SECONDS)
        return page.conversations[0] if page.conversations else None

    async def newest_turn(self, conversation_id: str) -> conversations.Turn | None:
        """The newest turn with its steps; None before the first began."""
        request = conversations.ListTurnsRequest(conversation_id=conversation_id, page_size=1)
        page = await self._conversations.ListTurns(request, metadata=self._metadata(), timeout=_SECONDS)
        if not page.turns:
            return None
        whole = conversations.GetTurnRequest(turn_id=page.turns[0].turn_id)
        return await self._conversations.GetTurn(whole, metadata=self._metadata(), timeout=_SECONDS)

    async def orders(self, conversation_id: str) -> list[orders.Order]:
        """All orders of a conversation, by number."""
        request = orders.ListOrdersRequest(conversation_id=conversation_id, page_size=100)
        page = await self._orders.ListOrders(request, metadata=self._metadata(), timeout=_SECONDS)
        return sorted(page.orders, key=lambda order: order.number)

    async def products(self) -> list[catalog.Product]:
        """The catalog."""
        found = await self._catalog.GetCatalog(catalog.GetCatalogRequest(), metadata=self._metadata(), timeout=_SECONDS)
        return list(found.products)

    async def customer(self, customer_id: str) -> customers.Customer:
        """A customer with profile and sources."""
        request = customers.GetCustomerRequest(customer_id=customer_id)
        return await self._customers.GetCustomer(request, metadata=self._metadata(), timeout=_SECONDS)

    async def login_code(self) -> str:
        """A code that opens the dashboard once, for a manager."""
        request = staff.CreateLoginCodeRequest(display_name="Dana", role=staff.ROLE_MANAGER)
        return (await self._staff.CreateLoginCode(request, metadata=self._metadata(), timeout=_SECONDS)).code

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return self._signer.metadata(self._tenant_id)


@asynccontextmanager
async def open_business(environment: Mapping[str, str], tenant_id: str) -> AsyncIterator[Business]:
    """Connect with the operator's environment (addresses and key)."""
    signer = TokenSigner("operator", base64.b64decode(environment["SERVICE_PRIVATE_KEY"]))
    channels = {
        name: channel(environment[f"{name.upper()}_ADDRESS"]) for name in ("tenants", "agent", "orders", "customers")
    }
    try:
        yield Business(channels, signer, tenant_id)
    finally:
        for opened in channels.values():
            await opened.close()
