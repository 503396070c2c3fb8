"""Listing and reading orders: filters, pages, order."""

import asyncio
from typing import Any

import pytest
from sales.orders.v1 import orders_pb2

from services.common.pagination import encode_page_token
from services.orders.tests.conftest import Service
from services.orders.tests.support import CUSTOMER, Caller, cancel, confirm, create, error_of


@pytest.fixture
async def five(agent: Caller, staff: Caller) -> list[orders_pb2.Order]:
    """Five orders: 1 and 2 of customer-1 (2 confirmed), 3 of customer-1 cancelled, 4 and 5 of customer-2."""
    other = {
        "customer_id": "customer-2",
        "conversation_id": "conversation-2",
        "actor": orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER),
    }
    placed = [
        await agent("CreateOrder", create(("croissant", "1"), conversation_id="conversation-1")),
        await agent("CreateOrder", create(("croissant", "1"), ("pastrami", "0.5"))),
        await agent("CreateOrder", create(("merguez", "1"), conversation_id="conversation-1")),
        await agent("CreateOrder", create(("pastrami", "1"), **other)),
        await agent("CreateOrder", create(("croissant", "2"), **other)),
    ]
    await staff("ConfirmOrder", confirm(2))
    await agent("CancelOrder", cancel(3))
    return placed


PENDING, CONFIRMED = orders_pb2.ORDER_STATUS_PENDING, orders_pb2.ORDER_STATUS_CONFIRMED


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({}, [5, 4, 3, 2, 1]),
        ({"customer_id": CUSTOMER}, [3, 2, 1]),
        ({"customer_id": "customer-9"}, []),
        ({"statuses": [PENDING]}, [5, 4, 1]),
        ({"statuses": [PENDING, CONFIRMED]}, [5, 4, 2, 1]),
        ({"sku": "pastrami"}, [4, 2]),
        ({"sku": "nothing"}, []),
        ({"conversation_id": "conversation-1"}, [3, 1]),
        ({"customer_id": CUSTOMER, "statuses": [CONFIRMED], "sku": "pastrami"}, [2]),
        ({"customer_id": CUSTOMER, "conversation_id": "conversation-2"}, []),
    ],
)
async def test_orders_are_listed_newest_first_by_filter(
    staff: Caller, filters: dict[str, Any], numbers: list[int]
) -> None:
    listed = await staff("ListOrders", orders_pb2.ListOrdersRequest(**filters))

    assert [order.number for order in listed.orders] == numbers
    assert listed.next_page_token == ""


@pytest.mark.usefixtures("five")
async def test_pages_continue_where_the_last_one_ended_though_orders_come_in(agent: Caller, staff: Caller) -> None:
    first = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=2))
    await agent("CreateOrder", create(("croissant", "1")))
    second = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=2, page_token=first.next_page_token))
    third = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=2, page_token=second.next_page_token))

    assert [order.number for page in (first, second, third) for order in page.orders] == [5, 4, 3, 2, 1]
    assert third.next_page_token == ""


async def test_a_listed_order_is_whole_but_for_its_timeline(staff: Caller, five: list[orders_pb2.Order]) -> None:
    listed = await staff("ListOrders", orders_pb2.ListOrdersRequest(customer_id="customer-2"))

    assert list(listed.orders) == [five[4], five[3]]


async def test_a_page_has_fifty_orders_unless_asked_and_two_hundred_at_most(agent: Caller, staff: Caller) -> None:
    await asyncio.gather(*(agent("CreateOrder", create(("croissant", "1"))) for _ in range(52)))

    by_default = await staff("ListOrders", orders_pb2.ListOrdersRequest())
    many = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=5000))

    assert (len(by_default.orders), len(many.orders)) == (50, 52)
    assert by_default.next_page_token


@pytest.mark.parametrize(
    ("fields", "reason", "field"),
    [
        ({"page_size": -1}, "BAD_PAGE_SIZE", "page_size"),
        ({"page_token": "nonsense"}, "BAD_PAGE_TOKEN", "page_token"),
        ({"page_token": encode_page_token("x")}, "BAD_PAGE_TOKEN", "page_token"),
        ({"page_token": encode_page_token(2**63)}, "BAD_PAGE_TOKEN", "page_token"),
        ({"statuses": [PENDING, 9]}, "BAD_STATUS", "statuses[1]"),
        ({"statuses": [0]}, "BAD_STATUS", "statuses[0]"),
        ({"customer_id": "a\0b"}, "BAD_ID", "customer_id"),
        ({"conversation_id": "a\0b"}, "BAD_ID", "conversation_id"),
        ({"sku": "a\0b"}, "BAD_ID", "sku"),
    ],
)
async def test_a_wrong_list_request_is_refused(staff: Caller, fields: dict[str, Any], reason: str, field: str) -> None:
    error = await error_of(staff("ListOrders", orders_pb2.ListOrdersRequest(**fields)))

    assert (error.code.name, error.reason, error.field) == ("INVALID_ARGUMENT", reason, field)


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    "key",
    [
        {"number": 6},
        {"number": -1},
        {"order_id": "6"},
        {"order_id": "3f0c4b1e-0000-4000-8000-000000000000"},
        {},
    ],
)
async def test_an_order_that_is_not_there_is_not_found(staff: Caller, key: dict[str, Any]) -> None:
    assert (await error_of(staff("GetOrder", orders_pb2.GetOrderRequest(**key)))).code.name == "NOT_FOUND"


@pytest.mark.usefixtures("five")
async def test_reading_takes_three_round_trips(service: Service, agent: Caller) -> None:
    before = service.database.round_trips

    await agent("ListOrders", orders_pb2.ListOrdersRequest(customer_id=CUSTOMER))

    assert service.database.round_trips - before <= 3
