"""The sales report: what was sold, when and of what, by the clock of the business."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sales.orders.v1 import orders_pb2

from services.orders.orders.messages import rounded_half_up
from services.orders.orders.models import Status
from services.orders.tests.conftest import Service
from services.orders.tests.stored import Sold, put
from services.orders.tests.support import START, Caller, error_of, hear, ils

DAY = timedelta(days=1)


def report_of(start: str, end: str) -> orders_pb2.GetSalesReportRequest:
    return orders_pb2.GetSalesReportRequest(start_date=start, end_date=end)


@pytest.fixture
async def week(service: Service, shop: str) -> None:
    """START is Monday the 23rd, 16:05 in Jerusalem."""
    await put(
        service.database,
        shop,
        [
            Sold(START - 8 * DAY, {"pastrami": ("9", 7500)}),
            Sold(START - DAY, {"merguez": ("0.5", 5200), "croissant": ("1", 1500)}, conversation_id="a"),
            Sold(START - DAY, {"croissant": ("2", 1600)}, Status.CONFIRMED, conversation_id="a"),
            Sold(START, {"croissant": ("3", 1600)}, Status.PENDING, "customer-2", conversation_id="b", unit="box"),
            Sold(START, {"croissant": ("50", 1600)}, Status.CANCELLED, "customer-3", conversation_id="c"),
            Sold(START + timedelta(minutes=54), {"pastrami": ("0.1", 7505)}, conversation_id=""),
            Sold(START, {"croissant": ("7", 400)}, currency_code="USD", customer_id="customer-4"),
            Sold(START + 3 * DAY, {"pastrami": ("9", 7500)}),
        ],
    )


@pytest.mark.usefixtures("week")
async def test_a_report_tells_what_was_sold(staff: Caller) -> None:
    report = await staff("GetSalesReport", report_of("2026-11-21", "2026-11-24"))

    revenue = (2600 + 1500) + 3200 + 4800 + 751
    assert (report.revenue, report.order_count) == (ils(revenue), 4)
    assert report.average_order == ils(3213)  # 12851 / 4 = 3212.75
    assert (report.customer_count, report.conversation_count) == (2, 2)
    assert [(day.date, day.order_count, day.revenue) for day in report.days] == [
        ("2026-11-21", 0, ils(0)),
        ("2026-11-22", 2, ils(7300)),
        ("2026-11-23", 2, ils(5551)),
        ("2026-11-24", 0, ils(0)),
    ]
    assert [(hour.weekday, hour.hour, hour.order_count) for hour in report.hours] == [(1, 16, 2), (7, 16, 2)]
    assert [(one.status, one.order_count, one.total) for one in report.statuses] == [
        (orders_pb2.ORDER_STATUS_PENDING, 1, ils(4800)),
        (orders_pb2.ORDER_STATUS_CONFIRMED, 1, ils(3200)),
        (orders_pb2.ORDER_STATUS_COMPLETED, 2, ils(4851)),
        (orders_pb2.ORDER_STATUS_CANCELLED, 1, ils(80000)),
    ]


@pytest.mark.usefixtures("week")
async def test_products_stand_by_revenue_as_they_were_last_ordered(staff: Caller) -> None:
    report = await staff("GetSalesReport", report_of("2026-11-21", "2026-11-24"))

    told = [(one.sku, one.quantity, one.unit, one.revenue, one.order_count) for one in report.products]
    assert told == [
        ("croissant", "6", "box", ils(9500), 3),
        ("merguez", "0.5", "each", ils(2600), 1),
        ("pastrami", "0.1", "each", ils(751), 1),
    ]
    assert report.products[0].display_name == {"en": "croissant by the box"}


async def test_a_report_of_days_without_orders_is_all_zeros(staff: Caller) -> None:
    report = await staff("GetSalesReport", report_of("2024-01-01", "2024-12-31"))

    assert (report.revenue, report.order_count, report.average_order) == (ils(0), 0, ils(0))
    assert (report.customer_count, report.conversation_count) == (0, 0)
    assert [day.date for day in report.days] == [(date(2024, 1, 1) + n * DAY).isoformat() for n in range(366)]
    assert not report.statuses
    assert not report.products
    assert not report.hours


async def test_twenty_products_are_told_at_most(service: Service, staff: Caller, shop: str) -> None:
    await put(service.database, shop, [Sold(lines={f"sku_{n:02}": ("1", 1000 - n % 24)}) for n in range(25)])

    report = await staff("GetSalesReport", report_of("2026-11-23", "2026-11-23"))

    best = sorted((-(1000 - n % 24), f"sku_{n:02}") for n in range(25))[:20]
    assert [one.sku for one in report.products] == [sku for _, sku in best]
    assert report.order_count == 25


@pytest.mark.parametrize(
    ("time_zone", "placed", "days", "hours"),
    [
        # Two instants that a clock shows as the same hour, since it goes back at two.
        (
            "Asia/Jerusalem",
            ["2026-10-24T22:30", "2026-10-24T23:30", "2026-10-25T00:30"],
            {"2026-10-25": 3},
            [(7, 1, 2), (7, 2, 1)],
        ),
        ("Asia/Jerusalem", ["2026-03-26T23:59", "2026-03-27T00:00"], {"2026-03-27": 2}, [(5, 1, 1), (5, 3, 1)]),
        # To PostgreSQL EET is always two hours ahead.
        ("EET", ["2026-07-01T21:30", "2026-12-01T21:30"], {"2026-07-02": 1, "2026-12-01": 1}, [(2, 23, 1), (4, 0, 1)]),
        ("Australia/Lord_Howe", ["2026-04-04T14:45"], {"2026-04-05": 1}, [(7, 1, 1)]),
        ("Asia/Kathmandu", ["2026-11-22T18:14", "2026-11-22T18:15"], {"2026-11-22": 1, "2026-11-23": 1}, None),
        ("Pacific/Apia", ["2026-11-22T10:59", "2026-11-22T11:00"], {"2026-11-22": 1, "2026-11-23": 1}, None),
        (
            "America/Havana",
            ["2026-11-01T03:59", "2026-11-01T04:00", "2026-11-01T05:00"],
            {"2026-10-31": 1, "2026-11-01": 2},
            [(6, 23, 1), (7, 0, 2)],
        ),
    ],
)
async def test_days_and_hours_are_those_of_the_tenants_clock(
    service: Service,
    staff: Caller,
    shop: str,
    time_zone: str,
    placed: list[str],
    days: dict[str, int],
    hours: list[tuple[int, int, int]] | None,
) -> None:
    await service.tenant_changes(shop, time_zone=time_zone)
    await put(service.database, shop, [Sold(datetime.fromisoformat(at).replace(tzinfo=UTC)) for at in placed])

    report = await staff("GetSalesReport", report_of("2026-01-01", "2026-12-31"))

    assert {day.date: day.order_count for day in report.days if day.order_count} == days
    if hours is not None:
        assert [(hour.weekday, hour.hour, hour.order_count) for hour in report.hours] == hours


@pytest.mark.parametrize(
    ("start", "end", "reason", "field"),
    [
        ("", "2026-11-23", "BAD_DATE", "start_date"),
        ("2026-11-23", "", "BAD_DATE", "end_date"),
        ("2026-11-23", "2026-11-22", "BAD_RANGE", "end_date"),
        ("2025-11-23", "2026-11-24", "BAD_RANGE", "end_date"),
        ("1999-12-31", "2000-01-02", "BAD_DATE", "start_date"),
        ("2199-12-31", "2200-01-01", "BAD_DATE", "end_date"),
        ("2026-11-23'", "2026-11-23", "BAD_DATE", "start_date"),
    ],
)
async def test_a_report_needs_a_range_of_days(staff: Caller, start: str, end: str, reason: str, field: str) -> None:
    error = await error_of(staff("GetSalesReport", report_of(start, end)))

    assert (error.code.name, error.reason, error.field) == ("INVALID_ARGUMENT", reason, field)


async def test_the_longest_and_the_earliest_and_the_latest_range_are_told(staff: Caller) -> None:
    for start, end, days in [
        ("2025-11-23", "2026-11-23", 366),
        ("2000-01-01", "2000-01-01", 1),
        ("2199-12-31", "2199-12-31", 1),
    ]:
        assert len((await staff("GetSalesReport", report_of(start, end))).days) == days


@pytest.mark.usefixtures("week")
async def test_a_report_and_a_sum_tell_nothing_of_another_tenant(service: Service, shop: str) -> None:
    neighbour = f"{shop}_neighbour"
    service.tenants.add(neighbour)
    await hear(service.database, shop, "customer-2", "Dana", version=2)
    own = service.caller("admin_bff", neighbour)

    report = await own("GetSalesReport", report_of("2026-11-01", "2026-11-30"))
    summed = await own("SummarizeOrders", orders_pb2.SummarizeOrdersRequest())
    named = await own("ListOrders", orders_pb2.ListOrdersRequest(filter=orders_pb2.OrderFilter(customer_name="dana")))

    assert (report.revenue, report.order_count, len(report.products), len(report.statuses)) == (ils(0), 0, 0, 0)
    assert not summed.statuses
    assert not named.orders


@given(amount=st.integers(0, 10**15), count=st.integers(1, 10**7))
def test_an_average_is_the_nearest_minor_unit_and_half_goes_up(amount: int, count: int) -> None:
    missed = amount - rounded_half_up(amount, count) * count

    assert -count <= 2 * missed < count


@pytest.mark.parametrize(("amount", "count", "average"), [(1, 2, 1), (3, 2, 2), (1, 3, 0), (2, 3, 1), (0, 0, 0)])
def test_an_average_by_example(amount: int, count: int, average: int) -> None:
    assert rounded_half_up(amount, count) == average


@pytest.mark.parametrize("method", ["SummarizeOrders", "GetSalesReport"])
async def test_sums_are_for_the_business_only(service: Service, shop: str, method: str) -> None:
    request: Any = {
        "SummarizeOrders": orders_pb2.SummarizeOrdersRequest(),
        "GetSalesReport": report_of("2026-11-01", "2026-11-30"),
    }[method]

    for caller in ("agent", "gateway", "tenants"):
        assert (await error_of(service.caller(caller, shop)(method, request))).reason == "CALLER_NOT_ALLOWED"
    await service.caller("operator", shop)(method, request)
