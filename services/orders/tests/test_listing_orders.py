"""Listing and reading orders: filters, pages, order."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sales.orders.v1 import orders_pb2

from services.common.pagination import encode_page_token
from services.orders.orders.models import Status
from services.orders.tests.conftest import Service
from services.orders.tests.stored import Sold, put
from services.orders.tests.support import CUSTOMER, Caller, cancel, confirm, create, error_of, hear, ils


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
CANCELLED = orders_pb2.ORDER_STATUS_CANCELLED
FILTER = orders_pb2.OrderFilter


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
    the_same = await staff("ListOrders", orders_pb2.ListOrdersRequest(filter=FILTER(**filters)))
    twice = await staff("ListOrders", orders_pb2.ListOrdersRequest(filter=FILTER(**filters), **filters))

    assert [order.number for order in listed.orders] == numbers
    assert listed.next_page_token == ""
    assert listed == the_same == twice


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize(
    ("filter_", "numbers"),
    [
        (FILTER(number=2), [2]),
        (FILTER(number=77), []),
        (FILTER(number=2, statuses=[PENDING]), []),
        (FILTER(number=2**63 - 1), []),
        (FILTER(customer_name="dana"), [3, 2, 1]),
        (FILTER(customer_name="ANA LE"), [3, 2, 1]),
        (FILTER(customer_name="  Dana   Levi "), [3, 2, 1]),
        (FILTER(customer_name="100%"), [5, 4]),
        (FILTER(customer_name="%"), [5, 4]),
        (FILTER(customer_name="_"), [5, 4]),
        (FILTER(customer_name="\\"), []),
        (FILTER(customer_name="' OR ''='"), []),
        (FILTER(customer_name="jose"), [5, 4]),
        (FILTER(customer_name="JOSÉ"), [5, 4]),
        (FILTER(customer_name="nobody"), []),
        (FILTER(customer_name="x" * 200), []),
        (FILTER(customer_name=" "), [5, 4, 3, 2, 1]),
        (FILTER(customer_name="dana", sku="pastrami", statuses=[CONFIRMED, CANCELLED]), [2]),
        (FILTER(customer_name="dana", customer_id="customer-2"), []),
        (FILTER(start_date="2026-11-23", end_date="2026-11-23"), [5, 4, 3, 2, 1]),
        (FILTER(start_date="2026-11-24"), []),
        (FILTER(end_date="2026-11-22"), []),
        (FILTER(start_date="2026-11-24", end_date="2026-11-22"), []),
    ],
)
async def test_staff_find_orders_by_name_number_and_day(
    service: Service, staff: Caller, shop: str, filter_: orders_pb2.OrderFilter, numbers: list[int]
) -> None:
    await hear(service.database, shop, CUSTOMER, "Dana Levi", version=2)
    await hear(service.database, shop, "customer-2", "José_100%", version=2)

    listed = await staff("ListOrders", orders_pb2.ListOrdersRequest(filter=filter_))
    summed = await staff("SummarizeOrders", orders_pb2.SummarizeOrdersRequest(filter=filter_))

    assert [order.number for order in listed.orders] == numbers
    assert sum(one.order_count for one in summed.statuses) == len(numbers)


@pytest.mark.parametrize(
    ("time_zone", "day", "first", "last"),
    [
        ("Asia/Jerusalem", "2026-11-23", "2026-11-22T22:00", "2026-11-23T22:00"),
        # The clock goes on an hour at two.
        ("Asia/Jerusalem", "2026-03-27", "2026-03-26T22:00", "2026-03-27T21:00"),
        ("Asia/Jerusalem", "2026-10-25", "2026-10-24T21:00", "2026-10-25T22:00"),
        # Midnight is skipped.
        ("America/Havana", "2026-03-08", "2026-03-08T05:00", "2026-03-09T04:00"),
        # Midnight comes twice.
        ("America/Havana", "2026-11-01", "2026-11-01T04:00", "2026-11-02T05:00"),
        ("Asia/Kathmandu", "2026-11-23", "2026-11-22T18:15", "2026-11-23T18:15"),
    ],
)
async def test_a_day_is_the_tenants_from_its_first_instant_to_its_last(
    service: Service, staff: Caller, shop: str, time_zone: str, day: str, first: str, last: str
) -> None:
    await service.tenant_changes(shop, time_zone=time_zone)
    begin, end = (datetime.fromisoformat(text).replace(tzinfo=UTC) for text in (first, last))
    instant = timedelta(microseconds=1)
    placed = [Sold(at=at, status=Status.PENDING) for at in (begin - instant, begin, end - instant, end)]
    await put(service.database, shop, placed)

    within = FILTER(start_date=day, end_date=day)
    listed = await staff("ListOrders", orders_pb2.ListOrdersRequest(filter=within))
    summed = await staff("SummarizeOrders", orders_pb2.SummarizeOrdersRequest(filter=within))
    report = await staff("GetSalesReport", orders_pb2.GetSalesReportRequest(start_date=day, end_date=day))

    assert [order.number for order in listed.orders] == [3, 2]
    assert [(one.order_count, one.total) for one in summed.statuses] == [(2, ils(3000))]
    assert [(one.date, one.order_count, one.revenue) for one in report.days] == [(day, 2, ils(3000))]
    assert sum(hour.order_count for hour in report.hours) == 2


@pytest.mark.usefixtures("five")
async def test_a_sum_tells_each_status_that_occurs(staff: Caller) -> None:
    everything = await staff("SummarizeOrders", orders_pb2.SummarizeOrdersRequest())
    nothing = await staff("SummarizeOrders", orders_pb2.SummarizeOrdersRequest(filter=FILTER(sku="nothing")))

    assert [(one.status, one.order_count, one.total) for one in everything.statuses] == [
        (PENDING, 3, ils(1500 + 7500 + 3000)),
        (CONFIRMED, 1, ils(1500 + 3750)),
        (CANCELLED, 1, ils(5200)),
    ]
    assert list(nothing.statuses) == []


async def test_amounts_of_a_currency_that_was_left_are_not_added(service: Service, staff: Caller, shop: str) -> None:
    await put(service.database, shop, [Sold(), Sold(currency_code="USD")])

    summed = await staff("SummarizeOrders", orders_pb2.SummarizeOrdersRequest())

    assert [(one.order_count, one.total) for one in summed.statuses] == [(2, ils(1500))]


async def test_days_need_the_tenants_clock_and_nothing_else_does(service: Service, staff: Caller, shop: str) -> None:
    stranger = f"{shop}_unknown"
    lost = service.caller("admin_bff", stranger)

    assert not (await lost("ListOrders", orders_pb2.ListOrdersRequest(filter=FILTER(number=1)))).orders
    request = orders_pb2.ListOrdersRequest(filter=FILTER(start_date="2026-11-23"))
    assert (await error_of(lost("ListOrders", request))).code.name == "NOT_FOUND"


READINGS: list[tuple[str, Any]] = [
    ("ListOrders", orders_pb2.ListOrdersRequest(page_size=200)),
    ("ListOrders", orders_pb2.ListOrdersRequest(sort=orders_pb2.ORDER_SORT_WANTED_DATE)),
    (
        "ListOrders",
        orders_pb2.ListOrdersRequest(
            filter=FILTER(
                statuses=[orders_pb2.ORDER_STATUS_COMPLETED],
                customer_name="dana",
                sku="croissant",
                start_date="2026-11-01",
                end_date="2026-11-30",
            ),
            sort=orders_pb2.ORDER_SORT_TOTAL_DESC,
        ),
    ),
    ("SummarizeOrders", orders_pb2.SummarizeOrdersRequest(filter=FILTER(customer_name="dana", sku="croissant"))),
    ("GetSalesReport", orders_pb2.GetSalesReportRequest(start_date="2026-01-01", end_date="2026-12-31")),
    ("GetOrder", orders_pb2.GetOrderRequest(number=7)),
]


async def test_readings_cost_the_same_of_ten_orders_and_of_a_thousand(
    service: Service, staff: Caller, shop: str
) -> None:
    await hear(service.database, shop, CUSTOMER, "Dana", version=2)
    counted = []
    for more in (10, 990):
        await put(service.database, shop, [Sold()] * more)
        for method, request in READINGS:
            before = service.database.round_trips, len(service.tenants.calls)
            await staff(method, request)
            counted.append((service.database.round_trips - before[0], len(service.tenants.calls) - before[1]))

    assert counted == [(3, 0)] * 5 + [(4, 0)] + [(3, 0)] * 5 + [(4, 0)]


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
        ({"page_token": encode_page_token("x", 2, 3)}, "BAD_PAGE_TOKEN", "page_token"),
        ({"statuses": [PENDING, 9]}, "BAD_STATUS", "statuses[1]"),
        ({"statuses": [0]}, "BAD_STATUS", "statuses[0]"),
        ({"customer_id": "a\0b"}, "BAD_ID", "customer_id"),
        ({"conversation_id": "a\0b"}, "BAD_ID", "conversation_id"),
        ({"sku": "a\0b"}, "BAD_ID", "sku"),
        ({"sort": 9}, "BAD_SORT", "sort"),
        ({"filter": {"statuses": [PENDING, 9]}}, "BAD_STATUS", "filter.statuses[1]"),
        ({"filter": FILTER(customer_id="a b")}, "BAD_ID", "filter.customer_id"),
        ({"filter": FILTER(conversation_id="x" * 129)}, "BAD_ID", "filter.conversation_id"),
        ({"filter": FILTER(sku="a\0b")}, "BAD_ID", "filter.sku"),
        ({"filter": FILTER(number=-1)}, "BAD_NUMBER", "filter.number"),
        ({"filter": FILTER(customer_name="a\0b")}, "BAD_TEXT", "filter.customer_name"),
        ({"filter": FILTER(customer_name="x" * 201)}, "TEXT_TOO_LONG", "filter.customer_name"),
        ({"filter": FILTER(customer_name="\u200f")}, "EMPTY_TEXT", "filter.customer_name"),
        ({"filter": FILTER(start_date="23.11.2026")}, "BAD_DATE", "filter.start_date"),
        ({"filter": FILTER(start_date="2026-02-29")}, "BAD_DATE", "filter.start_date"),
        ({"filter": FILTER(start_date="0001-01-01")}, "BAD_DATE", "filter.start_date"),
        ({"filter": FILTER(end_date="9999-12-31")}, "BAD_DATE", "filter.end_date"),
        ({"filter": FILTER(end_date="２０２６-11-23")}, "BAD_DATE", "filter.end_date"),
        ({"sku": "a", "filter": FILTER(sku="b")}, "GIVEN_TWICE", "filter.sku"),
        ({"statuses": [PENDING], "filter": FILTER(statuses=[CONFIRMED])}, "GIVEN_TWICE", "filter.statuses"),
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
