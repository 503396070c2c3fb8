"""One browser for all tests of the dashboard; each test has contexts of its own, which must end without complaints."""

import secrets
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.browser.chromium import chromium
from tests.browser.people import PATIENCE_MS, People
from tests.browser.shop import Shop, open_shop
from tests.platform_under_test import Platform


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    expect.set_options(timeout=PATIENCE_MS)
    async with chromium() as started:
        yield started


@pytest.fixture(scope="session")
async def shop(running: Platform) -> AsyncIterator[Shop]:
    """The business in which tests act; they keep apart by customers."""
    async with open_shop(running, f"shop_{secrets.token_hex(3)}") as opened:
        yield opened


@pytest.fixture
async def people(browser: Browser, shop: Shop) -> AsyncIterator[People]:
    """Whoever opens the dashboard of the shop in this test."""
    at_work = People(browser, shop)
    yield at_work
    await at_work.leave()
    assert at_work.complaints.unexpected() == []
