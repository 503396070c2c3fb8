"""Reports: both of the same days, and one when the other cannot be had."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from sales.orders.v1 import orders_pb2 as orders

from services.admin_bff.tests.conftest import Browser, Dashboard
from services.admin_bff.tests.world import money
from services.common.clock import utc_now


async def test_both_reports_are_of_the_days_that_were_asked_for(dashboard: Dashboard, owner: Browser) -> None:
    sales = dashboard.business.sales
    sales.revenue.CopyFrom(money(9_000))
    sales.average_order.CopyFrom(money(4_500))
    sales.order_count = 2
    sales.statuses.add(status=orders.ORDER_STATUS_CANCELLED, order_count=1, total=money(100))
    sales.days.add(date="2026-11-23", revenue=money(9_000), order_count=2)
    sales.products.add(
        sku="pastrami", display_name={"en": "Pastrami"}, quantity="1.2", unit="kg", revenue=money(9_000), order_count=2
    )
    sales.hours.add(weekday=1, hour=14, order_count=2)
    report = dashboard.business.report
    report.conversation_count, report.unassisted_conversation_count = 7, 6
    report.channels.add(name="telegram", count=7)
    day = report.days.add(date="2026-11-23", turn_count=3, customer_message_count=9)
    day.usage.input_tokens, day.usage.cost_micro_usd = 100, 2_500
    told = (await owner.get("analytics", params={"from": "2026-11-01", "to": "2026-11-30"})).json()
    assert (told["from_date"], told["to_date"], told["missing"]) == ("2026-11-01", "2026-11-30", [])
    assert told["sales"]["revenue"]["amount_minor"] == 9_000
    assert told["sales"]["statuses"][0]["status"] == "cancelled"
    assert told["sales"]["hours"] == [{"weekday": 1, "hour": 14, "count": 2}]
    assert told["sales"]["products"][0]["name"] == {"en": "Pastrami"}
    assert told["conversations"]["channels"] == [{"name": "telegram", "count": 7}]
    assert told["conversations"]["usage"][0]["cost_micro_usd"] == 2_500
    for method in ("GetSalesReport", "GetConversationReport"):
        request = dashboard.world.last(method).request
        assert (request.start_date, request.end_date) == ("2026-11-01", "2026-11-30")


async def test_without_dates_the_last_thirty_days_of_the_tenants_calendar_are_meant(owner: Browser) -> None:
    before = utc_now().astimezone(ZoneInfo("Asia/Jerusalem")).date()
    told = (await owner.get("analytics")).json()
    last = date.fromisoformat(told["to_date"])
    assert last in (before, before + timedelta(days=1))
    assert date.fromisoformat(told["from_date"]) == last - timedelta(days=29)


@pytest.mark.parametrize(("method", "part"), [("GetSalesReport", "sales"), ("GetConversationReport", "conversations")])
async def test_one_report_is_shown_without_the_other(
    dashboard: Dashboard, owner: Browser, method: str, part: str
) -> None:
    dashboard.world.fail(method)
    told = (await owner.get("analytics", params={"to": "2026-11-30"})).json()
    assert (told[part], told["missing"]) == (None, [part])
    assert told["sales" if part == "conversations" else "conversations"] is not None


async def test_without_either_report_there_is_no_page(dashboard: Dashboard, owner: Browser) -> None:
    dashboard.world.fail("GetSalesReport", "GetConversationReport")
    assert (await owner.get("analytics", params={"to": "2026-11-30"})).status_code == 503


@pytest.mark.parametrize(
    "parameters", [{"from": "2026-11-24", "to": "2026-11-23"}, {"from": "2025-01-01", "to": "2026-11-23"}]
)
async def test_a_range_that_is_none_or_too_long_is_refused(owner: Browser, parameters: dict[str, str]) -> None:
    answer = await owner.get("analytics", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (422, "from")
