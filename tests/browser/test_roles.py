"""What a viewer sees, and what is refused to them whatever they send."""

from playwright.async_api import Page, expect

from tests.browser.desk import order_pane, panel, thread_with
from tests.browser.people import People
from tests.browser.shop import Shop

SEND = """
async ([method, path, body]) => {
  const session = await (await fetch("/admin/session")).json();
  const answer = await fetch(`/admin/${session.tenant_id}/${path}`, {
    method,
    headers: { "X-CSRF-Token": session.csrf_token, "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return answer.status;
}
"""


async def send(page: Page, method: str, path: str, **body: str) -> int:
    """What the API says to a request of the page's own, with its session and its CSRF token."""
    return int(await page.evaluate(SEND, [method, path, body]))


async def test_a_viewer_reads_everything_and_can_change_nothing(people: People, shop: Shop) -> None:
    people.complaints.expect("status of 403")
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    conversation = await maya.conversation()
    page = await people.enter(f"/conversations/{conversation.conversation_id}", role="viewer")
    await expect(thread_with(page, maya.name).get_by_text("I want to order 2 kilo pastrami")).to_be_visible()
    await expect(page.get_by_text("Replying and taking over need the role of a manager.")).to_be_visible()
    for name in ("Take over", "Private note", "Send"):
        await expect(page.get_by_role("button", name=name)).to_have_count(0)
    await expect(panel(page).get_by_role("button")).to_have_count(0)
    await expect(page.locator("main textarea")).to_have_count(0)

    await page.goto(f"/orders/{order.order_id}")
    pane = order_pane(page, order.number)
    await expect(pane.get_by_text("Confirming, completing and cancelling need the role of a manager.")).to_be_visible()
    await expect(pane.get_by_role("button")).to_have_count(0)

    writes = {
        f"conversations/{conversation.conversation_id}/pause": {},
        f"conversations/{conversation.conversation_id}/replies": {"text": "hello"},
        f"conversations/{conversation.conversation_id}/notes": {"text": "hello"},
        f"orders/{order.order_id}/confirm": {"etag": order.etag},
        f"orders/{order.order_id}/cancel": {"etag": order.etag, "reason": "mine"},
    }
    assert {path: await send(page, "POST", path, **body) for path, body in writes.items()} == dict.fromkeys(writes, 403)
    customer = await shop.business.customer(conversation.customer_id)
    profile = f"customers/{conversation.customer_id}"
    assert await send(page, "PATCH", profile, etag=customer.etag, name="Mallory") == 403
    assert len(await maya.sent()) == 1
    assert [kept.etag for kept in await maya.orders()] == [order.etag]


async def test_a_manager_s_same_request_is_done(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    page = await people.enter("/orders")
    assert await send(page, "POST", f"orders/{order.order_id}/confirm", etag=order.etag) == 200
