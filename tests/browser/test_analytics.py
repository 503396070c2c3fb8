"""The analytics: figures of chosen days, as charts and as the tables behind them."""

import re

from playwright.async_api import Locator, expect

from tests.browser.people import People
from tests.browser.shop import Shop
from tests.platform_under_test import until


async def test_what_customers_order_is_counted_and_what_is_cancelled_is_no_revenue(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.ordered("I want to order 2 kilo pastrami, pickup please")  # without any there are no charts
    page = await people.enter("/analytics?days=7")
    figures = page.get_by_text("without cancelled orders")
    await expect(figures).to_be_visible()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await page.get_by_role("button", name="Show as a table").first.click()
    table = page.get_by_role("table").first
    before = await revenue(table)
    kept = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    gone = await maya.ordered("I want to order 1 kilo salami, pickup please")
    await shop.work("Cancel", gone, reason="The salami is gone")
    assert kept.total.amount_minor == 15000

    async def counted() -> bool:
        return await revenue(table) == before + kept.total.amount_minor

    await until("the revenue of one of the two orders", counted)


async def revenue(table: Locator) -> int:
    """Of all days together, so that it is the same when one of them ends within the test."""
    found = re.findall(r"₪\s?([\d,]+)\.(\d\d)", await table.inner_text())
    return sum(int(whole.replace(",", "") + minor) for whole, minor in found)


async def test_the_days_stand_in_the_address_and_every_chart_has_its_table(people: People, shop: Shop) -> None:
    await shop.customer("Maya").ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter("/analytics")
    await expect(page.get_by_role("button", name="30 days")).to_have_attribute("aria-pressed", "true")
    await page.get_by_role("button", name="7 days").click()
    await expect(page).to_have_url(f"{shop.url}/analytics?days=7")
    await page.get_by_role("button", name="Other days").click()
    await page.get_by_label("From").fill("2026-01-01")
    await page.get_by_label("Until").fill("2025-01-01")
    await page.get_by_role("button", name="Show", exact=True).click()
    await expect(page.get_by_role("alert")).to_have_text("The first day is after the last one.")
    await page.get_by_role("button", name="7 days").click()
    shown = page.get_by_role("button", name="Show as a table")
    await expect(page.locator(".recharts-surface").first).to_be_visible()
    charts = await shown.count()
    assert charts >= 7
    for _ in range(charts):
        await shown.first.click()
    await expect(page.locator(".recharts-surface")).to_have_count(0)
    for title in ("Revenue by day", "Orders by status", "Top products", "Busiest hours", "Languages", "Channels"):
        await expect(page.get_by_role("table", name=f"{title}, table")).to_be_visible()
