"""What is refused when an order is placed or changed: the reason, the field, what would be valid; nothing changes."""

from typing import Any

import grpc
import pytest
from sales.orders.v1 import catalog_pb2, orders_pb2

from services.common.errors import DomainError
from services.orders.tests.conftest import Service
from services.orders.tests.support import (
    CUSTOMER_ACTOR,
    STAFF_ACTOR,
    Caller,
    cancel,
    create,
    error_of,
    nothing_changes,
    product,
    request_id,
    update,
)

CROISSANT = ("croissant", "1")
SYSTEM = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_SYSTEM)
OTHER = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER, actor_id="customer-2")

BASKETS: list[tuple[str, list[tuple[str, str]], str, str, str]] = [
    ("nothing", [], "EMPTY_BASKET", "items", "1 to 50 items"),
    ("51 items", [CROISSANT] * 51, "TOO_MANY_ITEMS", "items", "1 to 50 items"),
    ("unknown product", [CROISSANT, ("croisant", "1")], "UNKNOWN_PRODUCT", "items[1].product", "croissant"),
    ("no product", [("", "1")], "UNKNOWN_PRODUCT", "items[0].product", "a sku, name or alias from the catalog"),
    ("long name", [("x" * 201, "1")], "TEXT_TOO_LONG", "items[0].product", "at most 200 characters"),
    ("NUL in name", [("a\0b", "1")], "BAD_TEXT", "items[0].product", "plain text"),
    ("half a croissant", [("croissant", "0.5")], "QUANTITY_STEP", "items[0].quantity", "1, 2, 3"),
    ("zero", [("croissant", "0")], "QUANTITY_TOO_SMALL", "items[0].quantity", "1, 2, 3"),
    ("a thousand tonnes", [("pastrami", "1000000")], "QUANTITY_TOO_LARGE", "items[0].quantity", "up to 100"),
    ("in two items", [("pastrami", "60"), ("פסטרמה", "60")], "QUANTITY_TOO_LARGE", "items[0].quantity", "up to 100"),
    ("not a number", [("pastrami", "some")], "BAD_QUANTITY", "items[0].quantity", "0.1, 0.2, 0.3"),
    ("negative", [CROISSANT, ("pastrami", "-1")], "BAD_QUANTITY", "items[1].quantity", "0.1, 0.2, 0.3"),
    ("not available", [("strudel", "1")], "PRODUCT_UNAVAILABLE", "items[0].product", "a product that is available"),
]
TERMS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("long address", {"delivery_address": "x" * 501}, "TEXT_TOO_LONG", "delivery_address", "at most 500 characters"),
    ("long notes", {"notes": "x" * 1001}, "TEXT_TOO_LONG", "notes", "at most 1000 characters"),
    ("NUL in notes", {"notes": "a\0b"}, "BAD_TEXT", "notes", "plain text"),
    ("yesterday", {"wanted_date": "2026-11-22"}, "DATE_PAST", "wanted_date", "2026-11-23 to 2027-01-22"),
    ("in 61 days", {"wanted_date": "2027-01-23"}, "DATE_TOO_FAR", "wanted_date", "2026-11-23 to 2027-01-22"),
    ("a word", {"wanted_date": "tomorrow"}, "BAD_DATE", "wanted_date", "2026-11-23 to 2027-01-22"),
    ("no such day", {"wanted_date": "2026-11-31"}, "BAD_DATE", "wanted_date", "2026-11-23 to 2027-01-22"),
    ("another form", {"wanted_date": "20261124"}, "BAD_DATE", "wanted_date", "2026-11-23 to 2027-01-22"),
    ("no such way", {"fulfillment": 7}, "BAD_FULFILLMENT", "fulfillment", "FULFILLMENT_DELIVERY"),
]
IDENTITIES: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("no customer", {"customer_id": ""}, "CUSTOMER_REQUIRED", "customer_id", "a customer id"),
    ("odd customer", {"customer_id": "a b", "actor": OTHER}, "BAD_ID", "customer_id", "1 to 128 characters"),
    ("another customer", {"actor": OTHER}, "BAD_ACTOR", "actor.actor_id", "the request's customer_id"),
    ("agent as staff", {"actor": STAFF_ACTOR}, "BAD_ACTOR", "actor.kind", "KIND_CUSTOMER"),
    ("agent as system", {"actor": SYSTEM}, "BAD_ACTOR", "actor.kind", "KIND_CUSTOMER"),
    ("nobody", {"actor": orders_pb2.Actor()}, "BAD_ACTOR", "actor.kind", "KIND_CUSTOMER"),
]
FIELDS = [case[1:] for case in TERMS + IDENTITIES]
FIELD_NAMES = [case[0] for case in TERMS + IDENTITIES]
ITEMS = [case[1:] for case in BASKETS]
ITEM_NAMES = [case[0] for case in BASKETS]


