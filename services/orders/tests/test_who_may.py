"""Who may do what: callers, tenants, customers."""

from typing import Any

import pytest
from sales.orders.v1 import catalog_pb2, orders_pb2

from services.common.errors import DomainError
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER,
    Caller,
    cancel,
    complete,
    confirm,
    create,
    error_of,
    nothing_changes,
    price_change,
    product,
    request_id,
    update,
)

SHOP_SIDE: list[tuple[str, Any]] = [
    ("ConfirmOrder", confirm(1)),
    ("CompleteOrder", complete(1)),
    ("CreateProduct", catalog_pb2.CreateProductRequest(product=product("roll"), request_id=request_id())),
    ("UpdateProduct", price_change("croissant", 1700)),
]
EVERYBODY: list[tuple[str, Any]] = [
    ("GetCatalog", catalog_pb2.GetCatalogRequest()),
    ("SearchProducts", catalog_pb2.SearchProductsRequest(query="x")),
    ("QuoteOrder", orders_pb2.QuoteOrderRequest(items=create(("croissant", "1")).items)),
    ("CreateOrder", create(("croissant", "1"))),
    ("GetOrder", orders_pb2.GetOrderRequest(number=1)),
    ("ListOrders", orders_pb2.ListOrdersRequest(customer_id=CUSTOMER)),
    ("UpdateOrder", update(1, ("croissant", "1"))),
    ("CancelOrder", cancel(1)),
]


@pytest.mark.parametrize(("caller", "calls"), [("agent", SHOP_SIDE), ("gateway", SHOP_SIDE + EVERYBODY)])
async def test_a_caller_that_has_no_business_here_is_refused(
    service: Service, shop: str, caller: str, calls: list[tuple[str, Any]]
) -> None:
    async with nothing_changes(service.database, shop):
        for method, request in calls:
            assert (await error_of(service.caller(caller, shop)(method, request))).reason == "CALLER_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("method", "request_of"),
    [("UpdateOrder", lambda: update(1, ("roll", "2"))), ("CancelOrder", lambda: cancel(1))],
)
async def test_a_customer_does_not_reach_the_order_of_another(
    service: Service, agent: Caller, shop: str, method: str, request_of: Any
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    request = request_of()
    request.customer_id, request.actor.actor_id = "customer-2", ""

    async with nothing_changes(service.database, shop):
        error = await error_of(agent(method, request))
    unknown = request_of()
    unknown.number = 77
    missing = await error_of(agent(method, unknown))
    assert error.code.name == missing.code.name == "NOT_FOUND"
    assert error.message.replace("#1", "#77") == missing.message


async def test_the_agent_lists_only_for_a_customer(agent: Caller) -> None:
    error = await error_of(agent("ListOrders", orders_pb2.ListOrdersRequest(conversation_id="conversation-1")))

    assert (error.reason, error.field) == ("CUSTOMER_REQUIRED", "customer_id")


@pytest.mark.parametrize(
    ("method", "request_of"),
    [
        ("UpdateOrder", lambda _order: update(1, ("roll", "2"))),
        ("CancelOrder", lambda _order: cancel(1)),
        ("ConfirmOrder", lambda _order: confirm(1)),
        ("CompleteOrder", lambda _order: complete(1)),
        ("GetOrder", lambda _order: orders_pb2.GetOrderRequest(number=1)),
        ("GetOrder", lambda order: orders_pb2.GetOrderRequest(order_id=order.order_id)),
        ("UpdateProduct", lambda _order: price_change("croissant", 1)),
        ("CreateOrder", lambda _order: create(("croissant", "1"))),
    ],
)
async def test_another_tenants_orders_and_products_are_out_of_reach(
    service: Service, agent: Caller, shop: str, method: str, request_of: Any
) -> None:
    order = await agent("CreateOrder", create(("croissant", "1")))
    neighbour = f"{shop}_neighbour"
    service.tenants.add(neighbour)
    operator = service.caller("operator", neighbour)
    roll = catalog_pb2.CreateProductRequest(product=product("roll"), request_id=request_id())
    await operator("CreateProduct", roll)

    async with nothing_changes(service.database, shop), nothing_changes(service.database, neighbour):
        error = await error_of(operator(method, request_of(order)))

    assert error.code.name == "NOT_FOUND" or error.reason == "UNKNOWN_PRODUCT"
    assert "croissant" not in error.metadata.get("suggestions", "")


async def test_tenants_count_their_own_orders_products_and_requests(service: Service, agent: Caller, shop: str) -> None:
    neighbour = f"{shop}_neighbour"
    service.tenants.add(neighbour)
    operator = service.caller("operator", neighbour)
    cheap = catalog_pb2.CreateProductRequest(product=product("croissant", 900), request_id=request_id())
    assert (await operator("CreateProduct", cheap)).version == 1
    request = create(("croissant", "1"))

    here = await agent("CreateOrder", request)
    there = await service.caller("agent", neighbour)("CreateOrder", request)

    assert (here.number, here.total.amount_minor) == (1, 1500)
    assert (there.number, there.total.amount_minor) == (1, 900)
    listed = await service.caller("operator", neighbour)("ListOrders", orders_pb2.ListOrdersRequest())
    assert list(listed.orders) == [there]
    found = await operator("SearchProducts", catalog_pb2.SearchProductsRequest(query="pastrami"))
    assert not found.products


async def test_a_tenant_that_nobody_knows_has_no_orders(service: Service, tenant_id: str) -> None:
    stranger = service.caller("operator", tenant_id)

    for method, request in (
        ("CreateOrder", create(("croissant", "1"))),
        ("GetCatalog", catalog_pb2.GetCatalogRequest()),
    ):
        error = await error_of(stranger(method, request))
        assert isinstance(error, DomainError)
        assert error.code.name == "NOT_FOUND"
