"""Orders: the queue, what it comes to, one order, and what staff do with it."""

from typing import Any

import grpc
import pytest
from sales.orders.v1 import orders_pb2 as pb

from services.admin_bff.tests.conftest import Browser, Dashboard
from services.common.staff import Role


@pytest.fixture
def order(dashboard: Dashboard) -> pb.Order:
    """One of the tenant's orders."""
    return next(iter(dashboard.business.orders.values()))


async def test_a_list_tells_all_that_a_row_shows(owner: Browser, order: pb.Order) -> None:
    page = (await owner.get("orders")).json()
    assert len(page["items"]) == 2
    money = {"currency": "ILS", "amount_minor": 3750}
    assert page["items"][0] == {
        "id": order.order_id,
        "number": 1,
        "customer_id": order.customer_id,
        "customer_name": order.customer_name,
        "conversation_id": order.conversation_id,
        "status": "pending",
        "items": [
            {
                "sku": "pastrami",
                "name": {"en": "Pastrami", "he": "פסטרמה"},
                "quantity": "0.5",
                "unit": "kg",
                "unit_price": {"currency": "ILS", "amount_minor": 7500},
                "line_total": money,
            }
        ],
        "total": money,
        "fulfillment": None,
        "delivery_address": "",
        "notes": "",
        "wanted_date": None,
        "cancel_reason": "",
        "etag": "v1",
        "created_at": "2026-11-23T12:05:00Z",
        "updated_at": "2026-11-23T12:05:00Z",
    }


async def test_filters_and_sort_reach_the_orders_service_as_they_were_given(
    dashboard: Dashboard, owner: Browser
) -> None:
    filters = {
        "status": ["pending", "confirmed"],
        "customer_id": "c1",
        "customer": "דנה",
        "product": "pastrami",
        "conversation_id": "k1",
        "from": "2026-11-01",
        "to": "2026-11-30",
        "number": "124",
    }
    assert (await owner.get("orders", params=filters | {"sort": "total_desc", "limit": 7})).status_code == 200
    request = dashboard.world.last("ListOrders").request
    wanted = pb.OrderFilter(
        statuses=[pb.ORDER_STATUS_PENDING, pb.ORDER_STATUS_CONFIRMED],
        customer_id="c1",
        customer_name="דנה",
        sku="pastrami",
        conversation_id="k1",
        start_date="2026-11-01",
        end_date="2026-11-30",
        number=124,
    )
    assert (request.filter, request.sort, request.page_size) == (wanted, pb.ORDER_SORT_TOTAL_DESC, 7)
    assert (await owner.get("orders/summary", params=filters)).status_code == 200
    assert dashboard.world.last("SummarizeOrders").request.filter == wanted


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"from": "1700000000"}, "from"),
        ({"to": "2026-13-01"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from_": "2026-01-01"}, "from_"),
        ({"status": "done"}, "status[0]"),
        ({"number": "0"}, "number"),
        ({"number": "99999999999999999999"}, "number"),
        ({"sort": "random"}, "sort"),
    ],
)
async def test_a_wrong_filter_is_named(owner: Browser, parameters: dict[str, str], field: str) -> None:
    answer = await owner.get("orders", params=parameters)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_what_the_service_calls_otherwise_is_named_as_the_page_knows_it(
    dashboard: Dashboard, owner: Browser
) -> None:
    dashboard.world.fail("ListOrders", code=grpc.StatusCode.INVALID_ARGUMENT, reason="BAD_DATE")
    dashboard.world.failures["ListOrders"].field = "filter.start_date"
    answer = await owner.get("orders")
    assert (answer.status_code, answer.json()["field"], answer.json()["reason"]) == (422, "from", "BAD_DATE")


async def test_the_summary_counts_cancelled_orders_and_adds_up_the_others(
    dashboard: Dashboard, owner: Browser, order: pb.Order
) -> None:
    order.status = pb.ORDER_STATUS_CANCELLED
    summary = (await owner.get("orders/summary")).json()
    assert summary["count"] == 2
    assert summary["total"] == {"currency": "ILS", "amount_minor": 3750}
    assert [(each["status"], each["count"]) for each in summary["statuses"]] == [("pending", 1), ("cancelled", 1)]


async def test_no_orders_come_to_nothing_in_the_tenants_currency(dashboard: Dashboard, owner: Browser) -> None:
    dashboard.business.orders.clear()
    summary = (await owner.get("orders/summary")).json()
    assert summary == {"statuses": [], "count": 0, "total": {"currency": "ILS", "amount_minor": 0}}


