"""Addresses of what is another business's, or nobody's, lead to the same page."""

import uuid
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import expect

from tests.browser.people import People
from tests.browser.shop import Shop
from tests.platform_under_test import Platform


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
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    theirs = await page.locator("main").inner_text()
    await page.goto(f"/{kind}/{uuid.uuid4()}")
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    assert await page.locator("main").inner_text() == theirs
    assert "aguette" not in theirs


async def test_an_address_without_a_page_leads_back(people: People, shop: Shop) -> None:
    page = await people.enter("/nowhere/at/all")
    await expect(page.get_by_text("There is nothing here")).to_be_visible()
    await page.get_by_role("link", name="To the conversations").click()
    await expect(page).to_have_url(f"{shop.url}/conversations")
