"""Coming in and going out."""

from playwright.async_api import Page, expect
from sales.tenants.v1 import staff_pb2

from tests.browser.desk import tab
from tests.browser.people import People
from tests.browser.shop import ROLES, Shop

REFUSED = r"status of 401"


async def sign_in(page: Page, key: str) -> None:
    await page.get_by_label("API key").fill(key)
    await page.get_by_role("button", name="Sign in").click()


async def new_link(shop: Shop) -> str:
    request = staff_pb2.CreateLoginCodeRequest(display_name="Noga", role=ROLES["manager"])
    made = await shop.services.staff(shop.tenant_id)("CreateLoginCode", request)
    return f"/login#code={made.code}"


async def test_a_key_opens_the_page_that_was_asked_for(people: People, shop: Shop) -> None:
    people.complaints.expect(REFUSED)  # whether there is a session is asked first
    page = await people.visitor()
    await page.goto("/orders?queue=all")
    await expect(page).to_have_title("Sign in · Sales agent")
    await sign_in(page, shop.keys["manager"].secret)
    await expect(page).to_have_url(f"{shop.url}/orders?queue=all")
    await expect(tab(page, "Orders")).to_have_attribute("aria-current", "page")
    await page.get_by_role("button", name="Account: Dana").click()
    await expect(page.get_by_text("Manager", exact=True)).to_be_visible()
    (session,) = await page.context.cookies()
    assert (session["httpOnly"], session["sameSite"]) == (True, "Lax")
    assert shop.keys["manager"].secret not in str(await page.context.storage_state())


async def test_a_wrong_key_opens_nothing(people: People, shop: Shop) -> None:
    people.complaints.expect(REFUSED)
    page = await people.visitor()
    await page.goto("/login")
    await sign_in(page, f"asa_{shop.tenant_id}_{'0' * 64}")
    await expect(page.get_by_role("alert")).to_have_text("This key is not valid. It may have been revoked.")
    await page.get_by_role("button", name="עברית").click()
    await expect(page.get_by_role("alert")).to_have_text("המפתח אינו תקף. ייתכן שבוטל.")
    assert await page.context.cookies() == []


async def test_a_link_opens_the_dashboard_once_and_its_code_leaves_the_address(people: People, shop: Shop) -> None:
    people.complaints.expect(REFUSED)
    link = await new_link(shop)
    page = await people.visitor()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(link)
    await expect(page).to_have_url(f"{shop.url}/conversations")
    await expect(page.get_by_role("button", name="Account: Noga")).to_be_visible()
    code = link.partition("code=")[2]
    assert not [url for url in asked if code in url.partition("#")[0]]
    await page.go_back()
    assert code not in page.url

    somebody_else = await people.visitor()
    await somebody_else.goto(link)
    await expect(somebody_else.get_by_role("alert")).to_contain_text("This link was already used or is too old.")
    assert code not in somebody_else.url
    assert await somebody_else.context.cookies() == []


async def test_whoever_signs_out_is_out(people: People, shop: Shop) -> None:
    people.complaints.expect(REFUSED)
    page = await people.visitor()
    await page.goto("/login")
    await sign_in(page, shop.keys["viewer"].secret)
    await page.get_by_role("button", name="Account").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await expect(page).to_have_url(f"{shop.url}/login")
    assert await page.context.cookies() == []
    await page.goto("/conversations")
    await expect(page).to_have_title("Sign in · Sales agent")
