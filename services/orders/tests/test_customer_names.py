"""Orders carry their customer's name, which the customers service tells and changes."""

import asyncio
import itertools

import nats
import pytest
from sales.customers.v1 import events_pb2 as customer_events_pb2
from sales.orders.v1 import events_pb2, orders_pb2

from services.common.db import Database
from services.common.events import DeadLetters, consume
from services.common.outbox import ensure_stream
from services.common.tests.waiting import eventually
from services.orders.orders.customer_names import CustomerNames
from services.orders.schema import ORDER_CHANGED, plumbing
from services.orders.tests.conftest import Service
from services.orders.tests.support import CUSTOMER, Caller, cancel, confirm, create, hear, nothing_changes, rows, update


async def name_in_list(caller: Caller) -> str:
    listed = await caller("ListOrders", orders_pb2.ListOrdersRequest(customer_id=CUSTOMER))
    return str(listed.orders[0].customer_name)


async def test_an_order_has_the_name_that_is_known_when_it_is_read(
    service: Service, agent: Caller, staff: Caller, shop: str
) -> None:
    unnamed = await agent("CreateOrder", create(("croissant", "1")))
    await hear(service.database, shop, CUSTOMER, "דנה לוי", version=2)

    changed = await agent("UpdateOrder", update(1, ("croissant", "2")))
    confirmed = await staff("ConfirmOrder", confirm(1))
    read = await staff("GetOrder", orders_pb2.GetOrderRequest(order_id=unnamed.order_id))
    named = await agent("CreateOrder", create(("croissant", "1")))
    cancelled = await agent("CancelOrder", cancel(2))

    assert unnamed.customer_name == ""
    orders = (changed, confirmed, read, named, cancelled)
    assert [order.customer_name for order in orders] == ["דנה לוי"] * 5
    assert await name_in_list(agent) == "דנה לוי"


async def test_events_of_orders_carry_the_name(service: Service, agent: Caller, shop: str) -> None:
    await hear(service.database, shop, CUSTOMER, "Dana", version=2)
    await agent("CreateOrder", create(("croissant", "1")))

    stored = (await rows(service.database, shop))["outbox"]

    events = [events_pb2.OrderChanged.FromString(row["payload"]) for row in stored if row["subject"] == ORDER_CHANGED]
    assert [event.order.customer_name for event in events] == ["Dana"]


async def test_a_name_that_is_cleared_is_gone(service: Service, agent: Caller, shop: str) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    await hear(service.database, shop, CUSTOMER, "Dana", version=2)
    await hear(service.database, shop, CUSTOMER, "", version=3)

    assert await name_in_list(agent) == ""


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
async def test_the_newest_name_stays_in_whatever_order_and_however_often_it_is_told(
    service: Service, agent: Caller, shop: str, order: tuple[int, ...]
) -> None:
    names = {1: "", 2: "Dana", 3: "Dana Levi"}
    await agent("CreateOrder", create(("croissant", "1")))

    for version in (*order, *order):
        await hear(service.database, shop, CUSTOMER, names[version], version)

    assert await name_in_list(agent) == "Dana Levi"
    async with nothing_changes(service.database, shop):
        await hear(service.database, shop, CUSTOMER, "late", version=3)


async def test_names_told_at_once_end_with_the_newest(service: Service, agent: Caller, shop: str) -> None:
    await agent("CreateOrder", create(("croissant", "1")))

    told = (hear(service.database, shop, CUSTOMER, f"name {version}", version) for version in range(1, 9))
    await asyncio.gather(*told)

    assert await name_in_list(agent) == "name 8"


async def test_the_same_customer_id_at_another_tenant_has_its_own_name(
    service: Service, agent: Caller, shop: str
) -> None:
    neighbour = f"{shop}_neighbour"
    await agent("CreateOrder", create(("croissant", "1")))
    async with nothing_changes(service.database, shop):
        await hear(service.database, neighbour, CUSTOMER, "Somebody Else", version=9)

    assert await name_in_list(agent) == ""


async def test_names_come_by_the_stream_also_those_told_before(
    service: Service, database: Database, agent: Caller, shop: str, nats_url: str
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    names = CustomerNames(database)
    subject = names.subscription.subject
    client = await nats.connect(nats_url)
    await ensure_stream(client.jetstream(), names.subscription.stream, [subject])

    async def tell(name: str, version: int) -> None:
        event = customer_events_pb2.CustomerChanged(
            tenant_id=shop, customer_id=CUSTOMER, name=name, version=version, event_id=f"{shop}-{version}"
        )
        await client.jetstream().publish(subject, event.SerializeToString())

    async def shows(name: str) -> bool:
        return await name_in_list(agent) == name

    await tell("Dana", 2)
    consuming = asyncio.create_task(consume(client, names.subscription, DeadLetters(database, plumbing)))
    try:
        await eventually(lambda: shows("Dana"), "the name told before")
        await tell("Dana Levi", 3)
        await eventually(lambda: shows("Dana Levi"), "the new name")
    finally:
        consuming.cancel()
        await asyncio.wait([consuming])
        await client.close()
