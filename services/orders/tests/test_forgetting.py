"""A forgotten customer's orders keep what was sold; whom and where it went to is erased, of open ones at their end."""

import asyncio
from typing import Any

import pytest
from sales.customers.v1 import events_pb2 as customer_events_pb2
from sales.orders.v1 import events_pb2, orders_pb2
from sqlalchemy import bindparam, select, text

from services.common.db import Database, statement
from services.common.tests.waiting import eventually
from services.orders.orders.forgetting import ForgettingCustomers
from services.orders.orders.tables import order_timeline
from services.orders.schema import ORDER_CHANGED
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER,
    Caller,
    cancel,
    complete,
    confirm,
    create,
    hear,
    nothing_changes,
    rows,
    update,
)

ADDRESS, NOTES, NAME, REASON = "Herzl 15, Haifa", "ring at Bar's", "Bar Levi", "my sister Noa cooks"
PERSONAL = (ADDRESS, NOTES, NAME, REASON, "bar levi")
_HOLD_TIMELINES = statement(
    select(order_timeline.c.version).where(order_timeline.c.tenant_id == bindparam("tenant_id")).with_for_update()
)
_BLOCKED = statement(
    text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
)


async def forget(database: Database, tenant_id: str, customer_id: str = CUSTOMER, version: int = 9) -> None:
    event = customer_events_pb2.CustomerForgotten(tenant_id=tenant_id, customer_id=customer_id, version=version)
    await ForgettingCustomers(database).on_customer_forgotten(event.SerializeToString())


def to_deliver(**fields: Any) -> orders_pb2.CreateOrderRequest:
    delivery = {"fulfillment": orders_pb2.FULFILLMENT_DELIVERY, "delivery_address": ADDRESS, "notes": NOTES}
    return create(("croissant", "2"), **(delivery | fields))


async def personal(database: Database, tenant_id: str) -> set[str]:
    """What of the customer stands in any row of the tenant. Events go out and are gone; they are looked at apart."""
    stored = await rows(database, tenant_id)
    stored.pop("outbox")
    text = repr(stored)
    # Answers kept for repeats are bytes.
    text += " ".join((row["response"] or b"").decode(errors="replace") for row in stored["idempotency_keys"])
    return {value for value in PERSONAL if value in text}


async def get(caller: Caller, number: int) -> orders_pb2.Order:
    listed = await caller("ListOrders", orders_pb2.ListOrdersRequest(customer_id=CUSTOMER))
    (found,) = [order for order in listed.orders if order.number == number]
    return await caller("GetOrder", orders_pb2.GetOrderRequest(order_id=found.order_id))  # type: ignore[no-any-return]


