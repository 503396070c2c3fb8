"""People in the dashboard: what each role may do, and that each write is put down to who did it."""

from collections.abc import Callable
from typing import Any

import pytest
from sales.orders.v1 import catalog_pb2, events_pb2, orders_pb2

from services.common.staff import Role
from services.orders.schema import ORDER_CHANGED
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER_ACTOR,
    DANA,
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
    rows,
    update,
)

READINGS: list[tuple[str, Any]] = [
    ("GetCatalog", catalog_pb2.GetCatalogRequest()),
    ("SearchProducts", catalog_pb2.SearchProductsRequest(query="pastrami")),
    ("QuoteOrder", orders_pb2.QuoteOrderRequest(items=create(("croissant", "1")).items)),
    ("GetOrder", orders_pb2.GetOrderRequest(number=1)),
    ("ListOrders", orders_pb2.ListOrdersRequest()),
    ("SummarizeOrders", orders_pb2.SummarizeOrdersRequest()),
    ("GetSalesReport", orders_pb2.GetSalesReportRequest(start_date="2026-11-23", end_date="2026-11-23")),
]
WRITES: list[tuple[str, Callable[[], Any]]] = [
    ("CreateOrder", lambda: create(("croissant", "1"))),
    ("UpdateOrder", lambda: update(1, ("croissant", "2"))),
    ("ConfirmOrder", lambda: confirm(1)),
    ("CompleteOrder", lambda: complete(1)),
    ("CancelOrder", lambda: cancel(1, reason="sold out")),
]
PRETENDED = [
    CUSTOMER_ACTOR,
    orders_pb2.Actor(),
    orders_pb2.Actor(kind=orders_pb2.Actor.KIND_SYSTEM, actor_id="platform"),
    orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, actor_id="key-owner", display_name="The Owner"),
    orders_pb2.Actor(kind=9, actor_id="a\0b"),  # type: ignore[arg-type]
]


async def test_who_may_only_look_reads_everything_and_writes_nothing(
    service: Service, agent: Caller, shop: str
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    viewer = service.caller("admin_bff", shop, Role.VIEWER)

    async with nothing_changes(service.database, shop):
        for method, request in READINGS:
            await viewer(method, request)
        for method, request_of in WRITES:
            error = await error_of(viewer(method, request_of()))
            assert (error.code.name, error.reason) == ("PERMISSION_DENIED", "ROLE_TOO_LOW"), method


async def test_managers_work_orders_and_only_owners_the_catalog(service: Service, shop: str) -> None:
    manager = service.caller("admin_bff", shop, Role.MANAGER)
    for method, request_of in WRITES[:4]:
        await manager(method, request_of())
    await manager("CreateOrder", create(("croissant", "1")))
    await manager("CancelOrder", cancel(2, reason="sold out"))

    roll = catalog_pb2.CreateProductRequest(product=product("roll"), request_id=request_id())
    for method, request in [("CreateProduct", roll), ("UpdateProduct", price_change("croissant", 1))]:
        assert (await error_of(manager(method, request))).reason == "ROLE_TOO_LOW"
        await service.caller("admin_bff", shop, Role.OWNER)(method, request)


@pytest.mark.parametrize("pretended", PRETENDED)
async def test_each_write_is_put_down_to_the_person_whatever_the_request_says(
    service: Service, staff: Caller, shop: str, pretended: orders_pb2.Actor
) -> None:
    await staff("CreateOrder", create(("croissant", "1"), actor=pretended))
    await staff("UpdateOrder", update(1, ("croissant", "2"), actor=pretended))
    await staff("ConfirmOrder", confirm(1, actor=pretended))
    await staff("CompleteOrder", complete(1, actor=pretended))
    await staff("CreateOrder", create(("croissant", "1"), actor=pretended))
    await staff("CancelOrder", cancel(2, actor=pretended, reason="sold out"))

    timelines = [await staff("GetOrder", orders_pb2.GetOrderRequest(number=number)) for number in (1, 2)]
    assert [entry.actor for order in timelines for entry in order.timeline] == [DANA] * 6
    stored = (await rows(service.database, shop))["outbox"]
    events = [events_pb2.OrderChanged.FromString(row["payload"]) for row in stored if row["subject"] == ORDER_CHANGED]
    assert [event.actor for event in events] == [DANA] * 6


async def test_the_operator_acts_as_whom_they_say_and_may_name_them(agent: Caller, operator: Caller) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    miriam = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, actor_id="staff-7", display_name=" Miriam ")

    await operator("ConfirmOrder", confirm(1, actor=miriam))
    too_long = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, display_name="x" * 201)
    error = await error_of(operator("CompleteOrder", complete(1, actor=too_long)))

    actors = [entry.actor for entry in (await agent("GetOrder", orders_pb2.GetOrderRequest(number=1))).timeline]
    assert actors == [
        CUSTOMER_ACTOR,
        orders_pb2.Actor(kind=orders_pb2.Actor.KIND_STAFF, actor_id="staff-7", display_name="Miriam"),
    ]
    assert (error.reason, error.field) == ("TEXT_TOO_LONG", "actor.display_name")


@pytest.mark.parametrize("pretended", PRETENDED)
async def test_whoever_cancels_in_the_dashboard_says_why(
    service: Service, agent: Caller, staff: Caller, shop: str, pretended: orders_pb2.Actor
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))

    async with nothing_changes(service.database, shop):
        error = await error_of(staff("CancelOrder", cancel(1, actor=pretended)))

    assert (error.reason, error.field) == ("REASON_REQUIRED", "reason")


@pytest.mark.parametrize(("method", "request_of"), WRITES[1:])
async def test_staff_of_another_business_reach_no_order(
    service: Service, agent: Caller, staff: Caller, shop: str, method: str, request_of: Callable[[], Any]
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    neighbour = f"{shop}_neighbour"
    service.tenants.add(neighbour)

    async with nothing_changes(service.database, shop), nothing_changes(service.database, neighbour):
        error = await error_of(service.caller("admin_bff", neighbour)(method, request_of()))

    assert error.code.name == "NOT_FOUND"


@pytest.mark.parametrize(("method", "request_of"), WRITES)
async def test_a_write_repeated_by_the_dashboard_happens_once(
    service: Service, agent: Caller, staff: Caller, shop: str, method: str, request_of: Callable[[], Any]
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    if method == "CompleteOrder":
        await staff("ConfirmOrder", confirm(1))
    request = request_of()
    first = await staff(method, request)

    async with nothing_changes(service.database, shop):
        assert await staff(method, request) == first


async def test_a_stale_etag_is_aborted_with_the_current_one(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    changed = await agent("UpdateOrder", update(1, notes="ring"))

    async with nothing_changes(service.database, shop):
        for method, request in [
            ("ConfirmOrder", confirm(1, etag=placed.etag)),
            ("CancelOrder", cancel(1, etag=placed.etag, reason="sold out")),
            ("UpdateOrder", update(1, notes="knock", etag=placed.etag)),
        ]:
            error = await error_of(staff(method, request))
            assert (error.code.name, error.metadata["etag"]) == ("ABORTED", changed.etag), method
