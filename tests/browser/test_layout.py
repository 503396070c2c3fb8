"""Right to left, dark, and on a phone."""

from playwright.async_api import FloatRect, Locator, Page, expect

from tests.browser.desk import conversation_list, order_pane, overflow, panel, row_of, tab, thread_with
from tests.browser.people import DESK, PHONE, People
from tests.browser.shop import Shop

HEBREW = DESK.with_(language="he")


async def box(place: Locator) -> FloatRect:
    """Where something is, once it is there."""
    await expect(place).to_be_visible()
    found = await place.bounding_box()
    assert found is not None
    return found


async def edges(places: list[Locator]) -> list[tuple[float, float]]:
    return [(found["x"], found["x"] + found["width"]) for found in [await box(place) for place in places]]


async def test_hebrew_is_the_mirror_image_of_english(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    path = f"/conversations/{(await maya.conversation()).conversation_id}"
    english, hebrew = await people.enter(path), await people.enter(path, view=HEBREW)
    await expect(hebrew.locator("html")).to_have_attribute("dir", "rtl")
    await expect(hebrew.locator("html")).to_have_attribute("lang", "he")

    def places(page: Page) -> list[Locator]:
        main = page.locator("main")
        return [
            main.locator("section").first,  # the list
            main.get_by_role("searchbox"),
            main.locator("aside"),  # the customer
            page.locator("header").first.locator("svg").first,  # the mark
        ]

    width = DESK.width
    mirrored = [(width - end, width - start) for start, end in await edges(places(english))]
    for found, expected in zip(await edges(places(hebrew)), mirrored, strict=True):
        assert abs(found[0] - expected[0]) <= 2
        assert abs(found[1] - expected[1]) <= 2

    # What the customer said stands where the line starts, what the agent said where it ends.
    said, answered = (hebrew.locator("main .foreign-text").filter(has_text=text).first for text in ("How much", "75"))
    assert (await box(said))["x"] > (await box(answered))["x"]
    said, answered = (english.locator("main .foreign-text").filter(has_text=text).first for text in ("How much", "75"))
    assert (await box(said))["x"] < (await box(answered))["x"]
    # English words stay English in the Hebrew page.
    await expect(hebrew.locator("main .foreign-text").filter(has_text="How much").first).to_have_css("direction", "ltr")


async def test_the_language_is_switched_and_remembered(people: People, shop: Shop) -> None:
    page = await people.enter("/orders")
    await expect(tab(page, "Orders")).to_be_visible()
    await page.get_by_role("button", name="עברית").click()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(tab(page, "הזמנות")).to_be_visible()
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("dir", "rtl")
    await expect(tab(page, "הזמנות")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await expect(page.locator("html")).to_have_attribute("dir", "ltr")


async def test_what_is_chosen_in_one_window_holds_in_the_others(people: People, shop: Shop) -> None:
    page = await people.enter("/orders")
    other = await page.context.new_page()
    await other.goto("/analytics")
    await page.bring_to_front()
    await page.get_by_role("button", name="עברית").click()
    await expect(other.locator("html")).to_have_attribute("dir", "rtl")
    await expect(tab(other, "הזמנות")).to_be_visible()
    await page.get_by_role("button", name="ערכת צבעים").click()
    await page.get_by_role("menuitemradio", name="כהה").click()
    await expect(other.locator("html")).to_have_attribute("data-theme", "dark")


async def test_the_theme_is_chosen_or_follows_the_system(people: People, shop: Shop) -> None:
    page = await people.enter("/orders")
    dark, light = "rgb(13, 19, 18)", "rgb(244, 246, 245)"
    body = page.locator("body")
    await expect(body).to_have_css("background-color", light)
    await page.get_by_role("button", name="Theme").click()
    await page.get_by_role("menuitemradio", name="Dark").click()
    await expect(body).to_have_css("background-color", dark)
    await page.reload()
    await expect(body).to_have_css("background-color", dark)
    await page.get_by_role("button", name="Theme").click()
    await page.get_by_role("menuitemradio", name="As the system").click()
    await expect(body).to_have_css("background-color", light)
    await page.emulate_media(color_scheme="dark")
    await expect(body).to_have_css("background-color", dark)


async def test_a_phone_shows_one_pane_at_a_time(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter(view=PHONE)
    await expect(conversation_list(page)).to_be_visible()
    await expect(page.get_by_text("Choose a conversation")).to_be_hidden()
    await row_of(page, maya.name).click()
    thread = thread_with(page, maya.name)
    await expect(thread).to_be_visible()
    await expect(conversation_list(page)).to_be_hidden()
    await expect(panel(page)).to_be_hidden()
    assert (await box(thread))["width"] == PHONE.width
    assert await overflow(page) <= 0
    await page.get_by_role("button", name="Customer details").click()
    details = page.get_by_role("dialog", name="Customer")
    await expect(details.get_by_text("Chat id")).to_be_visible()
    assert await overflow(page) <= 0
    await details.get_by_role("button", name="Close").click()
    await page.get_by_role("link", name="Back to the list").click()
    await expect(conversation_list(page)).to_be_visible()

    await tab(page, "Orders").click()
    card = page.get_by_role("region", name="Orders", exact=True).get_by_role("link").filter(has_text=f"#{order.number}")
    await card.click()
    await expect(order_pane(page, order.number)).to_be_visible()
    await expect(page.get_by_role("region", name="Orders", exact=True)).to_be_hidden()
    assert await overflow(page) <= 0
    await page.get_by_role("link", name="Back to the orders").click()
    await expect(page.get_by_role("region", name="Orders", exact=True)).to_be_visible()
    await tab(page, "Analytics").click()
    await expect(page.get_by_role("heading", level=1, name="Analytics")).to_be_visible()
    assert await overflow(page) <= 0
