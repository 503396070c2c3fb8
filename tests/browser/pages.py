"""Every page of the dashboard, and every state of one that looks different: how to come there, and when it is there."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import Locator, Page, expect

from tests.browser.story import Story

NOTES = re.compile("^(Notes|הערות)$")


@dataclass(frozen=True)
class Place:
    """`there` is on the page when it is complete; `act` goes on from its address."""

    name: str
    address: Callable[[Story], str]
    there: Callable[[Page], Locator]
    act: Callable[[Page], Awaitable[None]] | None = None
    logged_in: bool = True
    complaints: str = ""
    tall: bool = False  # scrolls within the window, which shall be high enough for all of it


async def _open_question(page: Page) -> None:
    await page.get_by_role("button", name="Cancel order").click()


async def _open_palette(page: Page) -> None:
    await expect(page.get_by_role("heading", level=1)).to_be_attached()
    await page.keyboard.press("Control+KeyK")


async def _open_tools(page: Page) -> None:
    await page.locator("main summary").last.click()


async def _edit(page: Page) -> None:
    details = page.get_by_role("button", name="Customer details")
    pencil = page.get_by_role("button", name="Edit: Notes")
    await expect(details.or_(pencil).first).to_be_visible()
    if await details.is_visible():  # on a phone they are a window of their own
        await details.click()
    await pencil.click()


async def _open_account(page: Page) -> None:
    await page.get_by_role("button", name="Account").click()


async def _show_tables(page: Page) -> None:
    shown = page.get_by_role("button", name="Show as a table")
    await expect(shown.last).to_be_visible()
    for _ in range(await shown.count()):
        await shown.first.click()


PLACES = (
    Place("login", lambda _: "/login", lambda page: page.locator("form"), logged_in=False),
    Place("session_ended", lambda _: "/login?ended=true", lambda page: page.get_by_role("status"), logged_in=False),
    Place("conversations", lambda _: "/conversations", lambda page: page.locator("main li").nth(6)),
    Place(
        "nothing_found",
        lambda _: "/conversations?q=unheard%20of&state=agent",
        lambda page: page.locator("main").get_by_role("button").last,
    ),
    Place("conversation", lambda story: story.ordering, lambda page: page.locator("main summary").last),
    Place("tool_calls", lambda story: story.ordering, lambda page: page.locator("main pre").last, _open_tools),
    Place("hebrew_customer", lambda story: story.hebrew, lambda page: page.locator("main summary").last),
    Place("needs_person", lambda story: story.waiting, lambda page: page.locator("main summary").last),
    Place("with_staff", lambda story: story.with_staff, lambda page: page.locator("main textarea")),
    Place(
        "profile_editor",
        lambda story: story.ordering,
        lambda page: page.get_by_role("textbox", name=re.compile("^(Notes|הערות)$")),
        _edit,
    ),
    Place(
        "forgotten",
        lambda story: story.forgotten,
        lambda page: page.get_by_text(re.compile("^(This customer was forgotten|הלקוח הזה נשכח)$")),
    ),
    Place("orders", lambda _: "/orders", lambda page: page.locator("main a[href^='/orders/']").first),
    Place("all_orders", lambda _: "/orders?queue=all", lambda page: page.locator("main a[href^='/orders/']").nth(3)),
    Place("order", lambda story: f"{story.order}?queue=all", lambda page: page.locator("main ol li").first),
    Place("question", lambda story: story.order, lambda page: page.get_by_role("dialog"), _open_question),
    Place("print", lambda _: "/orders/print?queue=all", lambda page: page.locator("article").nth(3)),
    Place("analytics", lambda _: "/analytics", lambda page: page.locator(".recharts-surface").first, tall=True),
    Place("figures", lambda _: "/analytics", lambda page: page.locator("table").nth(5), _show_tables, tall=True),
    Place(
        "not_found",
        lambda _: "/orders/00000000-0000-4000-8000-000000000000",
        lambda page: page.locator("main section p").last,
        complaints="status of 404",
    ),
    Place("nowhere", lambda _: "/nowhere", lambda page: page.locator("h1")),
    Place("palette", lambda _: "/orders", lambda page: page.locator("[cmdk-item]").first, _open_palette),
    Place("account", lambda _: "/orders", lambda page: page.get_by_role("menu"), _open_account),
)


async def settled(page: Page, place: Place) -> None:
    """Wait until everything is there: what the place is about, and nothing that still loads."""
    await expect(place.there(page)).to_be_visible()
    await expect(page.locator(".animate-pulse-soft, .animate-spin, [aria-busy=true]")).to_have_count(0)
