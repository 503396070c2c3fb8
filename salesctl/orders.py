"""`salesctl orders`."""

import asyncio
from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import grpc
import typer
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import orders_pb2

from salesctl.paging import read_pages
from salesctl.services import Client, Services, connect
from salesctl.settings import Settings, load_settings
from salesctl.terminal import (
    DEFAULT_TENANT,
    AsJson,
    Limit,
    Tenant,
    as_json,
    moment,
    money,
    print_json,
    run,
    stdout,
    table,
)
from salesctl.unknown_tenant import check_tenant
from services.common.errors import DomainError

_COLUMNS = ("order", "status", "customer", "items", "total", "delivery", "notes", "wanted", "placed (UTC)")
_LANGUAGES = ("en", "he")


class Status(StrEnum):
    """States of an order."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    def to_proto(self) -> "orders_pb2.OrderStatus.ValueType":
        return orders_pb2.OrderStatus.Value(f"ORDER_STATUS_{self.value.upper()}")


def orders(
    tenant: Tenant = DEFAULT_TENANT,
    customer: Annotated[str, typer.Option(help="Only this customer's, by id.")] = "",
    status: Annotated[list[Status] | None, typer.Option(help="Only in this state; may be repeated.")] = None,
    limit: Limit = 50,
    as_json_: AsJson = False,
) -> None:
    """List a tenant's orders, newest first."""
    request = orders_pb2.ListOrdersRequest(
        customer_id=customer, statuses=[wanted.to_proto() for wanted in status or ()]
    )
    found, names = run(_orders(load_settings(), tenant, request, limit))
    if as_json_:
        print_json([as_json(order) for order in found])
    elif found:
        rows = [_row(order, names.get(order.customer_id, "")) for order in found]
        table(stdout(), f"Orders of {tenant}, newest first", _COLUMNS, rows)
    else:
        stdout().print(f"{tenant} has no such orders." if customer or status else f"{tenant} has no orders.")


async def _orders(
    settings: Settings, tenant_id: str, request: orders_pb2.ListOrdersRequest, limit: int
) -> tuple[list[orders_pb2.Order], dict[str, str]]:
    """The orders, and the names of their customers by id."""
    async with connect(settings) as services:
        found: list[orders_pb2.Order] = await read_pages(
            services.orders(tenant_id), "ListOrders", request, "orders", limit
        )
        if not found:
            await check_tenant(services, tenant_id)
        return found, await _names(services, tenant_id, {order.customer_id for order in found})


async def _names(services: Services, tenant_id: str, customer_ids: Iterable[str]) -> dict[str, str]:
    client, wanted = services.customers(tenant_id), sorted(filter(None, customer_ids))
    names = await asyncio.gather(*(_name(client, customer_id) for customer_id in wanted))
    return dict(zip(wanted, names, strict=True))


async def _name(client: Client, customer_id: str) -> str:
    """The name that is known, else the one that the channel shows."""
    try:
        customer = await client("GetCustomer", customers_pb2.GetCustomerRequest(customer_id=customer_id))
    except DomainError as error:
        if error.code in (grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT):
            return ""
        raise
    shown = (identity.display_name for identity in customer.identities)
    return customer.profile.name or next(filter(None, shown), "")


def _row(order: orders_pb2.Order, name: str) -> tuple[object, ...]:
    items = "\n".join(f"{line.quantity} {line.unit} {_product(line)}" for line in order.lines)
    return (
        f"#{order.number}",
        orders_pb2.OrderStatus.Name(order.status).removeprefix("ORDER_STATUS_").lower(),
        f"{name}\n{order.customer_id}".strip(),
        items,
        money(order.total),
        _delivery(order),
        order.notes,
        order.wanted_date,
        moment(order.create_time),
    )


def _product(line: orders_pb2.OrderLine) -> str:
    names = line.display_name
    return next((names[language] for language in _LANGUAGES if language in names), line.sku)


def _delivery(order: orders_pb2.Order) -> str:
    match order.fulfillment:
        case orders_pb2.FULFILLMENT_PICKUP:
            return "pickup"
        case orders_pb2.FULFILLMENT_DELIVERY:
            return f"to {order.delivery_address}" if order.delivery_address else "delivery"
        case _:
            return order.delivery_address
