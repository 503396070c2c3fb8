"""What the tests share: a stand-in for the tenants service, callers, requests and row snapshots."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from sales.common.v1 import localized_text_pb2, money_pb2
from sales.customers.v1 import events_pb2 as customer_events_pb2
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc, orders_pb2, orders_pb2_grpc
from sales.tenants.v1 import tenants_pb2
from sqlalchemy import bindparam, select

from services.common.db import Database, statement
from services.common.errors import DomainError, from_rpc_error
from services.orders.orders.customer_names import CustomerNames
from services.orders.schema import metadata, plumbing

CUSTOMER = "customer-1"
# Monday, 16:05 in Jerusalem.
START = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


class StandingClock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        self.now += timedelta(**span)


class StandInTenants:
    """Answers GetTenant with what it was given, when `hold` (if there is one) is set, or with `failure`."""

    def __init__(self) -> None:
        self.tenants: dict[str, tenants_pb2.Tenant] = {}
        self.calls: list[str] = []
        self.failure: grpc.StatusCode | None = None
        self.last_authorization = ""
        self.asked = asyncio.Event()
        self.hold: asyncio.Event | None = None

    def add(self, tenant_id: str, **settings: Any) -> None:
        """Add or change a tenant: ILS, Jerusalem, delivery and pickup, unless `settings` say otherwise."""
        defaults = {
            "currency_code": "ILS",
            "time_zone": "Asia/Jerusalem",
            "delivery_offered": True,
            "pickup_offered": True,
        }
        self.tenants[tenant_id] = tenants_pb2.Tenant(
            tenant_id=tenant_id, settings=tenants_pb2.Settings(**{**defaults, **settings})
        )

    def serve(self, server: grpc.aio.Server) -> None:
        """Serve the one method that orders calls."""
        handler = grpc.unary_unary_rpc_method_handler(
            self._get_tenant,
            request_deserializer=tenants_pb2.GetTenantRequest.FromString,
            response_serializer=tenants_pb2.Tenant.SerializeToString,
        )
        service = grpc.method_handlers_generic_handler("sales.tenants.v1.TenantsService", {"GetTenant": handler})
        server.add_generic_rpc_handlers((service,))

    async def _get_tenant(self, request: tenants_pb2.GetTenantRequest, context: Any) -> tenants_pb2.Tenant | None:
        metadata = dict(context.invocation_metadata())
        tenant_id = metadata["x-tenant-id"]
        self.last_authorization = metadata["authorization"]
        self.calls.append(tenant_id)
        answer = self.tenants.get(tenant_id)
        self.asked.set()
        if self.hold is not None:
            await self.hold.wait()
        if self.failure is not None:
            await context.abort(self.failure, "told to fail")
        if answer is None:
            await context.abort(grpc.StatusCode.NOT_FOUND, "no such tenant")
        return answer


class Caller:
    """One caller on behalf of one tenant: `await caller("CreateOrder", request)`; errors come as DomainError."""

    def __init__(self, channel: grpc.aio.Channel, metadata: tuple[tuple[str, str], ...]) -> None:
        self._stubs: list[Any] = [
            catalog_pb2_grpc.CatalogServiceStub(channel),
            orders_pb2_grpc.OrdersServiceStub(channel),
        ]
        self._metadata = metadata

    async def __call__(self, method: str, request: Any) -> Any:
        stub = next(stub for stub in self._stubs if hasattr(stub, method))
        try:
            return await getattr(stub, method)(request, metadata=self._metadata, timeout=30)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None


async def error_of(call: Awaitable[Any]) -> DomainError:
    """The error that a call ends with."""
    with pytest.raises(DomainError) as caught:
        await call
    return caught.value


def request_id() -> str:
    return uuid.uuid4().hex


def localized(**texts: str) -> localized_text_pb2.LocalizedText:
    return localized_text_pb2.LocalizedText(values=texts)


def ils(minor: int) -> money_pb2.Money:
    return money_pb2.Money(currency_code="ILS", amount_minor=minor)


def product(sku: str, price_minor: int = 1500, **fields: Any) -> catalog_pb2.Product:
    """A product sold by the piece; `fields` override."""
    values: dict[str, Any] = {
        "sku": sku,
        "display_name": localized(en=sku.replace("_", " ").title()),
        "unit": "each",
        "unit_price": ils(price_minor),
        "max_quantity": "100",
        "available": True,
    }
    return catalog_pb2.Product(**{**values, **fields})


def by_weight(sku: str, price_minor: int, **fields: Any) -> catalog_pb2.Product:
    """A product sold by weight in steps of 100 g."""
    return product(sku, price_minor, **{"unit": "kg", "fractional": True, "quantity_step": "0.1", **fields})


def price_change(sku: str, price_minor: int, **fields: Any) -> catalog_pb2.UpdateProductRequest:
    request = catalog_pb2.UpdateProductRequest(
        product=catalog_pb2.Product(sku=sku, unit_price=ils(price_minor)), **{"request_id": request_id(), **fields}
    )
    request.update_mask.paths.append("unit_price")
    return request


def items(*pairs: tuple[str, str]) -> list[orders_pb2.BasketItem]:
    return [orders_pb2.BasketItem(product=name, quantity=quantity) for name, quantity in pairs]


CUSTOMER_ACTOR = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER, actor_id=CUSTOMER)
STAFF_ACTOR = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, actor_id="staff-1")
# For whom the dashboard calls, whatever the request says.
DANA = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, actor_id="key-dana", display_name="Dana")


def create(*pairs: tuple[str, str], **fields: Any) -> orders_pb2.CreateOrderRequest:
    """A customer's order, through the agent."""
    values = {"customer_id": CUSTOMER, "actor": CUSTOMER_ACTOR, "request_id": request_id()}
    return orders_pb2.CreateOrderRequest(items=items(*pairs), **{**values, **fields})


