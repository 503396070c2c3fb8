"""What happens in a thread: the agent at work, what became of its replies, and how far one can look back."""

import asyncio
import re
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.desk import panel, row_of, thread_with
from tests.browser.people import DESK, People
from tests.browser.shop import Customer, Shop

HAIFA = ZoneInfo("Asia/Jerusalem")


async def opened(people: People, customer: Customer, role: str = "manager") -> Page:
    return await people.enter(f"/conversations/{(await customer.conversation()).conversation_id}", role=role)


async def test_while_the_agent_answers_it_is_seen_writing(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await opened(people, maya)
    thread = thread_with(page, maya.name)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    typing = thread.get_by_role("status").filter(has_text="The agent is writing…")
    await expect(typing).to_have_count(0)
    question = f"and the salami? {maya.name}"
    # The model thinks until both places were looked at.
    await shop.running.claude.fault("hang", purpose="reply", match=maya.name, times=1)
    before = (await maya.customer.log())["last_seq"]
    await maya.write(question)
    await expect(typing).to_be_visible()
    await expect(row_of(page, maya.name)).to_contain_text("The agent is writing…")
    await shop.running.claude.mend()
    await maya.reply(before)
    await expect(typing).to_have_count(0)
    await expect(row_of(page, maya.name)).to_contain_text("Agent:")


async def test_ticks_tell_what_reached_the_customer_and_what_did_not(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    answer = await maya.say("How much is the pastrami?")
    await shop.tried(maya, "sent")
    conversation = await maya.conversation()
    page = await people.visitor(session=await shop.session("manager"))
    # The day of the answer lasts as long as the test.
    await page.clock.set_fixed_time(conversation.last_message_time.ToDatetime(UTC))
    await page.goto(f"/conversations/{conversation.conversation_id}")
    thread = thread_with(page, maya.name)
    today = thread.get_by_role("region", name="Today")
    await expect(
        today.locator("div").filter(has=page.get_by_text(answer)).last.locator("..").get_by_title("Sent", exact=True)
    ).to_be_visible()

    await maya.customer.fault("forbidden", method="sendMessage", chat_id=maya.chat_id, times=1)
    await page.get_by_role("button", name="Take over").click()
    field = page.get_by_role("textbox", name=f"Reply to {maya.name}")
    await field.fill("Are you there?")
    await field.press("Enter")
    await expect(thread.get_by_text("Cannot be delivered")).to_be_visible()
    await expect(row_of(page, maya.name)).to_contain_text("Blocked the bot")
    await expect(page.get_by_text("The customer blocked the bot, so nothing can be sent.")).to_be_visible()
    await expect(panel(page).get_by_text("A reply could not be delivered")).to_be_visible()


async def test_a_reply_on_its_way_is_seen_to_arrive(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    await shop.tried(maya, "sent")
    path = f"/conversations/{(await maya.conversation()).conversation_id}"
    page = await people.visitor(session=await shop.session("manager"))

    async def not_yet(route: Route) -> None:
        answer = await route.fetch()
        detail = await answer.json()
        for message in detail["messages"]:
            for part in message["deliveries"]:
                part["state"] = "sending"
        await route.fulfill(response=answer, json=detail)

    await page.route(re.compile(f"/admin/.+{path}$"), not_yet)
    await page.clock.install()
    await page.goto(path)
    thread = thread_with(page, maya.name)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await expect(row_of(page, maya.name)).to_be_visible()
    await expect(row_of(page, maya.name).get_by_text("unread message")).to_have_count(0)
    # What opening the page brings about is over; from here on only time passes.
    await page.clock.pause_at(time.time() + 15)
    await expect(thread.get_by_title("Being sent")).to_be_visible()
    await page.unroute_all(behavior="wait")
    await page.clock.resume()
    await expect(thread.get_by_title("Sent", exact=True)).to_be_visible()


async def test_what_the_agent_was_about_to_say_is_shown_as_taken_back(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await opened(people, maya)
    thread = thread_with(page, maya.name)
    # The messenger asks to wait, so what the agent says next is still here when staff take over, and not on its way.
    await maya.customer.fault("rate_limit", method="sendMessage", chat_id=maya.chat_id, times=1, retry_after=120)
    await maya.write("and the salami?")
    await shop.tried(maya, "pending")
    await expect(thread.locator(".foreign-text").filter(has_text="82")).to_be_visible()
    await page.get_by_role("button", name="Take over").click()
    await expect(thread.get_by_text("Not sent: staff took over first")).to_be_visible()


async def test_older_messages_come_in_above_without_moving_what_is_read(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    path = f"/conversations/{(await maya.conversation()).conversation_id}"
    for number in range(60):
        await shop.post(f"{path}/notes", text=f"Note {number:02}")
    page = await people.visitor(session=await shop.session("manager"))
    let_through = asyncio.Event()

    async def held(route: Route) -> None:
        await let_through.wait()
        await route.continue_()

    await page.route(re.compile("/messages\\?"), held)
    await page.goto(path)
    thread = thread_with(page, maya.name)
    await expect(thread.get_by_text("Note 59")).to_be_visible()
    await expect(thread.get_by_text("Note 59")).to_be_in_viewport()
    await expect(thread.get_by_text("Note 09")).to_have_count(0)
    await expect(panel(page).get_by_text("Notes of older messages are not loaded yet.")).to_be_visible()

    await thread.hover()
    await thread.evaluate("box => box.scrollTo(0, 200)")
    read = thread.get_by_text("Note 14")
    await expect(read).to_be_in_viewport()
    before = await height_of(read)
    let_through.set()
    await expect(thread.get_by_text("Note 00")).to_be_attached()
    assert abs(await height_of(read) - before) <= 2
    await expect(panel(page).get_by_text("Note 00")).to_be_attached()
    await expect(panel(page).get_by_text("Notes of older messages are not loaded yet.")).to_have_count(0)

    await page.get_by_role("button", name="To the latest message").click()
    await expect(thread.get_by_text("Note 59")).to_be_in_viewport()


async def height_of(place: Locator) -> float:
    box = await place.bounding_box()
    assert box is not None
    return box["y"]


async def test_what_could_not_be_had_is_named_and_the_rest_is_shown(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.visitor(session=await shop.session("manager"))

    async def without_orders(route: Route) -> None:
        answer = await route.fetch()
        detail = await answer.json()
        await route.fulfill(response=answer, json=detail | {"orders": None, "missing": ["orders"]})

    conversation = (await maya.conversation()).conversation_id
    await page.route(re.compile(f"/admin/.+/conversations/{conversation}$"), without_orders)
    await page.goto(f"/conversations/{conversation}")
    await expect(panel(page).get_by_text("Orders are not available right now.")).to_be_visible()
    await expect(panel(page).get_by_role("button", name="Edit: Phone")).to_be_visible()
    await expect(thread_with(page, maya.name).get_by_role("link", name=re.compile("Order #"))).to_be_visible()


async def test_days_are_divided_as_the_business_counts_them_and_named_by_how_long_ago_they_were(
    people: People, shop: Shop
) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    await maya.say("and the salami?")
    await maya.last_turn()
    noon = datetime.now(HAIFA).replace(hour=12, minute=0, second=0, microsecond=0)
    last_year, this_week, yesterday, today = (noon - timedelta(days=days) for days in (400, 3, 1, 0))
    # Around midnight in Haifa, which in Greenwich is one and the same day.
    yesterday, today = yesterday.replace(hour=23, minute=30), today.replace(hour=0, minute=30)
    await shop.said_at(maya, last_year, this_week, yesterday, today)
    far = {language: [written(day, noon, language) for day in (last_year, this_week)] for language in ("en", "he")}
    for language, near in (("en", ("Yesterday", "Today")), ("he", ("אתמול", "היום"))):
        page = await people.visitor(DESK.with_(language=language), await shop.session("manager"))
        await page.clock.set_fixed_time(noon)
        await page.goto(f"/conversations/{(await maya.conversation()).conversation_id}")
        days = page.locator("main section section")
        await expect(days).to_have_count(4)
        dividers: list[str | re.Pattern[str]] = [*far[language], *near]
        for day, divider in zip(await days.all(), dividers, strict=True):
            await expect(day).to_have_accessible_name(divider)
            await expect(day.locator("p").first).to_have_text(divider)
            await expect(day.locator("[data-message]")).to_have_count(1)
        await expect(days.nth(0)).to_contain_text("How much is the pastrami?")
        await expect(days.nth(2)).to_contain_text("and the salami?")


def written(day: datetime, now: datetime, language: str) -> re.Pattern[str]:
    """A day as dividers have it: with its year only when that is not this one."""
    year = f" {day.year}" if day.year != now.year else ""
    words = rf"{day:%A},? {day.day} {day:%B}" if language == "en" else rf"\D+ {day.day} \D+?"
    return re.compile(f"^{words}{year}$")