def assert_told(error: DomainError, reason: str, field: str, valid: str) -> None:
    assert (error.code, error.reason, error.field) == (grpc.StatusCode.INVALID_ARGUMENT, reason, field)
    assert valid in error.metadata["valid"]
    assert error.message


@pytest.fixture
async def bakery(operator: Caller) -> None:
    """The shop with a product that is not available."""
    strudel = catalog_pb2.CreateProductRequest(product=product("strudel", available=False), request_id=request_id())
    await operator("CreateProduct", strudel)


@pytest.mark.usefixtures("bakery")
@pytest.mark.parametrize(("basket", "reason", "field", "valid"), ITEMS, ids=ITEM_NAMES)
async def test_a_basket_is_refused(
    service: Service, agent: Caller, shop: str, basket: list[tuple[str, str]], reason: str, field: str, valid: str
) -> None:
    placed = await agent("CreateOrder", create(("merguez", "1")))

    async with nothing_changes(service.database, shop):
        assert_told(await error_of(agent("CreateOrder", create(*basket))), reason, field, valid)
        quote = orders_pb2.QuoteOrderRequest(items=create(*basket).items)
        assert_told(await error_of(agent("QuoteOrder", quote)), reason, field, valid)
        if basket:
            assert_told(await error_of(agent("UpdateOrder", update(placed.number, *basket))), reason, field, valid)


@pytest.mark.parametrize(("fields", "reason", "field", "valid"), FIELDS, ids=FIELD_NAMES)
async def test_a_field_is_refused(
    service: Service, agent: Caller, shop: str, fields: dict[str, Any], reason: str, field: str, valid: str
) -> None:
    placed = await agent("CreateOrder", create(("merguez", "1")))

    async with nothing_changes(service.database, shop):
        assert_told(await error_of(agent("CreateOrder", create(CROISSANT, **fields))), reason, field, valid)
        change = update(placed.number, CROISSANT, **fields)
        assert_told(await error_of(agent("UpdateOrder", change)), reason, field, valid)


@pytest.mark.parametrize(("fields", "reason", "field", "valid"), [case[1:] for case in IDENTITIES])
async def test_a_cancellation_by_somebody_else_is_refused(
    service: Service, agent: Caller, shop: str, fields: dict[str, Any], reason: str, field: str, valid: str
) -> None:
    placed = await agent("CreateOrder", create(("merguez", "1")))

    async with nothing_changes(service.database, shop):
        assert_told(await error_of(agent("CancelOrder", cancel(placed.number, **fields))), reason, field, valid)


@pytest.mark.parametrize("method", ["CreateOrder", "UpdateOrder", "CancelOrder"])
@pytest.mark.parametrize("bad", ["", "x" * 129, "a\0b"])
async def test_a_write_needs_a_request_id(service: Service, agent: Caller, shop: str, method: str, bad: str) -> None:
    placed = await agent("CreateOrder", create(CROISSANT))
    requests: dict[str, Any] = {
        "CreateOrder": create(CROISSANT, request_id=bad),
        "UpdateOrder": update(placed.number, CROISSANT, request_id=bad),
        "CancelOrder": cancel(placed.number, request_id=bad),
    }

    async with nothing_changes(service.database, shop):
        assert (await error_of(agent(method, requests[method]))).reason == "BAD_REQUEST_ID"


