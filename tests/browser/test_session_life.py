"""A session that ends, and an edge that goes away, while somebody is at work."""

import base64
import os
import re
import signal
import time

from playwright.async_api import Route, expect

from services.common.auth import TokenSigner
from services.common.staff import Role, Staff, sign_staff
from tests.browser.desk import order_row, row_of, tab, thread_with
from tests.browser.people import PHONE, People, cookie
from tests.browser.shop import Key, Shop, log_in

MINUTE = 60
LOOKED_AT_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


def session_of_a_while_ago(shop: Shop, key: Key) -> str:
    """A key's session, twenty of its thirty minutes old: the next look at it renews it."""
    opened = int(time.time()) - 20 * MINUTE
    seed = base64.b64decode(shop.running.stack.around.keys.private_key("tenants"))
    signer = TokenSigner("tenants", seed, now=lambda: opened)
    return sign_staff(signer, Staff(shop.tenant_id, key.api_key_id, key.name, Role.MANAGER), 30 * MINUTE, opened)


async def test_after_a_key_is_revoked_one_is_asked_to_log_in_and_comes_back_to_the_same_place(
    people: People, shop: Shop
) -> None:
    people.complaints.expect("status of 401")
    gone, fresh = await shop.new_key("Gone", "manager"), await shop.new_key("Fresh", "manager")
    page = await people.visitor(session=await log_in(shop.url, gone))
    place = f"{shop.url}/orders?queue=all&sort=oldest"
    await page.goto(place)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await page.context.add_cookies([cookie(shop.url, session_of_a_while_ago(shop, gone))])
    await shop.revoke(gone)
    await page.evaluate(LOOKED_AT_AGAIN)
    await expect(page.get_by_text("Your session ended. Sign in again")).to_be_visible()

    await page.get_by_label("API key").fill(gone.secret)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_role("alert")).to_have_text("This key is not valid. It may have been revoked.")
    await page.get_by_label("API key").fill(fresh.secret)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(place)
    await expect(page.get_by_role("button", name="Account: Fresh")).to_be_visible()


async def test_a_session_of_a_key_that_works_is_prolonged_without_a_word(people: People, shop: Shop) -> None:
    old = session_of_a_while_ago(shop, shop.keys["manager"])
    page = await people.visitor(session=old)
    await page.goto("/conversations")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    (renewed,) = await page.context.cookies()
    assert renewed["value"] != old


async def test_whoever_acts_after_the_session_is_over_is_asked_to_log_in(people: People, shop: Shop) -> None:
    people.complaints.expect("status of 401")
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    await expect(page.get_by_role("button", name="Take over")).to_be_visible()
    await expect(row_of(page, maya.name)).to_be_visible()
    await expect(row_of(page, maya.name).get_by_text("unread message")).to_have_count(0)
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    place = page.url
    of_the_business = re.compile(f"/admin/{shop.tenant_id}/")

    async def only_the_click(route: Route) -> None:
        if route.request.url.endswith("/pause"):
            await route.continue_()

    # What the page asks for by itself, with any news, stays unanswered: it is the click that finds the session gone.
    await page.route(of_the_business, only_the_click)
    await page.context.clear_cookies()
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_text("Your session ended. Sign in again")).to_be_visible()
    await page.unroute(of_the_business)
    await page.get_by_label("API key").fill(shop.keys["manager"].secret)
    await page.get_by_role("button", name="Sign in").click()
    await expect(page).to_have_url(place)
    await expect(page.get_by_role("button", name="Take over")).to_be_visible()


async def test_a_stream_of_news_that_died_without_a_word_is_noticed_and_opened_again(
    people: People, shop: Shop
) -> None:
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.visitor(PHONE, await shop.session("manager"))
    await page.clock.install()
    opened: list[str] = []
    page.on("request", lambda request: opened.append(request.url) if request.url.endswith("/events") else None)
    await page.goto(f"/conversations/{(await maya.conversation()).conversation_id}")
    # On a phone nobody sees it, but it is there.
    live = page.get_by_role("status", include_hidden=True).filter(has_text="Live")
    await expect(live).to_be_attached()
    thread = thread_with(page, maya.name)
    await expect(thread.get_by_text("How much is the pastrami?")).to_be_visible()
    (edge,) = (part.pid for part in shop.running.stack.parts() if part.name == "admin_bff")
    assert edge is not None
    # It stands still: a sign of life at the wrong moment would set the page's mind at rest.
    os.kill(edge, signal.SIGSTOP)
    try:
        # Time stands still between the steps: the page waits about a second before it opens the stream anew, and on a
        # busy machine that second would be over before anybody looked.
        await page.clock.pause_at(time.time() + 15)
        # Nothing was heard for as long as it takes to be sure that nothing will be.
        await page.clock.fast_forward(46_000)
        await expect(page.get_by_role("status").filter(has_text="Reconnecting…")).to_be_visible()
    finally:
        os.kill(edge, signal.SIGCONT)
    await page.clock.fast_forward(2_000)
    await expect(page.get_by_role("status").filter(has_text="Reconnecting…")).to_be_hidden()
    assert len(opened) == 2
    await page.clock.resume()
    await maya.write("and the salami?")
    await expect(thread.get_by_text("and the salami?")).to_be_visible()


async def test_a_page_outlives_a_restart_of_the_edge(people: People, shop: Shop) -> None:
    people.complaints.expect("ERR_CONNECTION|ERR_INCOMPLETE_CHUNKED|ERR_EMPTY_RESPONSE|ERR_NETWORK|status of 50[234]")
    maya = shop.customer("Maya")
    await maya.say("How much is the pastrami?")
    page = await people.enter(f"/conversations/{(await maya.conversation()).conversation_id}")
    live = page.get_by_role("status").filter(has_text=re.compile("^Live"))
    await expect(live).to_be_attached()
    loads: list[str] = []
    page.on("domcontentloaded", lambda _: loads.append(page.url))
    away = page.get_by_role("status").filter(has_text="Reconnecting…")
    await shop.running.stack.restart("admin_bff", {}, meanwhile=expect(away).to_be_visible)
    await expect(live).to_be_attached()
    order = await maya.ordered("I want to order 2 kilo pastrami, pickup please")
    await expect(thread_with(page, maya.name).get_by_text("I want to order 2 kilo pastrami")).to_be_visible()
    await expect(row_of(page, maya.name)).to_contain_text(f"Order #{order.number}, Pending")
    await tab(page, "Orders").click()
    await expect(order_row(page, order.number)).to_be_visible()
    assert loads == []
