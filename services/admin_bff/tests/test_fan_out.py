"""What a page costs: as many calls with a thousand rows as with ten, side by side where they can be."""

import asyncio
from collections import Counter

import pytest

from services.admin_bff.tests.conftest import Browser, Dashboard
from services.admin_bff.tests.cross_tenant import ids_of
from services.admin_bff.tests.world import add_business

_PAGES = {
    "conversations": Counter(ListConversations=1),
    "conversations/{conversation_id}": Counter(
        GetConversation=1, ListMessages=1, ListAttention=1, GetCustomer=1, ListOrders=1
    ),
    "conversations/{conversation_id}/messages": Counter(ListMessages=1),
    "attention": Counter(ListAttention=1),
    "orders": Counter(ListOrders=1),
    "orders/summary": Counter(SummarizeOrders=1),
    "orders/{order_id}": Counter(GetOrder=1, GetCustomer=1),
    "customers/{customer_id}": Counter(GetCustomer=1),
    "products": Counter(GetCatalog=1),
    "analytics?to=2026-11-30": Counter(GetSalesReport=1, GetConversationReport=1),
}


@pytest.mark.parametrize("rows", [10, 1000])
async def test_calls_of_a_page_do_not_grow_with_its_rows(dashboard: Dashboard, rows: int) -> None:
    add_business(dashboard.world, dashboard.tenant_id, rows=rows)
    owner = await dashboard.log_in()
    for page, calls in _PAGES.items():
        dashboard.world.seen.clear()
        limit = "&limit=200" if "?" in page else "?limit=200"
        paged = page in ("conversations", "attention", "orders") or page.endswith("messages")
        answer = await owner.get(page.format(**ids_of(dashboard.business)) + (limit if paged else ""))
        assert answer.status_code == 200
        assert dashboard.world.calls() == calls, page


@pytest.mark.parametrize(
    "together", [("GetConversation", "ListMessages", "ListAttention"), ("GetCustomer", "ListOrders")]
)
async def test_the_parts_of_a_page_are_asked_for_side_by_side(
    dashboard: Dashboard, owner: Browser, together: tuple[str, ...]
) -> None:
    gate = asyncio.Event()
    dashboard.world.held = dict.fromkeys(together, gate)
    page = asyncio.create_task(owner.get(f"conversations/{ids_of(dashboard.business)['conversation_id']}"))
    await dashboard.world.until(lambda: set(together) <= set(dashboard.world.calls()))
    gate.set()
    assert (await page).json()["missing"] == []
