"""The queue of orders: what arrives, what staff do with it, and what the customer hears of it."""

import re

from playwright.async_api import expect

from tests.browser.desk import noticed, order_list, order_pane, order_row
from tests.browser.people import People
from tests.browser.shop import Shop

PASTRAMI = "I want to order 2 kilo pastrami, pickup please"


async def test_an_order_from_the_messenger_appears_without_a_reload_and_in_the_title(
    people: People, shop: Shop
) -> None:
    page = await people.enter("/orders")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await expect(page.get_by_role("link", name=re.compile(r"^Pending\s*\d+$"))).to_be_visible()
    loads: list[str] = []
    page.on("domcontentloaded", lambda _: loads.append(page.url))
    waiting = await waiting_in(await page.title())
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    await expect(order_row(page, order.number)).to_contain_text("150")
    await expect(order_row(page, order.number)).to_contain_text("New")
    await noticed(page, f"New order #{order.number}")
    await expect(page).to_have_title(re.compile(rf"^\({waiting + 1}\) Orders"))
    assert loads == []

    await order_row(page, order.number).get_by_role("link").first.click()
    await expect(order_pane(page, order.number)).to_be_visible()
    await expect(order_row(page, order.number)).not_to_contain_text("New")
    await shop.work("Confirm", order)
    await expect(order_row(page, order.number)).to_have_count(0)  # it waits no longer
    await expect(order_pane(page, order.number)).to_contain_text("Confirmed")
    await expect(page).to_have_title(re.compile(rf"^\({waiting}\) Orders" if waiting else "^Orders"))


async def waiting_in(title: str) -> int:
    found = re.match(r"\((\d+)\)", title)
    return int(found[1]) if found else 0


