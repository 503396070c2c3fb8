"""Placing orders: prices, numbers, terms, repeats."""

import asyncio

import pytest
from sales.orders.v1 import orders_pb2

from services.orders.tests.conftest import Service
from services.orders.tests.support import CUSTOMER, CUSTOMER_ACTOR, START, Caller, cancel, create, ils, rows, update


async def test_an_order_is_priced_from_the_catalog_and_kept(agent: Caller, staff: Caller) -> None:
    placed = await agent(
        "CreateOrder",
        create(
            ("beef_sausage", "2"),
            ("מרגז חריף", "1"),
            conversation_id="conversation-1",
            delivery_address=" Herzl 15, Tel Aviv ",
            notes="ring the bell",
            wanted_date="2026-11-24",
        ),
    )

    assert placed.number == 1
    assert [(line.sku, line.quantity, line.line_total.amount_minor) for line in placed.lines] == [
        ("beef_sausage", "2", 9000),
        ("merguez", "1", 5200),
    ]
    assert placed.total == ils(14200)
    assert placed.status == orders_pb2.ORDER_STATUS_PENDING
    assert placed.fulfillment == orders_pb2.FULFILLMENT_DELIVERY
    assert (placed.delivery_address, placed.notes) == ("Herzl 15, Tel Aviv", "ring the bell")
    assert (placed.customer_id, placed.conversation_id) == (CUSTOMER, "conversation-1")
    assert placed.wanted_date == "2026-11-24"
    assert placed.create_time.ToDatetime(START.tzinfo) == START
    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(order_id=placed.order_id))
    assert [entry.action for entry in stored.timeline] == ["created"]
    assert stored.timeline[0].actor == CUSTOMER_ACTOR
    del stored.timeline[:]
    assert stored == placed


async def test_the_scenario_of_adding_cancelling_and_listing(agent: Caller) -> None:
    placed = await agent("CreateOrder", create(("beef_sausage", "2"), ("merguez", "1"), notes="ring"))
    changed = await agent(
        "UpdateOrder",
        update(placed.number, ("beef_sausage", "2"), ("merguez", "1"), ("pastrami", "1"), etag=placed.etag),
    )
    assert (changed.total, changed.notes, changed.version) == (ils(21700), "ring", 2)

    cancelled = await agent("CancelOrder", cancel(placed.number, reason="changed my mind", etag=changed.etag))
    assert cancelled.status == orders_pb2.ORDER_STATUS_CANCELLED

    listed = await agent("ListOrders", orders_pb2.ListOrdersRequest(customer_id=CUSTOMER))
    assert list(listed.orders) == [cancelled]


async def test_concurrent_repeats_of_a_request_place_one_order(service: Service, agent: Caller, shop: str) -> None:
    request = create(("croissant", "3"))

    answers = await asyncio.gather(*(agent("CreateOrder", request) for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
    stored = await rows(service.database, shop)
    assert len(stored["orders"]) == 1
    assert stored["order_counters"][0]["last_number"] == 1


async def test_placing_an_order_takes_at_most_seven_round_trips(service: Service, agent: Caller) -> None:
    await agent("CreateOrder", create(("croissant", "3")))
    before = service.database.round_trips

    await agent("CreateOrder", create(("croissant", "1"), ("beef_sausage", "0.5"), notes="x"))

    assert service.database.round_trips - before <= 7


@pytest.mark.parametrize("quantity", ["0.5", "1.5"])
async def test_half_a_croissant_is_refused_with_what_is_sold(agent: Caller, quantity: str) -> None:
    with pytest.raises(Exception, match="whole") as caught:
        await agent("CreateOrder", create(("croissant", quantity)))
    assert caught.value.field == "items[0].quantity"  # type: ignore[attr-defined]
