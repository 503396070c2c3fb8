"""Walking a list page by page, in every sort, while orders come in."""

import secrets
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sales.orders.v1 import orders_pb2

from services.common.pagination import decode_page_token, encode_page_token
from services.common.staff import Role
from services.orders.tests.conftest import Service
from services.orders.tests.stored import Sold, put
from services.orders.tests.support import START, Caller, error_of

TODAY = START.date()
SORTS = [int(value) for value in orders_pb2.OrderSort.values()]
# Few values, so that many orders are equal but for their number.
ORDERS = st.builds(
    lambda price, days: Sold(
        lines={"croissant": ("1", price)}, wanted_date=None if days is None else TODAY + timedelta(days=days)
    ),
    st.sampled_from([0, 1500, 1600]),
    st.sampled_from([None, 0, 2]),
)


def place_of(order: orders_pb2.Order, sort: Any) -> tuple[Any, ...]:
    """What the contract sorts by: ascending tuples are the order of the list."""
    wanted = date.fromisoformat(order.wanted_date) if order.wanted_date else date.min
    return {
        orders_pb2.ORDER_SORT_UNSPECIFIED: (-order.number,),
        orders_pb2.ORDER_SORT_OLDEST: (order.number,),
        orders_pb2.ORDER_SORT_TOTAL_DESC: (-order.total.amount_minor, -order.number),
        orders_pb2.ORDER_SORT_TOTAL_ASC: (order.total.amount_minor, order.number),
        orders_pb2.ORDER_SORT_WANTED_DATE: (wanted, order.number),
    }[sort]


@given(
    sort=st.sampled_from(SORTS),
    size=st.integers(1, 4),
    there=st.lists(ORDERS, max_size=9),
    arriving=st.lists(st.lists(ORDERS, max_size=2), max_size=6),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_a_walk_yields_each_order_once_and_in_order_while_others_come_in(
    service: Service, sort: Any, size: int, there: list[Sold], arriving: list[list[Sold]]
) -> None:
    tenant_id = f"t_{secrets.token_hex(6)}"
    staff = service.caller("admin_bff", tenant_id)
    numbers = {order.number for order in await put(service.database, tenant_id, there)}
    seen: list[orders_pb2.Order] = []
    token = ""
    for coming in [*arriving, *[[]] * 40]:
        page = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=size, page_token=token, sort=sort))
        seen += page.orders
        token = page.next_page_token
        if not token:
            break
        come = {order.number for order in await put(service.database, tenant_id, coming)}
        listed = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=200, sort=sort))
        # Who came in behind the place reached must be met, who came in before it must not.
        numbers |= {
            order.number
            for order in listed.orders
            if order.number in come and place_of(order, sort) > place_of(seen[-1], sort)
        }

    assert token == ""
    places = [place_of(order, sort) for order in seen]
    assert places == sorted(set(places))
    assert {order.number for order in seen} == numbers


@pytest.fixture
async def dozen(service: Service, shop: str) -> None:
    """Twelve orders of two customers, two conversations and four totals."""
    await put(
        service.database,
        shop,
        [
            Sold(
                lines={"croissant": ("1", 1500 + n % 4)},
                customer_id=f"customer-{n % 2}",
                conversation_id=f"conversation-{n % 2}",
                wanted_date=TODAY if n % 3 else None,
            )
            for n in range(12)
        ],
    )


FILTER = orders_pb2.OrderFilter
LISTS: list[dict[str, Any]] = [
    {},
    {"sort": orders_pb2.ORDER_SORT_OLDEST},
    {"sort": orders_pb2.ORDER_SORT_TOTAL_DESC},
    {"sort": orders_pb2.ORDER_SORT_TOTAL_ASC},
    {"sort": orders_pb2.ORDER_SORT_WANTED_DATE},
    {"filter": FILTER(customer_id="customer-1")},
    {"filter": FILTER(conversation_id="conversation-1")},
    {"filter": FILTER(sku="croissant")},
    {"filter": FILTER(statuses=[orders_pb2.ORDER_STATUS_COMPLETED])},
    {"filter": FILTER(start_date="2026-11-23")},
    {"filter": FILTER(end_date="2026-11-23")},
]


@pytest.mark.usefixtures("dozen")
async def test_a_token_goes_on_with_no_other_list(service: Service, staff: Caller, shop: str) -> None:
    tokens = [
        (await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=1, **one))).next_page_token for one in LISTS
    ]
    neighbour = service.caller("operator", f"{shop}_neighbour")

    for n, token in enumerate(tokens):
        own = await staff("ListOrders", orders_pb2.ListOrdersRequest(page_size=1, page_token=token, **LISTS[n]))
        assert own.orders, LISTS[n]
        others = [one for m, one in enumerate(LISTS) if m != n]
        for other in others:
            error = await error_of(staff("ListOrders", orders_pb2.ListOrdersRequest(page_token=token, **other)))
            assert (error.reason, error.field) == ("BAD_PAGE_TOKEN", "page_token"), (LISTS[n], other)
    error = await error_of(neighbour("ListOrders", orders_pb2.ListOrdersRequest(page_token=tokens[0])))
    assert error.reason == "BAD_PAGE_TOKEN"


@pytest.mark.usefixtures("dozen")
async def test_a_token_is_one_lists_whoever_asks_and_however_its_filter_is_written(
    service: Service, staff: Caller, shop: str
) -> None:
    both = [orders_pb2.ORDER_STATUS_COMPLETED, orders_pb2.ORDER_STATUS_PENDING]
    first = await staff(
        "ListOrders", orders_pb2.ListOrdersRequest(page_size=1, customer_id="customer-1", statuses=both)
    )
    again = orders_pb2.ListOrdersRequest(
        page_size=1,
        page_token=first.next_page_token,
        filter=FILTER(customer_id="customer-1", statuses=[*reversed(both), both[0]]),
    )

    second = await service.caller("admin_bff", shop, Role.VIEWER)("ListOrders", again)

    assert [order.number for order in (*first.orders, *second.orders)] == [12, 10]


@pytest.mark.usefixtures("dozen")
@pytest.mark.parametrize("sort", SORTS)
async def test_a_token_that_was_tampered_with_is_refused(staff: Caller, sort: Any) -> None:
    asked: dict[str, Any] = {"page_size": 1, "sort": sort}
    token = (await staff("ListOrders", orders_pb2.ListOrdersRequest(**asked))).next_page_token
    digest, number, key = decode_page_token(token, 3) or []
    ordered_by_key = sort not in (orders_pb2.ORDER_SORT_UNSPECIFIED, orders_pb2.ORDER_SORT_OLDEST)

    places: list[tuple[Any, ...]] = [(digest, wrong, key) for wrong in ("1", 2**63, -1, True, None)]
    places += [("", number, key), (digest, number)]
    places += [(digest, number, wrong) for wrong in (-1, 2**63, "2026-13-01", "\0", "x") if ordered_by_key]
    for place in places:
        request = orders_pb2.ListOrdersRequest(page_token=encode_page_token(*place), **asked)
        assert (await error_of(staff("ListOrders", request))).reason == "BAD_PAGE_TOKEN", place
