"""Shortcuts go by the physical key, so that they are the same with every layout."""

import re

from playwright.async_api import Page, expect

from tests.browser.desk import conversation_list, row_of
from tests.browser.people import DESK, People
from tests.browser.shop import Shop

ALT, CONTROL = 1, 2
HEBREW_LAYOUT = {"KeyJ": ("ח", 0x4A), "KeyK": ("ל", 0x4B), "Slash": (".", 0xBF)}


async def press_on_hebrew_layout(page: Page, code: str, modifiers: int = 0) -> None:
    """Press a key of a keyboard that is switched to Hebrew."""
    key, number = HEBREW_LAYOUT[code]
    session = await page.context.new_cdp_session(page)
    fields = {"code": code, "key": key, "modifiers": modifiers, "windowsVirtualKeyCode": number}
    await session.send("Input.dispatchKeyEvent", {"type": "rawKeyDown", **fields})
    await session.send("Input.dispatchKeyEvent", {"type": "keyUp", **fields})
    await session.detach()


async def test_conversations_are_walked_through_with_either_layout(people: People, shop: Shop) -> None:
    first, second = shop.customer("Walk one"), shop.customer("Walk two")
    await second.say("How much is the pastrami?")
    await first.say("How much is the pastrami?")
    page = await people.enter("/conversations?q=Walk")
    await expect(conversation_list(page).get_by_role("listitem")).to_have_count(2)
    await page.keyboard.press("Alt+KeyJ")
    await expect(row_of(page, first.name)).to_have_attribute("aria-current", "page")
    await press_on_hebrew_layout(page, "KeyJ", ALT)
    await expect(row_of(page, second.name)).to_have_attribute("aria-current", "page")
    await press_on_hebrew_layout(page, "KeyK", ALT)
    await expect(row_of(page, first.name)).to_have_attribute("aria-current", "page")
    await expect(page).to_have_url(re.compile(r"\?q=Walk$"))


async def test_slash_goes_to_the_search_and_escape_out_of_it(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(view=DESK.with_(language="he"))
    search = page.get_by_role("searchbox")
    await expect(search).to_be_visible()
    await press_on_hebrew_layout(page, "Slash")
    await expect(search).to_be_focused()
    await expect(search).to_have_value("")
    await page.keyboard.insert_text(maya.name)
    await expect(page).to_have_url(re.compile("q=Maya"))
    await page.keyboard.press("Slash")  # now it is a character
    await expect(search).to_have_value(f"{maya.name}/")
    await page.keyboard.press("Escape")
    await expect(search).to_have_value("")
    await page.keyboard.press("Escape")
    await expect(search).not_to_be_focused()
    await expect(page).to_have_url(f"{shop.url}/conversations")


async def test_the_palette_finds_conversations_and_pages(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter("/analytics")
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await press_on_hebrew_layout(page, "KeyK", CONTROL)
    palette = page.get_by_role("dialog", name="Search and commands")
    words = palette.get_by_role("combobox")
    await expect(words).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(palette).to_have_count(0)
    await page.keyboard.press("Control+KeyK")
    await words.fill(maya.name)
    option = palette.get_by_role("option", name=re.compile(maya.name))
    await expect(option).to_have_attribute("aria-selected", "true")
    await expect(palette.get_by_text("Nothing found.")).to_have_count(0)
    await words.press("Enter")
    await expect(page).to_have_url(f"{shop.url}/conversations/{(await maya.conversation()).conversation_id}")
    await page.keyboard.press("Control+KeyK")
    await words.fill("Orders")
    await expect(palette.get_by_role("option", name="Orders")).to_have_attribute("aria-selected", "true")
    await words.press("Enter")
    await expect(page).to_have_url(f"{shop.url}/orders")


async def test_escape_closes_what_is_open(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter(f"/orders/{order.order_id}")
    await page.get_by_role("button", name="Confirm", exact=True).click()
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await expect(page).to_have_url(f"{shop.url}/orders/{order.order_id}")
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(f"{shop.url}/orders")


async def test_the_whole_of_an_order_is_done_without_a_mouse(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter(f"/orders/{order.order_id}")
    confirm = page.get_by_role("button", name="Confirm", exact=True)
    await confirm.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.querySelector('[role=dialog]').contains(document.activeElement)")
    await page.get_by_role("dialog").get_by_role("button", name="Confirm").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Complete")).to_be_visible()
