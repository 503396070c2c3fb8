"""What orders tells the others: each change once, in the transaction of the change, on the stream ORDERS."""

import asyncio
import uuid

import nats
from nats.aio.msg import Msg
from sales.orders.v1 import events_pb2, orders_pb2

from services.common.outbox import ensure_stream
from services.orders.schema import CATALOG_CHANGED, ORDER_CHANGED, STREAM, SUBJECTS
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER_ACTOR,
    DANA,
    Caller,
    cancel,
    complete,
    confirm,
    create,
    price_change,
    rows,
    update,
)


async def order_events(service: Service, shop: str) -> list[events_pb2.OrderChanged]:
    stored = (await rows(service.database, shop))["outbox"]
    events = [events_pb2.OrderChanged.FromString(row["payload"]) for row in stored if row["subject"] == ORDER_CHANGED]
    return sorted(events, key=lambda event: (event.order.number, event.order.version))


async def test_every_change_of_an_order_is_told_with_the_order_after_it(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    changed = await agent("UpdateOrder", update(1, ("croissant", "2")))
    await agent("UpdateOrder", update(1, ("croissant", "2")))
    confirmed = await staff("ConfirmOrder", confirm(1))
    completed = await staff("CompleteOrder", complete(1))
    await agent("CreateOrder", create(("merguez", "1")))
    cancelled = await agent("CancelOrder", cancel(2))

    events = await order_events(service, shop)

    assert [event.action for event in events] == [
        "created",
        "updated",
        "confirmed",
        "completed",
        "created",
        "cancelled",
    ]
    assert [event.order for event in events[:4]] == [placed, changed, confirmed, completed]
    assert events[5].order == cancelled
    assert [event.actor for event in events] == [CUSTOMER_ACTOR] * 2 + [DANA] * 2 + [CUSTOMER_ACTOR] * 2
    assert {event.tenant_id for event in events} == {shop}
    assert len({uuid.UUID(event.event_id) for event in events}) == 6
    assert all(event.event_time == event.order.update_time for event in events)


async def test_every_change_of_the_catalog_is_told_with_its_version(
    service: Service, operator: Caller, shop: str
) -> None:
    await operator("UpdateProduct", price_change("croissant", 1700))
    await operator("UpdateProduct", price_change("croissant", 1700))

    stored = (await rows(service.database, shop))["outbox"]

    events = [events_pb2.CatalogChanged.FromString(row["payload"]) for row in stored]
    assert sorted(event.version for event in events) == [1, 2, 3, 4, 5]
    assert {(row["subject"], event.tenant_id) for row, event in zip(stored, events, strict=True)} == {
        (CATALOG_CHANGED, shop)
    }


async def test_events_reach_the_stream(service: Service, agent: Caller, shop: str, nats_url: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    client = await nats.connect(nats_url)
    await ensure_stream(client.jetstream(), STREAM, SUBJECTS)
    arrived: asyncio.Future[events_pb2.OrderChanged] = asyncio.get_running_loop().create_future()

    async def take(message: Msg) -> None:
        event = events_pb2.OrderChanged.FromString(message.data)
        if event.tenant_id == shop and not arrived.done():
            arrived.set_result(event)

    await client.subscribe(ORDER_CHANGED, cb=take)
    relay = asyncio.create_task(service.outbox.run(client))
    try:
        event = await asyncio.wait_for(arrived, 60)
    finally:
        relay.cancel()
        await asyncio.wait([relay])
        await client.close()
    assert (event.action, event.order) == ("created", placed)
    assert isinstance(event.order, orders_pb2.Order)
