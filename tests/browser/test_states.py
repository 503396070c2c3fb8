"""Loading, empty, filtered-empty and failed are four different things to see; what was loaded outlives a failure."""

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.people import People
from tests.browser.shop import Shop

LISTS = {
    "/conversations": (r"/admin/[^/]+/conversations(\?|$)", "main ul li", "No conversations yet"),
    "/orders?queue=all": (r"/admin/[^/]+/orders(\?|$)", "main tbody tr", "No orders yet"),
}
BROKEN = {"type": "about:blank", "title": "Unavailable", "status": 503, "detail": "orders is down", "reason": "DOWN"}


async def newcomer(people: People, shop: Shop) -> Page:
    await shop.customer("Maya").ordered("I want to order 2 kilo pastrami, pickup please")
    return await people.visitor(session=await shop.session("manager"))


@pytest.mark.parametrize("address", LISTS)
async def test_grey_bars_stand_where_something_loads(people: People, shop: Shop, address: str) -> None:
    asked, rows, _ = LISTS[address]
    page = await newcomer(people, shop)
    let_through = asyncio.Event()

    async def held(route: Route) -> None:
        await let_through.wait()
        await route.continue_()

    await page.route(re.compile(asked), held)
    await page.goto(address)
    loading = page.locator("main").get_by_role("status").filter(has_text="Loading…")
    await expect(loading.first).to_be_attached()
    await expect(page.locator("main .animate-pulse-soft").first).to_be_visible()
    await expect(page.locator(rows)).to_have_count(0)
    let_through.set()
    await expect(page.locator(rows).first).to_be_visible()
    await expect(page.locator("main .animate-pulse-soft")).to_have_count(0)


@pytest.mark.parametrize("address", LISTS)
async def test_nothing_there_yet_says_what_will_be(people: People, shop: Shop, address: str) -> None:
    asked, _, words = LISTS[address]
    page = await newcomer(people, shop)
    await page.route(re.compile(asked), lambda route: route.fulfill(json={"items": [], "next_cursor": None}))
    await page.goto(address)
    await expect(page.get_by_text(words)).to_be_visible()
    await expect(page.get_by_role("button", name="Clear filters")).to_have_count(0)


@pytest.mark.parametrize("address", LISTS)
async def test_a_failure_says_what_failed_and_can_be_tried_again(people: People, shop: Shop, address: str) -> None:
    people.complaints.expect("status of 503")
    asked, rows, _ = LISTS[address]
    page = await newcomer(people, shop)
    await page.route(re.compile(asked), lambda route: route.fulfill(status=503, json=BROKEN))
    await page.goto(address)
    failure = page.locator("main").get_by_role("alert")
    await expect(failure).to_contain_text("This could not be loaded")
    # It fails until after the click: with any news the page asks anew by itself, and would leave nothing to click on.
    await failure.get_by_role("button", name="Try again").click()
    await page.unroute(re.compile(asked))
    await expect(page.locator(rows).first).to_be_visible()
    await expect(failure).to_have_count(0)


@pytest.mark.parametrize("address", LISTS)
async def test_rows_stay_when_they_cannot_be_refreshed(people: People, shop: Shop, address: str) -> None:
    people.complaints.expect("status of 503")
    asked, rows, _ = LISTS[address]
    page = await newcomer(people, shop)
    await page.goto(address)
    await expect(page.locator(rows).first).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    count = await page.locator(rows).count()
    await page.route(re.compile(asked), lambda route: route.fulfill(status=503, json=BROKEN))
    # Something happens, so the page asks anew.
    await shop.customer("Noa").ordered("I want to order 1 kilo salami, pickup please")
    stale = page.get_by_text("This could not be refreshed. You see what was loaded before.")
    await expect(stale).to_be_visible()
    assert await page.locator(rows).count() >= count
    # As above: it fails until after the click.
    await page.locator("main").get_by_role("button", name="Try again").click()
    await page.unroute(re.compile(asked))
    await expect(stale).to_have_count(0)
