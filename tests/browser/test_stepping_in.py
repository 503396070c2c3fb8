"""Staff take a conversation over, answer, note, and give it back; the customer is at the messenger all the time."""

from playwright.async_api import expect

from tests.browser.desk import panel, row_of, sentence, thread_with
from tests.browser.people import People
from tests.browser.shop import Shop


async def test_staff_take_over_answer_and_give_back_and_the_agent_is_silent_meanwhile(
    people: People, shop: Shop
) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    thread = thread_with(page, maya.name)
    await expect(page.get_by_text("The agent answers this conversation.")).to_be_visible()
    await expect(page.get_by_role("textbox", name=f"Reply to {maya.name}")).to_have_count(0)

    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text(sentence("[Dana] has this conversation; the agent is silent."))).to_be_visible()
    field = page.get_by_role("textbox", name=f"Reply to {maya.name}")
    await expect(field).to_be_focused()
    await field.fill("The salami is on sale today.")
    await field.press("Enter")
    await maya.receives("The salami is on sale today.")
    await expect(thread.get_by_text("The salami is on sale today.")).to_be_visible()
    await expect(thread.get_by_text(sentence("[Dana] took over the conversation"))).to_be_visible()
    await expect(thread.get_by_text("Sending…")).to_have_count(0)
    await expect(row_of(page, maya.name)).to_contain_text("With staff")
    await maya.write("and how much is the salami?")
    await expect(thread.get_by_text("and how much is the salami?")).to_be_visible()

    await page.get_by_role("button", name="Return to agent").click()
    await expect(page.get_by_text("The agent answers this conversation.")).to_be_visible()
    await expect(thread.get_by_text(sentence("[Dana] returned the conversation to the agent"))).to_be_visible()
    # What was asked meanwhile is answered now, and nothing was while staff had the conversation.
    await maya.receives("82")
    price, of_staff, of_agent = await maya.sent()
    assert "75" in price
    assert of_staff == "The salami is on sale today."
    await expect(thread.get_by_text(of_agent)).to_be_visible()


async def test_a_private_note_reaches_neither_the_customer_nor_the_model(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    await page.get_by_role("button", name="Private note").click()
    secret = f"She always pays late {maya.name}"
    await page.get_by_role("textbox", name=f"Private note about {maya.name}").fill(secret)
    await page.get_by_role("button", name="Save note").click()
    await expect(thread_with(page, maya.name).get_by_text(secret)).to_be_visible()
    await expect(thread_with(page, maya.name).get_by_text(sentence("Private note · [Dana]"))).to_be_visible()
    await expect(panel(page).get_by_text(secret)).to_be_visible()
    # The note did not silence the agent, and what follows it knows nothing of it.
    assert "82" in await maya.say("and the salami?")
    assert secret not in str(await maya.customer.log(chat_id=maya.chat_id))
    assert secret not in str(await shop.running.claude.log())


async def test_a_customer_who_asks_for_a_person_is_marked_until_somebody_has_taken_care(
    people: People, shop: Shop
) -> None:
    maya = shop.customer("Maya")
    await maya.say("I want to talk to a human please")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    await expect(row_of(page, maya.name)).to_contain_text("Needs a person")
    await expect(page.get_by_text("The customer needs a person.")).to_be_visible()
    await expect(panel(page).get_by_text("The customer asks for a person")).to_be_visible()
    await panel(page).get_by_role("button", name="Resolved").click()
    await expect(panel(page).get_by_text("Needs attention")).to_have_count(0)
    await expect(row_of(page, maya.name)).not_to_contain_text("Needs a person")
