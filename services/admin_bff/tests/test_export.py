"""The orders' table: complete, in the business's words and time, and harmless in a spreadsheet."""

import csv
import io
from typing import Any

import grpc
import httpx2
import pytest

from services.admin_bff.orders.export import harmless
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tests.conftest import Browser, Dashboard
from services.admin_bff.tests.world import order_of


def table(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


async def test_the_table_has_a_row_for_each_order_in_local_time(dashboard: Dashboard, owner: Browser) -> None:
    answer = await owner.get("orders.csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="orders-{owner.tenant_id}-')
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, first, second = table(answer.text)
    assert heading[:6] == ["Order", "Status", "Placed", "Customer", "Items", "Total"]
    order = next(iter(dashboard.business.orders.values()))
    assert first[:7] == ["1", "Pending", "2026-11-23 14:05", order.customer_name, "0.5 kg Pastrami", "37.50", "ILS"]
    assert second[0] == "2"


@pytest.mark.parametrize("hebrew_by", ["parameter", "tenant"])
async def test_the_table_speaks_the_language_asked_for_or_the_tenants(
    dashboard: Dashboard, owner: Browser, hebrew_by: str
) -> None:
    parameters = {"lang": "he"} if hebrew_by == "parameter" else {}
    if hebrew_by == "tenant":
        dashboard.business.tenant.settings.languages[:] = ["he", "en"]
    heading, first, _ = table((await owner.get("orders.csv", params=parameters)).text)
    assert (heading[0], first[1], first[4]) == ("הזמנה", "ממתינה", "0.5 ק״ג פסטרמה")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_is_text(start: str) -> None:
    assert harmless(f"{start}1+1") == f"'{start}1+1"
    assert harmless(f"a{start}") == f"a{start}"


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("a; =1+1", "a;' =1+1"),
        ('a;"=1+1', "a;'\"=1+1"),
        ("a\t@x", "a\t'@x"),
        ("a\n-1", "a\n'-1"),
        (' "=1+1', "' \"=1+1"),
        ("a-b;c+d, =e", "a-b;c+d, =e"),
    ],
)
def test_what_would_run_where_tables_split_at_semicolons_is_text_too(cell: str, told: str) -> None:
    assert harmless(cell) == told


async def test_each_cell_is_quoted_and_the_lines_of_an_order_are_joined_by_no_separator(
    dashboard: Dashboard, owner: Browser
) -> None:
    order = next(iter(dashboard.business.orders.values()))
    order.lines.append(order.lines[0])
    text = (await owner.get("orders.csv")).text.removeprefix("\ufeff")
    assert all(row.startswith('"') and row.endswith('"') for row in text.splitlines())
    assert table(text)[1][4] == "0.5 kg Pastrami · 0.5 kg Pastrami"


async def test_customers_words_run_nowhere(dashboard: Dashboard, owner: Browser) -> None:
    order = next(iter(dashboard.business.orders.values()))
    order.customer_name = '=HYPERLINK("http://evil.example","click")'
    order.notes = '@SUM(1+1)*cmd|" /C calc"!A0'
    order.delivery_address = '+972", "=1+1'
    order.cancel_reason = "\t=1+1"
    _, first, _ = table((await owner.get("orders.csv")).text)
    for cell in first:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert first[3] == f"'{order.customer_name}"
    assert first[8] == f"'{order.delivery_address}"


async def test_long_tables_come_page_by_page_and_whole(dashboard: Dashboard, owner: Browser) -> None:
    for number in range(3, 452):
        order = order_of(number, "")
        dashboard.business.orders[order.order_id] = order
    rows = table((await owner.get("orders.csv")).text)
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, 452)]
    assert dashboard.world.calls()["ListOrders"] == 3


async def test_an_error_before_the_first_row_is_a_problem(dashboard: Dashboard, owner: Browser) -> None:
    dashboard.world.fail("ListOrders", code=grpc.StatusCode.UNAVAILABLE)
    answer = await owner.get("orders.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert (await owner.get("orders.csv", params={"lang": "xx"})).status_code == 422


async def test_a_table_that_cannot_be_finished_breaks_off_so_that_nobody_takes_it_for_whole(
    dashboard: Dashboard, owner: Browser, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3, 452):
        order = order_of(number, "")
        dashboard.business.orders[order.order_id] = order
    enter = dashboard.world.enter

    async def second_page_fails(method: str, request: Any) -> None:
        if method == "ListOrders" and request.page_token:
            dashboard.world.fail("ListOrders")
        await enter(method, request)

    monkeypatch.setattr(dashboard.world, "enter", second_page_fails)
    headers = {"Cookie": f"{COOKIE}={owner.cookie}"}
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        with pytest.raises(httpx2.RemoteProtocolError):
            await http.get(f"{url}/admin/{owner.tenant_id}/orders.csv", headers=headers)
    assert dashboard.world.calls()["ListOrders"] == 4  # the second page was tried three times


async def test_a_page_that_fails_once_is_asked_for_again(
    dashboard: Dashboard, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3, 302):
        order = order_of(number, "")
        dashboard.business.orders[order.order_id] = order
    enter = dashboard.world.enter

    async def once(method: str, request: Any) -> None:
        if method == "ListOrders" and dashboard.world.calls()["ListOrders"] == 1:
            dashboard.world.fail("ListOrders")
        else:
            dashboard.world.failures.clear()
        await enter(method, request)

    monkeypatch.setattr(dashboard.world, "enter", once)
    assert len(table((await owner.get("orders.csv")).text)) == 302