async def test_one_order_comes_with_its_customer_and_its_timeline(
    dashboard: Dashboard, owner: Browser, order: pb.Order
) -> None:
    entry = order.timeline.add(version=2, action="confirmed")
    entry.actor.kind, entry.actor.display_name = pb.Actor.KIND_STAFF, "Noa"
    entry.changes.add(field="status", before="pending", after="confirmed")
    detail = (await owner.get(f"orders/{order.order_id}")).json()
    assert detail["customer"]["name"] == order.customer_name
    assert detail["missing"] == []
    assert [entry["actor"] for entry in detail["timeline"]] == [
        {"kind": "customer", "name": ""},
        {"kind": "staff", "name": "Noa"},
    ]
    assert detail["timeline"][1]["changes"] == [{"field": "status", "before": "pending", "after": "confirmed"}]
    dashboard.world.fail("GetCustomer")
    detail = (await owner.get(f"orders/{order.order_id}")).json()
    assert (detail["customer"], detail["missing"], detail["number"]) == (None, ["customer"], 1)


async def test_an_order_of_a_forgotten_customer_is_nobodys_and_nothing_is_missing(
    dashboard: Dashboard, owner: Browser, order: pb.Order
) -> None:
    dashboard.business.customers.clear()
    detail = (await owner.get(f"orders/{order.order_id}")).json()
    assert (detail["customer"], detail["missing"], detail["number"]) == (None, [], 1)


@pytest.mark.parametrize(
    ("verb", "before", "after"),
    [
        ("confirm", pb.ORDER_STATUS_PENDING, "confirmed"),
        ("complete", pb.ORDER_STATUS_CONFIRMED, "completed"),
        ("cancel", pb.ORDER_STATUS_PENDING, "cancelled"),
    ],
)
async def test_staff_move_an_order_on(
    dashboard: Dashboard,
    owner: Browser,
    order: pb.Order,
    verb: str,
    before: "pb.OrderStatus.ValueType",
    after: str,
) -> None:
    order.status = before
    path, body = f"orders/{order.order_id}/{verb}", _body(verb, "v1")
    answer = await owner.post(path, body, headers={"Idempotency-Key": "once"})
    assert (answer.status_code, answer.json()["status"], answer.json()["etag"]) == (200, after, "v2")
    seen = dashboard.world.seen[-1]
    assert (seen.request.number, seen.request.etag, seen.request.request_id) == (1, "v1", "once")
    assert not seen.request.HasField("actor")  # the service takes the person of the session
    assert dashboard.world.calls().total() == 2

    stale = await owner.post(path, body)
    problem = stale.json()
    assert (stale.status_code, problem["reason"], problem["status"]) == (409, "STALE_ETAG", 409)
    assert (problem["current"]["status"], problem["current"]["etag"]) == (after, "v2")

    late = await owner.post(path, _body(verb, "v2"))
    assert (late.status_code, late.json()["reason"]) == (409, "ORDER_NOT_PENDING")
    assert late.json()["current"]["status"] == after


async def test_a_conflict_is_told_even_when_the_order_cannot_be_shown(
    dashboard: Dashboard, owner: Browser, order: pb.Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    enter = dashboard.world.enter

    async def second_read_fails(method: str, request: Any) -> None:
        nonlocal asked
        asked += method == "GetOrder"
        if asked == 2:
            dashboard.world.fail("GetOrder")
        await enter(method, request)

    monkeypatch.setattr(dashboard.world, "enter", second_read_fails)
    answer = await owner.post(f"orders/{order.order_id}/confirm", {"etag": "v0"})
    assert (answer.status_code, answer.json()["reason"], answer.json()["current"]) == (409, "STALE_ETAG", None)


@pytest.mark.parametrize(
    "body", [{}, {"etag": "v1"}, {"etag": "v1", "reason": ""}, {"etag": "v1", "reason": "x" * 501}]
)
async def test_a_cancellation_says_why(owner: Browser, order: pb.Order, body: dict[str, str]) -> None:
    assert (await owner.post(f"orders/{order.order_id}/cancel", body)).status_code == 422


@pytest.mark.parametrize("order_id", ["00000000-0000-7000-8000-ffffffffffff", "nonsense", "1", "%00", "..%2f..", "א"])
async def test_an_unknown_order_is_not_there_whatever_its_id_looks_like(
    dashboard: Dashboard, owner: Browser, order_id: str
) -> None:
    for method, path in (("GET", f"orders/{order_id}"), ("POST", f"orders/{order_id}/confirm")):
        body = {"json": {"etag": "v1"}} if method == "POST" else {}
        answer = await owner.request(method, path, **body)
        assert (answer.status_code, answer.json()["reason"]) == (404, "NOT_FOUND")
    dashboard.world.fail("GetOrder", code=grpc.StatusCode.INVALID_ARGUMENT, reason="BAD_ID")
    dashboard.world.failures["GetOrder"].field = "order_id"
    assert (await owner.get("orders/no-uuid")).status_code == 404


async def test_a_viewer_moves_nothing(dashboard: Dashboard, order: pb.Order) -> None:
    viewer = await dashboard.log_in(Role.VIEWER)
    answer = await viewer.post(f"orders/{order.order_id}/confirm", {"etag": "v1"})
    assert (answer.status_code, answer.json()["reason"]) == (403, "ROLE_TOO_LOW")
    assert order.status == pb.ORDER_STATUS_PENDING


def _body(verb: str, etag: str) -> dict[str, str]:
    return {"etag": etag} | ({"reason": "sold out"} if verb == "cancel" else {})
