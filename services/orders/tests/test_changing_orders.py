"""Changing orders: what stays, what is priced anew, who wins when two change at once."""

import asyncio
from itertools import pairwise

import pytest
from sales.orders.v1 import catalog_pb2, orders_pb2

from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    Caller,
    confirm,
    create,
    error_of,
    ils,
    nothing_changes,
    price_change,
    request_id,
    rows,
    update,
)


async def test_what_is_not_given_stays(agent: Caller) -> None:
    placed = await agent(
        "CreateOrder",
        create(("beef_sausage", "2"), delivery_address="Herzl 15", notes="ring", wanted_date="2026-11-25"),
    )

    changed = await agent("UpdateOrder", update(placed.number, ("beef_sausage", "2"), ("merguez", "1")))

    assert (changed.delivery_address, changed.notes, changed.wanted_date) == ("Herzl 15", "ring", "2026-11-25")
    assert changed.fulfillment == orders_pb2.FULFILLMENT_DELIVERY
    assert changed.total == ils(14200)
    noted = await agent("UpdateOrder", update(placed.number, notes="knock", wanted_date=""))
    assert (noted.notes, noted.wanted_date, list(noted.lines)) == ("knock", "", list(changed.lines))


async def test_items_are_replaced_by_fewer_and_by_others(agent: Caller, staff: Caller) -> None:
    placed = await agent("CreateOrder", create(("beef_sausage", "2"), ("merguez", "1"), ("pastrami", "0.5")))

    changed = await agent("UpdateOrder", update(placed.number, ("croissant", "4")))

    assert [(line.sku, line.quantity) for line in changed.lines] == [("croissant", "4")]
    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert list(stored.lines) == list(changed.lines)
    assert stored.total == ils(6000)


async def test_unchanged_lines_keep_their_price_and_changed_ones_get_todays(agent: Caller, operator: Caller) -> None:
    placed = await agent("CreateOrder", create(("beef_sausage", "2"), ("merguez", "1")))
    await operator("UpdateProduct", price_change("beef_sausage", 5000))
    await operator("UpdateProduct", price_change("merguez", 6000))

    changed = await agent("UpdateOrder", update(placed.number, ("beef_sausage", "2.0"), ("merguez", "2")))

    assert [line.unit_price for line in changed.lines] == [ils(4500), ils(6000)]
    assert changed.total == ils(21000)


async def test_only_changed_lines_are_guarded_by_the_catalog_version_seen(
    service: Service, agent: Caller, operator: Caller, shop: str
) -> None:
    placed = await agent("CreateOrder", create(("beef_sausage", "2")))
    seen = (await agent("GetCatalog", catalog_pb2.GetCatalogRequest())).version
    await operator("UpdateProduct", price_change("beef_sausage", 5000))

    kept = update(placed.number, ("beef_sausage", "2"), ("merguez", "1"), seen_catalog_version=seen)
    assert (await agent("UpdateOrder", kept)).total == ils(14200)
    async with nothing_changes(service.database, shop):
        more = update(placed.number, ("beef_sausage", "3"), seen_catalog_version=seen)
        error = await error_of(agent("UpdateOrder", more))
    assert (error.reason, error.field, error.metadata["price"]) == ("PRICE_CHANGED", "items[0].product", "50.00")