async def test_orders_that_have_ended_keep_lines_totals_and_times(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    await hear(service.database, shop, CUSTOMER, NAME, version=2)
    for _ in range(2):
        await agent("CreateOrder", to_deliver())
    await agent("UpdateOrder", update(1, ("croissant", "3"), notes=NOTES + " again"))
    await agent("CancelOrder", cancel(2, reason=REASON))
    await staff("ConfirmOrder", confirm(1))
    await staff("CompleteOrder", complete(1))
    assert await personal(service.database, shop) == set(PERSONAL)
    before = [await get(staff, number) for number in (1, 2)]

    await forget(service.database, shop)

    assert await personal(service.database, shop) == set()
    after = [await get(staff, number) for number in (1, 2)]
    for was, now in zip(before, after, strict=True):
        assert (now.delivery_address, now.notes, now.cancel_reason, now.customer_name) == ("", "", "", "")
        for kept in ("number", "status", "lines", "total", "fulfillment", "create_time", "customer_id", "version"):
            assert getattr(now, kept) == getattr(was, kept), kept
        assert [entry.action for entry in now.timeline] == [entry.action for entry in was.timeline]
    changed = {change.field for entry in after[0].timeline for change in entry.changes}
    assert {"items", "total", "status"} <= changed
    assert not changed & {"delivery_address", "notes", "cancel_reason"}


@pytest.mark.parametrize("end", ["completed", "cancelled"])
async def test_an_open_order_keeps_its_delivery_details_until_it_has_ended(
    service: Service, agent: Caller, staff: Caller, shop: str, end: str
) -> None:
    await hear(service.database, shop, CUSTOMER, NAME, version=2)
    await agent("CreateOrder", to_deliver())
    await staff("ConfirmOrder", confirm(1))

    await forget(service.database, shop)

    (open_order,) = (await staff("ListOrders", orders_pb2.ListOrdersRequest())).orders
    assert (open_order.delivery_address, open_order.notes, open_order.customer_name) == (ADDRESS, NOTES, NAME)

    if end == "completed":
        ended = await staff("CompleteOrder", complete(1))
    else:
        ended = await staff("CancelOrder", cancel(1, customer_id="", reason=REASON))

    assert (ended.delivery_address, ended.notes, ended.cancel_reason, ended.customer_name) == ("", "", "", "")
    assert await personal(service.database, shop) == set()
    events = [
        events_pb2.OrderChanged.FromString(row["payload"])
        for row in (await rows(service.database, shop))["outbox"]
        if row["subject"] == ORDER_CHANGED
    ]
    (told,) = [event for event in events if event.action == end]
    assert (told.order.delivery_address, told.order.customer_name) == ("", "")


async def test_the_name_stays_as_long_as_one_order_is_open(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    await hear(service.database, shop, CUSTOMER, NAME, version=2)
    for _ in range(2):
        await agent("CreateOrder", to_deliver())
    await forget(service.database, shop)

    await staff("CancelOrder", cancel(1, customer_id="", reason="sold out"))
    assert (await get(staff, 2)).customer_name == NAME
    assert (await get(staff, 1)).delivery_address == ""
    await staff("CancelOrder", cancel(2, customer_id="", reason="sold out"))

    assert await personal(service.database, shop) == set()


async def test_an_order_placed_by_a_turn_that_had_begun_is_erased_with_its_end(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    await forget(service.database, shop)
    await agent("CreateOrder", to_deliver())
    await staff("ConfirmOrder", confirm(1))
    await staff("CompleteOrder", complete(1))

    assert await personal(service.database, shop) == set()


async def test_ends_at_the_same_moment_leave_nothing_behind(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    await hear(service.database, shop, CUSTOMER, NAME, version=2)
    for _ in range(12):
        await agent("CreateOrder", to_deliver())
    ends = [staff("CancelOrder", cancel(number, customer_id="", reason=REASON)) for number in range(1, 13)]

    await asyncio.gather(*ends[:6], forget(service.database, shop), *ends[6:])

    assert await personal(service.database, shop) == set()


async def test_an_order_placed_and_cancelled_while_forgetting_is_under_way_is_erased(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    async def waiting() -> int:
        row = await service.database.fetch_one(_BLOCKED)
        assert row is not None
        return int(row["count"])

    async def forgetting_waits() -> bool:
        return await waiting() == 1

    async def cancelled_or_waits() -> bool:
        return cancelling.done() or await waiting() == 2

    await agent("CreateOrder", to_deliver())
    await agent("CancelOrder", cancel(1, reason=REASON))
    async with service.database.transaction(shop) as tx:
        await tx.fetch_all(_HOLD_TIMELINES, tenant_id=shop)
        forgetting = asyncio.ensure_future(forget(service.database, shop))
        await eventually(forgetting_waits, "the customer is noted as forgotten, and the timeline is to be erased")
        await agent("CreateOrder", to_deliver())
        cancelling = asyncio.ensure_future(agent("CancelOrder", cancel(2, reason=REASON)))
        await eventually(cancelled_or_waits, "the new order ends")

    await forgetting
    answer = await cancelling
    assert (answer.status, answer.delivery_address) == (orders_pb2.ORDER_STATUS_CANCELLED, "")
    assert await personal(service.database, shop) == set()


async def test_a_name_told_late_does_not_come_back(service: Service, agent: Caller, shop: str) -> None:
    await forget(service.database, shop, version=9)
    async with nothing_changes(service.database, shop):
        await hear(service.database, shop, CUSTOMER, NAME, version=8)
        await forget(service.database, shop, version=9)


async def test_a_repeat_of_a_request_gets_the_erased_order(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    request = to_deliver()
    placed = await agent("CreateOrder", request)
    await agent("CancelOrder", cancel(1, reason=REASON))
    await forget(service.database, shop)

    repeated = await agent("CreateOrder", request)

    assert (repeated.number, repeated.total, repeated.delivery_address) == (1, placed.total, "")


async def test_others_keep_what_is_theirs(service: Service, agent: Caller, staff: Caller, shop: str) -> None:
    neighbour = f"{shop}_neighbour"
    await agent("CreateOrder", to_deliver())
    await agent(
        "CreateOrder", to_deliver(customer_id="customer-2", actor=orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER))
    )
    for number in (1, 2):
        await staff("CancelOrder", cancel(number, customer_id="", reason="sold out"))
    async with nothing_changes(service.database, shop):
        await forget(service.database, neighbour)

    await forget(service.database, shop)

    kept = (await staff("ListOrders", orders_pb2.ListOrdersRequest(customer_id="customer-2"))).orders[0]
    assert (kept.delivery_address, kept.notes) == (ADDRESS, NOTES)