def update(number: int, *pairs: tuple[str, str], **fields: Any) -> orders_pb2.UpdateOrderRequest:
    """A customer's change of an order, through the agent."""
    values = {"customer_id": CUSTOMER, "actor": CUSTOMER_ACTOR, "request_id": request_id()}
    return orders_pb2.UpdateOrderRequest(number=number, items=items(*pairs), **{**values, **fields})


def cancel(number: int, **fields: Any) -> orders_pb2.CancelOrderRequest:
    """A customer's cancellation, through the agent."""
    values = {"customer_id": CUSTOMER, "actor": CUSTOMER_ACTOR, "request_id": request_id()}
    return orders_pb2.CancelOrderRequest(number=number, **{**values, **fields})


def confirm(number: int, **fields: Any) -> orders_pb2.ConfirmOrderRequest:
    return orders_pb2.ConfirmOrderRequest(number=number, **{"actor": STAFF_ACTOR, "request_id": request_id(), **fields})


def complete(number: int, **fields: Any) -> orders_pb2.CompleteOrderRequest:
    return orders_pb2.CompleteOrderRequest(
        number=number, **{"actor": STAFF_ACTOR, "request_id": request_id(), **fields}
    )


async def hear(database: Database, tenant_id: str, customer_id: str, name: str, version: int) -> None:
    """Let orders hear what a customer is called."""
    event = customer_events_pb2.CustomerChanged(
        tenant_id=tenant_id, customer_id=customer_id, name=name, version=version
    )
    await CustomerNames(database).on_customer_changed(event.SerializeToString())


_ROWS = {
    table.name: statement(select(table).where(table.c.tenant_id == bindparam("tenant_id")).order_by(*table.primary_key))
    for table in metadata.sorted_tables
    if table.name not in plumbing.open_tables
}


@asynccontextmanager
async def nothing_changes(database: Database, tenant_id: str) -> AsyncIterator[None]:
    """Assert that the block leaves every row of the tenant as it was."""
    before = await rows(database, tenant_id)
    yield
    assert await rows(database, tenant_id) == before


async def rows(database: Database, tenant_id: str) -> dict[str, list[dict[str, Any]]]:
    """Every row the tenant has, by table."""
    async with database.transaction(tenant_id) as tx:
        return {
            name: [dict(row) for row in await tx.fetch_all(query, tenant_id=tenant_id)] for name, query in _ROWS.items()
        }
