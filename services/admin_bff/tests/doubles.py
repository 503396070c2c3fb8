"""The other services' servicers, which answer from the world; and a server of all of them behind the real edge."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as agent
from sales.agent.v1 import conversations_pb2_grpc, staffing_pb2_grpc
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

from services.admin_bff.tests.world import SESSION_SECONDS, World, message_of, money, new_id
from services.common.errors import DomainError, not_found, stale, wrong_state
from services.common.grpc_server import Access, Server
from services.common.staff import Role, Staff, sign_staff, verify_session

_Status = orders_pb.OrderStatus.ValueType


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
        return self._session(known.staff, int(datetime.now(UTC).timestamp()), new_id())

    async def RenewSession(self, request: staff.RenewSessionRequest, context: object) -> staff.Session:
        await self._world.enter("RenewSession", request)
        session = verify_session(self._world.verifier, request.token)
        held = [each for each in self._world.credentials.values() if each.staff.staff_id == session.staff.staff_id]
        if session.session_id in self._world.ended or any(each.revoked and not each.once for each in held):
            raise DomainError(grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID", "revoked")
        person = held[0].staff if held else session.staff
        return self._session(person, session.auth_time, session.session_id)

    async def EndSession(self, request: staff.EndSessionRequest, context: object) -> staff.EndSessionResponse:
        await self._world.enter("EndSession", request)
        self._world.ended.add(verify_session(self._world.verifier, request.token).session_id)
        return staff.EndSessionResponse()

    def _session(self, person: Staff, auth_time: int, session_id: str) -> staff.Session:
        token = sign_staff(self._world.signer, person, SESSION_SECONDS, auth_time, session_id)
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
    tenantless = [name for name in methods if name in ("CreateSession", "RenewSession", "EndSession")]
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
