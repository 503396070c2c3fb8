"""Placing orders: prices, numbers, terms, repeats."""

import asyncio

import pytest
from sales.orders.v1 import catalog_pb2, orders_pb2

from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER,
    CUSTOMER_ACTOR,
    DANA,
    START,
    Caller,
    cancel,
    create,
    error_of,
    ils,
    items,
    localized,
    nothing_changes,
    price_change,
    product,
    request_id,
    rows,
    update,
)


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


async def test_numbers_count_up_in_each_tenant_without_gaps(service: Service, agent: Caller, shop: str) -> None:
    placed = await asyncio.gather(*(agent("CreateOrder", create(("croissant", "1"))) for _ in range(12)))

    assert sorted(order.number for order in placed) == list(range(1, 13))
    refused = await error_of(agent("CreateOrder", create(("croissant", "0.5"))))
    assert refused.reason == "QUANTITY_STEP"
    assert (await agent("CreateOrder", create(("croissant", "1")))).number == 13


async def test_a_repeated_request_gives_the_first_answer_whatever_has_changed_since(
    service: Service, agent: Caller, operator: Caller, shop: str
) -> None:
    request = create(("croissant", "3"), wanted_date="2026-11-23")
    first = await agent("CreateOrder", request)
    service.clock.advance(days=2)
    await operator("UpdateProduct", price_change("croissant", 1700))

    async with nothing_changes(service.database, shop):
        assert await agent("CreateOrder", request) == first


async def test_concurrent_repeats_of_a_request_place_one_order(service: Service, agent: Caller, shop: str) -> None:
    request = create(("croissant", "3"))

    answers = await asyncio.gather(*(agent("CreateOrder", request) for _ in range(20)))

    assert all(answer == answers[0] for answer in answers)
    stored = await rows(service.database, shop)
    assert len(stored["orders"]) == len(stored["order_timeline"]) == len(stored["order_lines"]) == 1
    assert stored["order_counters"][0]["last_number"] == 1


async def test_a_request_id_with_another_basket_is_refused(service: Service, agent: Caller, shop: str) -> None:
    request = create(("croissant", "3"))
    await agent("CreateOrder", request)
    request.items[0].quantity = "4"

    async with nothing_changes(service.database, shop):
        assert (await error_of(agent("CreateOrder", request))).code.name == "ALREADY_EXISTS"


async def test_an_order_keeps_its_price_when_the_catalog_changes(
    agent: Caller, operator: Caller, staff: Caller
) -> None:
    placed = await agent("CreateOrder", create(("croissant", "3")))

    await operator("UpdateProduct", price_change("croissant", 1700))

    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert stored.total == ils(4500)


async def test_a_price_that_moved_after_it_was_seen_is_refused_and_told(
    service: Service, agent: Caller, operator: Caller, shop: str
) -> None:
    seen = (await agent("GetCatalog", catalog_pb2.GetCatalogRequest())).version
    await operator("UpdateProduct", price_change("croissant", 1700))

    async with nothing_changes(service.database, shop):
        error = await error_of(
            agent("CreateOrder", create(("pastrami", "1"), ("croissant", "1"), seen_catalog_version=seen))
        )

    assert (error.code.name, error.reason, error.field) == ("FAILED_PRECONDITION", "PRICE_CHANGED", "items[1].product")
    assert (error.metadata["sku"], error.metadata["price"], error.metadata["currency"]) == ("croissant", "17.00", "ILS")
    again = create(("croissant", "1"), seen_catalog_version=int(error.metadata["catalog_version"]))
    assert (await agent("CreateOrder", again)).total == ils(1700)


async def test_fifty_prices_that_moved_fit_into_one_answer(agent: Caller, operator: Caller) -> None:
    skus = [f"long_{n}" for n in range(50)]
    for sku in skus:
        sold = product(sku, display_name=localized(he=f"{sku} " + "נקניק בקר מעושן " * 6))
        await operator("CreateProduct", catalog_pb2.CreateProductRequest(product=sold, request_id=request_id()))

    error = await error_of(agent("CreateOrder", create(*((sku, "1") for sku in skus), seen_catalog_version=4)))

    assert (error.code.name, error.reason, error.field) == ("FAILED_PRECONDITION", "PRICE_CHANGED", "items[0].product")
    assert error.metadata["prices"] == ", ".join(f"{sku}=15.00" for sku in skus)


async def test_a_change_that_is_not_of_the_price_does_not_get_in_the_way(agent: Caller, operator: Caller) -> None:
    seen = (await agent("GetCatalog", catalog_pb2.GetCatalogRequest())).version
    renamed = catalog_pb2.UpdateProductRequest(product=product("croissant"), request_id=request_id())
    renamed.product.display_name.values["en"] = "Croissant au chocolat"
    renamed.update_mask.paths.append("display_name")
    await operator("UpdateProduct", renamed)

    placed = await agent("CreateOrder", create(("croissant", "1"), seen_catalog_version=seen))

    assert placed.lines[0].display_name["en"] == "Croissant au chocolat"


@pytest.mark.parametrize(
    ("given", "address", "stored", "stored_address"),
    [
        (orders_pb2.FULFILLMENT_UNSPECIFIED, "", orders_pb2.FULFILLMENT_UNSPECIFIED, ""),
        (orders_pb2.FULFILLMENT_UNSPECIFIED, "Herzl 15", orders_pb2.FULFILLMENT_DELIVERY, "Herzl 15"),
        (orders_pb2.FULFILLMENT_DELIVERY, "", orders_pb2.FULFILLMENT_DELIVERY, ""),
        (orders_pb2.FULFILLMENT_PICKUP, "Herzl 15", orders_pb2.FULFILLMENT_PICKUP, ""),
    ],
)
async def test_an_address_means_delivery_and_pickup_needs_none(
    agent: Caller, given: int, address: str, stored: int, stored_address: str
) -> None:
    placed = await agent(
        "CreateOrder",
        create(("croissant", "1"), fulfillment=given, delivery_address=address),
    )

    assert (placed.fulfillment, placed.delivery_address) == (stored, stored_address)


async def test_staff_place_an_order_for_a_customer(staff: Caller) -> None:
    placed = await staff("CreateOrder", create(("croissant", "1")))

    assert (placed.customer_id, placed.conversation_id) == (CUSTOMER, "")
    stored = await staff("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert stored.timeline[0].actor == DANA


async def test_a_quote_prices_a_basket_and_writes_nothing(service: Service, agent: Caller, shop: str) -> None:
    async with nothing_changes(service.database, shop):
        quote = await agent(
            "QuoteOrder", orders_pb2.QuoteOrderRequest(items=items(("pastrami", "0.5"), ("croissant", "2")))
        )

    assert quote.total == ils(6750)
    assert quote.catalog_version == 4
    placed = await agent("CreateOrder", create(("pastrami", "0.5"), ("croissant", "2")))
    assert list(placed.lines) == list(quote.lines)


@pytest.mark.parametrize(("basket", "most"), [((("croissant", "1"),), 7), ((("croissant", "1"), ("merguez", "2")), 7)])
async def test_placing_an_order_takes_seven_round_trips(
    service: Service, agent: Caller, basket: tuple[tuple[str, str], ...], most: int
) -> None:
    await agent("CreateOrder", create(("croissant", "3")))
    before = service.database.round_trips

    await agent("CreateOrder", create(*basket))

    assert service.database.round_trips - before <= most