async def test_an_update_that_names_no_change_is_refused(service: Service, agent: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(CROISSANT))

    async with nothing_changes(service.database, shop):
        error = await error_of(agent("UpdateOrder", update(placed.number)))

    assert_told(error, "NOTHING_TO_CHANGE", "items", "items, fulfillment, delivery_address, notes or wanted_date")


async def test_staff_must_say_why_they_cancel(service: Service, agent: Caller, staff: Caller, shop: str) -> None:
    placed = await agent("CreateOrder", create(CROISSANT))

    async with nothing_changes(service.database, shop):
        request = cancel(placed.number, customer_id="", actor=STAFF_ACTOR, reason="  ")
        assert_told(await error_of(staff("CancelOrder", request)), "REASON_REQUIRED", "reason", "1 to 500 characters")
        request = cancel(placed.number, reason="x" * 501)
        assert_told(await error_of(agent("CancelOrder", request)), "TEXT_TOO_LONG", "reason", "500")


@pytest.mark.parametrize(
    ("offered", "wanted", "address", "reason", "valid"),
    [
        ({"delivery_offered": False}, orders_pb2.FULFILLMENT_DELIVERY, "", "DELIVERY_NOT_OFFERED", "pickup"),
        ({"delivery_offered": False}, orders_pb2.FULFILLMENT_UNSPECIFIED, "Herzl 15", "DELIVERY_NOT_OFFERED", "pickup"),
        ({"pickup_offered": False}, orders_pb2.FULFILLMENT_PICKUP, "", "PICKUP_NOT_OFFERED", "delivery"),
        (
            {"pickup_offered": False, "delivery_offered": False},
            orders_pb2.FULFILLMENT_PICKUP,
            "",
            "PICKUP_NOT_OFFERED",
            "neither",
        ),
    ],
)
async def test_a_way_that_the_business_does_not_offer_is_refused(
    service: Service,
    agent: Caller,
    shop: str,
    offered: dict[str, bool],
    wanted: Any,
    address: str,
    reason: str,
    valid: str,
) -> None:
    await service.tenant_changes(shop, **offered)

    async with nothing_changes(service.database, shop):
        request = create(CROISSANT, fulfillment=wanted, delivery_address=address)
        assert_told(await error_of(agent("CreateOrder", request)), reason, "fulfillment", valid)
        if not address:
            quote = orders_pb2.QuoteOrderRequest(items=request.items, fulfillment=wanted)
            assert_told(await error_of(agent("QuoteOrder", quote)), reason, "fulfillment", valid)


async def test_the_date_is_the_one_on_the_clock_of_the_business(service: Service, agent: Caller, shop: str) -> None:
    service.clock.advance(hours=8)  # 22:05 UTC is 00:05 of the 24th in Jerusalem

    error = await error_of(agent("CreateOrder", create(CROISSANT, wanted_date="2026-11-23")))

    assert error.reason == "DATE_PAST"
    assert (await agent("CreateOrder", create(CROISSANT, wanted_date="2026-11-24"))).wanted_date == "2026-11-24"
    await service.tenant_changes(shop, time_zone="America/New_York", order_horizon_days=1)
    assert (await agent("CreateOrder", create(CROISSANT, wanted_date="2026-11-23"))).wanted_date == "2026-11-23"
    assert (await error_of(agent("CreateOrder", create(CROISSANT, wanted_date="2026-11-25")))).reason == "DATE_TOO_FAR"


async def test_a_customer_acts_without_repeating_their_id(agent: Caller) -> None:
    unnamed = orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER)

    placed = await agent("CreateOrder", create(CROISSANT, actor=unnamed))

    stored = await agent("GetOrder", orders_pb2.GetOrderRequest(number=placed.number))
    assert stored.timeline[0].actor == CUSTOMER_ACTOR
