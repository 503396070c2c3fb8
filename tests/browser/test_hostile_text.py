"""What customers write is shown as text, whatever it is, and leaves the page as it was."""

import re

from playwright.async_api import Page, expect

from tests.browser.desk import order_row, overflow, panel, row_of, sentence, thread_with
from tests.browser.people import DESK, PHONE, People
from tests.browser.shop import Customer, Shop

MARKUP = "<img src=x onerror=\"document.title='taken over'\"><script>document.title='taken over'</script>"
REVERSED = "\u202etxet desrever \u2066 isolated \u200f right"
WORD = "W" * 10_000
HOSTILE = (MARKUP, REVERSED, WORD)


async def assert_harmless(page: Page) -> None:
    assert await overflow(page) <= 0
    assert await page.locator("main img, main script").count() == 0
    assert "taken over" not in await page.title()


async def hostile_customer(shop: Shop) -> Customer:
    """Somebody who orders, and whose name, messages and address are an attack."""
    mallory = shop.customer("<b onmouseover=alert(1)>\u202eMallory")
    await mallory.say("I want to order 1 kilo salami, pickup please")
    await shop.learn_name(mallory)
    for text in HOSTILE:
        await mallory.say(text)
    return mallory


async def test_markup_controls_of_direction_and_endless_words_are_text(people: People, shop: Shop) -> None:
    mallory = await hostile_customer(shop)
    conversation = (await mallory.conversation()).conversation_id
    (order,) = await mallory.orders()
    for view in (DESK, PHONE, DESK.with_(language="he")):
        page = await people.enter(f"/conversations/{conversation}", view=view)
        # In the order of the characters, not of their looks: nothing was left out.
        texts = page.locator("main .foreign-text")
        for text in HOSTILE:
            await expect(texts.filter(has_text=text[:60]).first).to_be_attached()
        word = await texts.filter(has_text="WWWWWWWW").first.bounding_box()
        assert word is not None
        assert word["width"] < view.width
        await assert_harmless(page)
        await page.goto(f"/orders?queue=all&number={order.number}")
        await expect(page.locator("main a").filter(has_text=f"#{order.number}").first).to_be_visible()
        await assert_harmless(page)
        await page.goto(f"/orders/{order.order_id}")
        await expect(page.locator("main").get_by_text(mallory.name).first).to_be_attached()
        await assert_harmless(page)


async def test_a_name_that_reverses_its_direction_leaves_its_neighbours_alone(people: People, shop: Shop) -> None:
    mallory = shop.customer("\u202eyrollaM")
    await mallory.say("I want to order 1 kilo salami, pickup please")
    await shop.learn_name(mallory)
    (order,) = await mallory.orders()
    page = await people.enter(f"/orders?queue=all&number={order.number}")
    row = order_row(page, order.number)
    await expect(row).to_contain_text(mallory.name)
    number = await row.get_by_text(f"#{order.number}").first.bounding_box()
    name = await row.get_by_text(mallory.name).first.bounding_box()
    total = await row.get_by_text("82").last.bounding_box()
    assert number is not None
    assert name is not None
    assert total is not None
    assert number["x"] < name["x"] < total["x"]
    await expect(row.locator("bdi").filter(has_text=mallory.name)).to_have_css("unicode-bidi", "isolate")


async def test_staff_may_look_for_it_and_write_it_too(people: People, shop: Shop) -> None:
    mallory = shop.customer("Mallory")
    await mallory.say("How much is the pastrami?")
    page = await people.enter(
        f"/conversations/{(await mallory.conversation()).conversation_id}?q=<i onload=nobody said this>"
    )
    await expect(page.get_by_text("No conversation matches")).to_be_visible()
    await page.get_by_role("button", name="Private note").click()
    field = page.get_by_role("textbox", name=f"Private note about {mallory.name}")
    await field.fill(MARKUP)
    await field.press("Enter")
    await expect(thread_with(page, mallory.name).get_by_text(MARKUP)).to_be_visible()
    await panel(page).get_by_role("button", name="Edit: Notes").click()
    await panel(page).get_by_role("textbox", name="Notes").fill(MARKUP + WORD[:1_500])
    await panel(page).get_by_role("button", name="Save").click()
    await expect(panel(page).get_by_text(sentence("entered by [Dana]"))).to_be_visible()
    await assert_harmless(page)
    await page.get_by_role("searchbox").fill("")
    await expect(row_of(page, mallory.name)).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox", name="Search and commands").fill(mallory.name)
    await expect(page.get_by_role("option", name=re.compile(mallory.name))).to_be_visible()
    await assert_harmless(page)