async def test_pickup_drops_the_address_and_a_new_address_means_delivery(agent: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1"), delivery_address="Herzl 15"))

    collected = await agent("UpdateOrder", update(placed.number, fulfillment=orders_pb2.FULFILLMENT_PICKUP))
    assert (collected.fulfillment, collected.delivery_address) == (orders_pb2.FULFILLMENT_PICKUP, "")

    delivered = await agent("UpdateOrder", update(placed.number, delivery_address="Allenby 1"))
    assert (delivered.fulfillment, delivered.delivery_address) == (orders_pb2.FULFILLMENT_DELIVERY, "Allenby 1")

    cleared = await agent("UpdateOrder", update(placed.number, delivery_address=""))
    assert (cleared.fulfillment, cleared.delivery_address) == (orders_pb2.FULFILLMENT_DELIVERY, "")

    unsaid = update(placed.number, fulfillment=orders_pb2.FULFILLMENT_UNSPECIFIED, notes="x")
    assert (await agent("UpdateOrder", unsaid)).fulfillment == orders_pb2.FULFILLMENT_DELIVERY


async def test_blanks_are_no_address_to_deliver_to(agent: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1"), fulfillment=orders_pb2.FULFILLMENT_PICKUP))

    changed = await agent("UpdateOrder", update(placed.number, delivery_address="   "))

    assert (changed.fulfillment, changed.delivery_address) == (orders_pb2.FULFILLMENT_PICKUP, "")


async def test_a_way_no_longer_offered_stays_but_is_not_taken_up(service: Service, agent: Caller, shop: str) -> None:
    delivered = await agent("CreateOrder", create(("croissant", "1"), delivery_address="Herzl 15"))
    collected = await agent("CreateOrder", create(("croissant", "1"), fulfillment=orders_pb2.FULFILLMENT_PICKUP))
    await service.tenant_changes(shop, delivery_offered=False)

    assert (await agent("UpdateOrder", update(delivered.number, notes="ring"))).delivery_address == "Herzl 15"
    async with nothing_changes(service.database, shop):
        error = await error_of(agent("UpdateOrder", update(collected.number, delivery_address="Herzl 15")))
    assert error.reason == "DELIVERY_NOT_OFFERED"


async def test_an_update_that_changes_nothing_writes_nothing(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1"), notes="ring"))
    before = await rows(service.database, shop)

    same = await agent("UpdateOrder", update(placed.number, ("Chocolate Croissant", "1"), notes=" ring "))

    assert same == placed
    after = await rows(service.database, shop)
    assert len(after.pop("idempotency_keys")) == len(before.pop("idempotency_keys")) + 1
    assert after == before


async def test_the_timeline_tells_who_changed_what(service: Service, agent: Caller, staff: Caller) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    service.clock.advance(minutes=3)
    await agent("UpdateOrder", update(placed.number, ("croissant", "2"), notes="ring"))
    await staff("ConfirmOrder", confirm(placed.number))

    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))

    told = [(entry.version, entry.action, entry.actor.actor_id, entry.actor.display_name) for entry in stored.timeline]
    assert told == [
        (1, "created", "customer-1", ""),
        (2, "updated", "customer-1", ""),
        (3, "confirmed", "key-dana", "Dana"),
    ]
    assert [(change.field, change.before, change.after) for change in stored.timeline[1].changes] == [
        ("items", "1 each Chocolate Croissant", "2 each Chocolate Croissant"),
        ("total", "15.00 ILS", "30.00 ILS"),
        ("notes", "", "ring"),
    ]
    assert stored.timeline[1].create_time.seconds - stored.timeline[0].create_time.seconds == 180


async def test_a_change_against_a_stale_etag_is_refused(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    changed = await agent("UpdateOrder", update(placed.number, notes="ring", etag=placed.etag))

    async with nothing_changes(service.database, shop):
        error = await error_of(agent("UpdateOrder", update(placed.number, notes="knock", etag=placed.etag)))

    assert (error.code.name, error.reason, error.metadata["etag"]) == ("ABORTED", "STALE_ETAG", changed.etag)


async def test_of_two_changes_at_once_with_the_same_etag_one_wins(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))

    answers = await asyncio.gather(
        *(agent("UpdateOrder", update(placed.number, ("croissant", str(n)), etag=placed.etag)) for n in range(2, 8)),
        return_exceptions=True,
    )

    won = [answer for answer in answers if isinstance(answer, orders_pb2.Order)]
    assert [order.version for order in won] == [2]
    stored = await rows(service.database, shop)
    assert [str(line["quantity"]) for line in stored["order_lines"]] == [f"{won[0].lines[0].quantity}.000"]


async def test_changes_at_once_without_etag_follow_one_another(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    baskets = [[("croissant", str(n)), *[("merguez", f"{n}")] * (n % 2)] for n in range(2, 10)]

    answers = await asyncio.gather(*(agent("UpdateOrder", update(placed.number, *basket)) for basket in baskets))

    assert sorted(order.version for order in answers) == list(range(2, 10))
    last = max(answers, key=lambda order: order.version)
    stored = await agent("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert list(stored.lines) == list(last.lines)
    # Each entry continues where the one before it ended.
    totals = [change for entry in stored.timeline for change in entry.changes if change.field == "total"]
    assert all(later.before == earlier.after for earlier, later in pairwise(totals))


async def test_repeats_of_an_update_change_the_order_once(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    request = update(placed.number, ("croissant", "2"), etag=placed.etag)

    answers = await asyncio.gather(*(agent("UpdateOrder", request) for _ in range(10)))

    assert all(answer == answers[0] for answer in answers)
    assert answers[0].version == 2
    async with nothing_changes(service.database, shop):
        assert await agent("UpdateOrder", request) == answers[0]


async def test_mixed_currencies_are_refused_on_update(
    service: Service, agent: Caller, operator: Caller, shop: str
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    await service.tenant_changes(shop, currency_code="EUR")
    in_euros = catalog_pb2.UpdateProductRequest(product=catalog_pb2.Product(sku="merguez"), request_id=request_id())
    in_euros.product.unit_price.currency_code, in_euros.product.unit_price.amount_minor = "EUR", 1200
    in_euros.update_mask.paths.append("unit_price")
    await operator("UpdateProduct", in_euros)

    async with nothing_changes(service.database, shop):
        error = await error_of(agent("UpdateOrder", update(placed.number, ("croissant", "1"), ("merguez", "1"))))
    assert error.reason == "CURRENCY_CHANGED"
    replaced = await agent("UpdateOrder", update(placed.number, ("merguez", "2")))
    assert (replaced.total.currency_code, replaced.total.amount_minor) == ("EUR", 2400)


@pytest.mark.parametrize(("fields", "most"), [({"notes": "ring"}, 8), ({"wanted_date": "2026-11-24"}, 8)])
async def test_changing_an_order_takes_a_bounded_number_of_round_trips(
    service: Service, agent: Caller, fields: dict[str, str], most: int
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "1")))
    before = service.database.round_trips
    await agent("UpdateOrder", update(placed.number, **fields))
    assert service.database.round_trips - before <= most

    before = service.database.round_trips
    await agent("UpdateOrder", update(placed.number, ("croissant", "2")))
    assert service.database.round_trips - before <= most + 1
