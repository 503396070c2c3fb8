"""The list of conversations, the thread, and the customer beside it."""

import re
from datetime import UTC, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from tests.browser.desk import conversation_list, panel, row_of, sentence, thread_with
from tests.browser.people import People
from tests.browser.shop import Shop
from tests.platform_under_test import until

HAIFA = ZoneInfo("Asia/Jerusalem")


async def test_a_message_appears_in_the_open_thread_and_at_the_top_of_the_list(people: People, shop: Shop) -> None:
    maya, noa = shop.customer("Maya"), shop.customer("Noa")
    await maya.say("How much is the pastrami?")
    await noa.say("How much is the salami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await expect(conversation_list(page).get_by_role("listitem").first).to_contain_text(noa.name)

    await maya.write("I want to order 2 kilo pastrami, pickup please")
    thread = thread_with(page, maya.name)
    await expect(thread.get_by_text("I want to order 2 kilo pastrami, pickup please")).to_be_visible()
    await expect(thread.get_by_role("link", name=re.compile(r"Order #\d+ placed"))).to_be_visible()
    await expect(conversation_list(page).get_by_role("listitem").first).to_contain_text(maya.name)
    await expect(row_of(page, maya.name)).to_contain_text(re.compile(r"Order #\d+, Pending"))
    (order,) = await maya.orders()
    await expect(panel(page).get_by_role("link", name=re.compile(f"#{order.number} "))).to_contain_text("150")

    calls = thread.get_by_text("What the agent did: 1 step").last
    await expect(thread.get_by_text("create_order")).to_be_hidden()
    await calls.click()
    await expect(thread.get_by_text("create_order")).to_be_visible()
    await expect(thread.get_by_text('"pastrami"').first).to_be_visible()

    await noa.say("and the pastrami?")
    await expect(row_of(page, noa.name)).to_contain_text("unread message")
    await row_of(page, noa.name).click()
    await expect(thread_with(page, noa.name).get_by_text("and the pastrami?")).to_be_visible()
    await expect(row_of(page, noa.name)).not_to_contain_text("unread message")


async def test_filters_and_search_stand_in_the_address_and_outlive_a_reload(people: People, shop: Shop) -> None:
    maya, noa = shop.customer("Maya"), shop.customer("Noa")
    await maya.say("How much is the pastrami?")
    await noa.say("I want to talk to a human please")
    page = await people.enter()
    await expect(row_of(page, maya.name)).to_be_visible()
    await page.get_by_role("button", name="Needs a person").click()
    await page.get_by_role("button", name="Unread").click()
    await page.get_by_role("combobox", name="Channel").select_option("telegram")
    await expect(row_of(page, maya.name)).to_have_count(0)
    await page.get_by_role("searchbox").fill(noa.name)
    address = re.compile(r"/conversations\?(?=.*q=Noa)(?=.*state=needs_person)(?=.*unread=true)(?=.*channel=telegram)")
    await expect(page).to_have_url(address)
    await expect(conversation_list(page).get_by_role("listitem")).to_have_count(1)

    await page.reload()
    await expect(page).to_have_url(address)
    await expect(page.get_by_role("searchbox")).to_have_value(noa.name)
    await expect(page.get_by_role("button", name="Needs a person")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("button", name="Unread")).to_have_attribute("aria-pressed", "true")
    await expect(page.get_by_role("combobox", name="Channel")).to_have_value("telegram")
    await expect(conversation_list(page).get_by_role("listitem")).to_have_count(1)
    await expect(row_of(page, noa.name)).to_be_visible()


async def test_nothing_found_is_said_otherwise_than_nothing_there(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("Do you have pastrami?")
    page = await people.enter(f"/conversations?q={maya.name} unheard of")
    await expect(page.get_by_text("No conversation matches")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").last.click()
    await expect(page).to_have_url(f"{shop.url}/conversations")
    await expect(row_of(page, maya.name)).to_be_visible()


async def test_words_of_a_message_find_its_conversation(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say(f"Do you have pastrami for the {maya.name[-6:]} party?")
    page = await people.enter()
    await page.get_by_role("searchbox").fill(f"{maya.name[-6:]} party")
    await expect(conversation_list(page).get_by_role("listitem")).to_have_count(1)
    await expect(row_of(page, maya.name)).to_be_visible()


async def test_a_corrected_profile_says_who_corrected_it(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    await panel(page).get_by_role("button", name="Edit: Phone").click()
    await panel(page).get_by_role("textbox", name="Phone").fill("+972 54 765 4321")
    await panel(page).get_by_role("button", name="Save").click()
    await expect(panel(page).get_by_text(sentence("entered by [Dana]"))).to_be_visible()
    await page.reload()
    await expect(panel(page).get_by_text(sentence("entered by [Dana]"))).to_be_visible()
    customer = await shop.business.customer((await maya.conversation()).customer_id)
    assert "547654321" in customer.profile.phone.replace(" ", "").replace("-", "")


async def test_a_row_says_over_which_channel_and_how_long_ago(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    await maya.last_turn()
    latest = (await maya.conversation()).last_message_time.ToDatetime(UTC)
    # At noon, since not every day has as many hours.
    noon = latest.astimezone(HAIFA).replace(hour=12, minute=0)
    page = await people.visitor(session=await shop.session("manager"))
    for now, words in (
        (latest + timedelta(seconds=20), "now"),
        (latest + timedelta(minutes=5), re.compile("^5 ?m(in)? ago$")),
        (noon + timedelta(days=1), "yesterday"),
        (noon + timedelta(days=3), f"{noon:%a}"),
        (noon + timedelta(days=400), re.compile(rf"^\d+ \w+ {noon.year}$")),
    ):
        await page.clock.set_fixed_time(now)
        await page.goto("/conversations")
        row = row_of(page, maya.name)
        await expect(row.get_by_role("time")).to_have_text(words)
    # In words for those who do not see the icon.
    await expect(row.locator("span").filter(has_text=re.compile("^Telegram$")).first).to_be_attached()
    await expect(row.locator("svg").first).to_be_visible()


async def test_what_the_agent_keeps_of_a_long_conversation_stands_beside_it(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    summary = panel(page).locator("section").filter(has=page.get_by_role("heading", name="Summary"))
    await expect(summary).to_contain_text("There is a summary once the conversation is longer.")
    for product in ("salami", "beef sausage", "lamb chops", "chicken breast", "merguez", "pastrami", "salami"):
        await maya.say(f"and how much is the {product}?")

    async def summed_up() -> str:
        return (await maya.conversation()).summary

    words = await until("a summary", summed_up)
    await page.reload()
    await expect(summary).to_contain_text(words)
    await expect(summary).to_contain_text("Written by the agent from earlier messages")
