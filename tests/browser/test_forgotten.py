"""A customer who was forgotten leaves a page that says so, and nothing that says who it was."""

from playwright.async_api import expect

from tests.browser import axe
from tests.browser.desk import order_pane, panel, row_of, thread_with
from tests.browser.people import DESK, People
from tests.browser.shop import Shop


async def test_of_a_forgotten_customer_the_orders_are_left_and_that_it_is_so(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    conversation = await maya.conversation()
    path = f"/conversations/{conversation.conversation_id}"
    page = await people.enter(path)
    await expect(thread_with(page, maya.name).get_by_text("I want to order 2 kilo pastrami")).to_be_visible()
    # Of a forgotten customer nothing can be marked as read: that is done before, and none of it is left for Hebrew.
    await expect(row_of(page, maya.name)).to_be_visible()
    await expect(row_of(page, maya.name)).not_to_contain_text("unread message")
    hebrew = await people.enter(path, view=DESK.with_(language="he"))
    await expect(hebrew.locator("main [data-message]").first).to_be_visible()
    await expect(hebrew.get_by_text(maya.name).first).to_be_attached()

    await shop.forget(maya)
    await expect(page.get_by_text("This customer was forgotten")).to_be_visible()
    await expect(page.get_by_role("heading", level=2, name="Forgotten customer")).to_be_visible()
    await expect(hebrew.get_by_text("הלקוח הזה נשכח")).to_be_visible()
    for seen in (page, hebrew):
        await expect(seen.locator("main [data-message]")).to_have_count(0)
        await expect(seen.get_by_text(maya.name)).to_have_count(0)
        await expect(seen.get_by_text(conversation.conversation_id)).to_have_count(0)
        await expect(seen.locator("main textarea")).to_have_count(0)
        assert await axe.violations(seen) == []
    for name in ("Take over", "Private note", "Edit: Name"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await panel(page).get_by_role("link", name=f"#{order.number} ").click()
    await expect(order_pane(page, order.number)).to_contain_text("Pastrami")