async def test_staff_confirm_and_complete_and_the_customer_hears_of_it(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    page = await people.enter(f"/orders/{order.order_id}")
    pane = order_pane(page, order.number)
    await pane.get_by_role("button", name="Confirm").click()
    question = page.get_by_role("dialog", name=f"Confirm order #{order.number}?")
    await expect(question).to_contain_text("Pastrami")
    await question.get_by_role("button", name="Not now").click()
    await expect(question).to_have_count(0)
    await pane.get_by_role("button", name="Confirm").click()
    await question.get_by_role("button", name="Confirm").click()
    await expect(pane.get_by_role("listitem").filter(has_text="Confirmed").first).to_contain_text("Dana")
    await maya.receives(f"#{order.number} has been confirmed")

    await pane.get_by_role("button", name="Complete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Complete").click()
    await expect(pane.get_by_text("This order is finished; nothing is left to do.")).to_be_visible()
    assert [kept.status for kept in await maya.orders()] == [3]


async def test_an_order_is_cancelled_only_with_a_reason(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    page = await people.enter(f"/orders/{order.order_id}")
    pane = order_pane(page, order.number)
    await pane.get_by_role("button", name="Cancel order").click()
    question = page.get_by_role("dialog")
    await question.get_by_role("button", name="Cancel order").click()
    await expect(question.get_by_role("alert")).to_have_text("Say why.")
    await question.get_by_role("textbox", name="Reason").fill("The smoker is broken")
    await question.get_by_role("button", name="Cancel order").click()
    await expect(question).to_have_count(0)
    await expect(pane.get_by_text("The smoker is broken").first).to_be_visible()
    await expect(pane.get_by_text("This order is finished; nothing is left to do.")).to_be_visible()
    await maya.receives(f"#{order.number}")
    (kept,) = await maya.orders()
    assert kept.cancel_reason == "The smoker is broken"


async def test_what_a_colleague_did_meanwhile_is_shown_instead_of_done_over(people: People, shop: Shop) -> None:
    people.complaints.expect("status of 409")
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    page = await people.enter(f"/orders/{order.order_id}")
    pane = order_pane(page, order.number)
    await pane.get_by_role("button", name="Cancel order").click()
    question = page.get_by_role("dialog")
    await question.get_by_role("textbox", name="Reason").fill("Out of pastrami")
    await shop.work("Confirm", order)
    await question.get_by_role("button", name="Cancel order").click()
    notice = pane.get_by_role("alert")
    await expect(notice).to_contain_text("Nothing was done: the order was changed meanwhile")
    await expect(notice).to_contain_text("Omri")
    await expect(pane.get_by_role("button", name="Complete")).to_be_visible()
    assert [kept.cancel_reason for kept in await maya.orders()] == [""]


async def test_an_order_leads_to_its_conversation_and_back(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    page = await people.enter(f"/orders/{order.order_id}")
    await order_pane(page, order.number).get_by_role("link", name="Open the conversation").click()
    await expect(page).to_have_url(f"{shop.url}/conversations/{(await maya.conversation()).conversation_id}")
    await page.get_by_role("link", name=f"Order #{order.number} placed").click()
    await expect(page).to_have_url(f"{shop.url}/orders/{order.order_id}")


async def test_filters_and_sort_stand_in_the_address_and_outlive_a_reload(people: People, shop: Shop) -> None:
    maya, noa = shop.customer("Maya"), shop.customer("Noa")
    small = await maya.ordered("I want to order 1 kilo salami, pickup please")
    large = await maya.ordered("I want to order 3 kilo salami, pickup please")
    other = await noa.ordered(PASTRAMI)
    await shop.work("Confirm", small)
    await shop.learn_name(maya)
    page = await people.enter("/orders")
    await page.get_by_role("link", name=re.compile(r"^All\s*\d+$")).click()
    await page.get_by_role("searchbox", name="Customer's name").fill(maya.name)
    await page.get_by_role("combobox", name="Product").select_option(label="Italian Salami")
    await page.get_by_role("combobox", name="Sort by").first.select_option("total_desc")
    await page.get_by_label("From").fill("2020-01-31")
    await expect(order_list(page).get_by_role("row")).to_have_count(3)  # with the headings
    address = re.compile(
        r"/orders\?(?=.*queue=all)(?=.*customer=Maya)(?=.*product=italian_salami)(?=.*sort=total_desc)"
    )
    await expect(page).to_have_url(address)
    await page.reload()
    await expect(page).to_have_url(address)
    await expect(page.get_by_role("searchbox", name="Customer's name")).to_have_value(maya.name)
    await expect(page.get_by_label("From")).to_have_value("2020-01-31")
    rows = order_list(page).get_by_role("row")
    await expect(rows).to_have_count(3)
    await expect(rows.nth(1)).to_contain_text(f"#{large.number}")
    await expect(rows.nth(2)).to_contain_text(f"#{small.number}")
    await expect(page.get_by_role("status").filter(has_text="2 orders")).to_contain_text("328")

    await page.get_by_role("combobox", name="Status").select_option("confirmed")
    await expect(rows).to_have_count(2)
    await expect(rows.nth(1)).to_contain_text(f"#{small.number}")
    await page.get_by_role("combobox", name="Status").select_option("completed")
    await expect(page.get_by_text("No order matches")).to_be_visible()
    await page.get_by_role("button", name="Clear filters").first.click()
    await expect(order_row(page, other.number)).to_be_visible()


async def test_the_queues_part_what_waits_from_what_is_in_work(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    orders = [await maya.ordered(f"I want to order {kilos} kilo salami, pickup please") for kilos in (1, 2, 3)]
    waiting, in_work, done = (order.number for order in orders)
    await shop.work("Confirm", orders[1])
    await shop.work("Complete", await shop.work("Confirm", orders[2]))
    page = await people.enter("/orders")
    queues = page.get_by_role("navigation", name="Queue")
    for name, shown in (("In work", {in_work}), ("All", {waiting, in_work, done}), ("Pending", {waiting})):
        tab = queues.get_by_role("link", name=re.compile(rf"^{name}\s*\d+$"))
        await tab.click()
        await expect(tab).to_have_attribute("aria-current", "page")
        await expect(queues.locator("[aria-current]")).to_have_count(1)
        for number in (waiting, in_work, done):
            await expect(order_row(page, number)).to_have_count(1 if number in shown else 0)


async def test_the_export_has_what_the_filters_show(people: People, shop: Shop) -> None:
    maya = shop.customer("=Maya")
    order = await maya.ordered(PASTRAMI)
    await shop.learn_name(maya)
    page = await people.enter(f"/orders?queue=all&number={order.number}")
    await expect(order_row(page, order.number)).to_contain_text(maya.name)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Export CSV").click()
    text = (await (await download.value).path()).read_bytes().decode("utf-8-sig")
    assert len(text.splitlines()) == 2
    assert f"'{maya.name}" in text


async def test_the_kitchen_gets_a_page_for_each_order(people: People, shop: Shop) -> None:
    maya = shop.customer("Maya")
    order = await maya.ordered(PASTRAMI)
    page = await people.enter(f"/orders?queue=all&number={order.number}")
    await page.get_by_role("link", name="Print", exact=True).click()
    await expect(page).to_have_url(re.compile(r"/orders/print\?"))
    await expect(page.get_by_role("heading", name=re.compile(f"#{order.number}"))).to_be_visible()
    await page.emulate_media(media="print")
    await expect(page.get_by_role("navigation", name="Main")).to_have_count(0)
    await expect(page.get_by_text("Pastrami").first).to_be_visible()


# The browser believes in a person's hand at each look of the test into the page; here only real clicks count.
COUNTS_TONES = """
window.tones = 0;
let touched = false;
addEventListener("pointerdown", () => { touched = true; }, true);
Object.defineProperty(navigator, "userActivation", { value: { get hasBeenActive() { return touched; } } });
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (...when) { window.tones += 1; return start.apply(this, when); };
"""


async def test_a_new_order_sounds_once_the_page_was_touched_unless_it_is_muted(people: People, shop: Shop) -> None:
    page = await people.visitor(session=await shop.session("manager"))
    await page.add_init_script(COUNTS_TONES)
    await page.goto("/orders")
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    maya = shop.customer("Maya")

    async def tones_of_an_order() -> int:
        before = int(await page.evaluate("window.tones"))
        order = await maya.ordered(PASTRAMI)
        await noticed(page, f"New order #{order.number}")
        return int(await page.evaluate("window.tones")) - before

    # Escape is a key, but none by which a browser lets a page sound.
    await page.keyboard.press("Escape")
    assert await tones_of_an_order() == 0
    await page.get_by_role("searchbox").click()
    assert await tones_of_an_order() == 2
    await page.get_by_role("button", name="Sound for new orders is on").click()
    assert await tones_of_an_order() == 0
    await page.reload()
    await expect(page.get_by_role("status").filter(has_text="Live")).to_be_attached()
    await page.get_by_role("button", name="Sound for new orders is off").click()
    await expect(page.get_by_role("button", name="Sound for new orders is on")).to_be_visible()
    assert await tones_of_an_order() == 2
