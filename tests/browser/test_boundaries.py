"""Addresses of what is another business's, or nobody's, lead to the same page."""

import uuid
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.shop import Shop
from tests.platform_under_test import Platform

# Fails unless the browser reads a picture there, and the page's own policy lets it.
SHOWN = "async (address) => { const image = new Image(); image.src = address; await image.decode(); }"


@pytest.fixture(scope="session")
async def bakery(running: Platform) -> AsyncIterator[dict[str, str]]:
    """Addresses of another tenant's conversation and order."""
    chat = await running.chat("joannas_bakery")
    await chat.say("Please order 3 baguettes, I'll pick them up tomorrow")
    (order,) = await chat.orders()
    yield {"conversations": order.conversation_id, "orders": order.order_id}


@pytest.mark.parametrize("kind", ["conversations", "orders"])
async def test_what_is_another_tenants_is_nowhere(people: People, bakery: dict[str, str], kind: str) -> None:
    people.complaints.expect("status of 404")
    page = await people.enter(f"/{kind}/{bakery[kind]}")
    nothing = page.get_by_text("There is nothing here").locator("..")
    await expect(nothing).to_be_visible()
    assert "aguette" not in await page.locator("main").inner_text()
    theirs = await nothing.inner_text()
    await page.goto(f"/{kind}/{uuid.uuid4()}")
    await expect(nothing).to_have_text(theirs, use_inner_text=True)


async def test_an_address_without_a_page_leads_back(people: People, shop: Shop) -> None:
    page = await people.enter("/nowhere/at/all")
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    await page.get_by_role("link", name="To the conversations").click()
    await expect(page).to_have_url(f"{shop.url}/conversations")


async def test_the_product_has_its_mark_in_the_browsers_tab_also_where_there_is_no_page(
    people: People, shop: Shop
) -> None:
    page = await people.enter()
    icon = await page.locator("link[rel=icon]").get_attribute("href")
    assert icon == "/icon.svg"
    for address, kind in ((icon, "image/svg+xml"), ("/favicon.ico", "image/")):
        answer = await page.request.get(address)
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)
        await page.evaluate(SHOWN, address)


@pytest.mark.parametrize(
    ("address", "meant", "there"),
    [
        ("/conversations?state=nobody&unread=perhaps&channel=pigeon&page=zzz", "/conversations", "main li"),
        ("/conversations?q=%00%20&cursor=x&limit=-1", "/conversations", "main li"),
        (
            "/orders?queue=none&status=lost&sort=beauty&from=tomorrow&to=2026-02-31&number=-3&customer_id=[]&page=zzz",
            "/orders",
            "main tbody tr",
        ),
        ("/orders?queue=all&product=..%2F..&customer=%22%5Cud800%22&tab=unknown", "/orders?queue=all", "main tbody tr"),
        ("/orders/print?queue=all&order_id=..&limit=9999", "/orders/print?queue=all", "main article"),
        ("/analytics?from=yesterday&to=2026-02-31&days=12", "/analytics", ".recharts-surface"),
    ],
)
async def test_filters_that_mean_nothing_are_no_filters(
    people: People, shop: Shop, address: str, meant: str, there: str
) -> None:
    await shop.customer("Maya").ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter(address)
    await expect(page.locator(there).first).to_be_visible()
    await expect(page).to_have_url(f"{shop.url}{meant}")
    await expect(page.get_by_role("alert")).to_have_count(0)


async def test_filters_that_mean_nothing_are_none_after_the_login_too(people: People, shop: Shop) -> None:
    people.complaints.expect("status of 401")
    await shop.customer("Maya").say("How much is the pastrami?")
    page = await people.visitor()
    await page.goto("/conversations?state=nobody&page=zzz")
    await page.get_by_label("API key").fill(shop.keys["manager"].secret)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.locator("main li").first).to_be_visible()
    await expect(page).to_have_url(f"{shop.url}/conversations")
