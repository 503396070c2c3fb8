"""Every page in both languages, both themes and two widths: clean by axe, as wide as the window, and in a picture."""

import base64
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect

from tests.browser import axe
from tests.browser.desk import overflow
from tests.browser.pages import PLACES, Place, settled
from tests.browser.people import DESK, PHONE, People, View
from tests.browser.shop import open_shop
from tests.browser.story import Story, tell
from tests.platform_under_test import Platform

PICTURES = Path(__file__).parent / "pictures"
README = PICTURES / "readme"
CHOSEN_ELSEWHERE = """
language => dispatchEvent(new StorageEvent("storage", { key: "language", newValue: language }))
"""
TO_WEBP = """
async (png) => {
  const image = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [image.width, image.height];
  canvas.getContext("2d").drawImage(image, 0, 0);
  return canvas.toDataURL("image/webp", 0.85);
}
"""
README_BYTES = 120_000


@pytest.fixture(scope="session")
async def story(running: Platform) -> AsyncIterator[Story]:
    async with open_shop(running, f"story_{secrets.token_hex(3)}") as shop:
        yield await tell(shop)


@pytest.fixture(scope="module")
async def readers(browser: Browser, story: Story) -> AsyncIterator[People]:
    """People of the shop in the story."""
    at_work = People(browser, story.shop)
    yield at_work
    await at_work.leave()


@pytest.fixture(scope="module")
async def tabs(readers: People, story: Story) -> dict[View, Page]:
    """Where a manager, whose theme is the system's, opens one page after the other: the second costs half the first."""
    session = await story.shop.session("manager")
    return {view: await readers.visitor(view.with_(theme="system"), session) for view in (DESK, PHONE)}


@pytest.fixture(autouse=True)
def no_complaints(readers: People) -> Iterator[None]:
    """Not even of a page that is left for the next one."""
    yield
    unexpected = readers.complaints.unexpected()
    readers.complaints.heard.clear()
    assert unexpected == []


@pytest.mark.parametrize("view", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_a_page_is_clean_and_fits(
    people: People, tabs: dict[View, Page], story: Story, place: Place, view: View
) -> None:
    page = tabs[view] if place.logged_in and not place.complaints else await apart(people, story, place, view)
    await come(page, story, place, view)
    for language in ("en", "he"):
        await choose(page, language)
        await settled(page, place)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            await expect(page.locator("html")).to_have_attribute("data-theme", theme)
            # In the dark the same elements have other colours.
            whole = theme == "light"
            assert await axe.violations(page, None if whole else ["color-contrast"]) == []
            assert await overflow(page) <= 0
            picture = PICTURES / f"{place.name}.{language}.{theme}.{'desk' if view is DESK else 'phone'}.png"
            await page.screenshot(path=picture)


async def apart(people: People, story: Story, place: Place, view: View) -> Page:
    """A tab of somebody else's, for what makes the browser complain."""
    people.complaints.expect(place.complaints or "status of 401")
    session = await story.shop.session("manager") if place.logged_in else ""
    return await people.visitor(view.with_(theme="system"), session, story.shop)


async def come(page: Page, story: Story, place: Place, view: View) -> None:
    height = view.height * 4 if place.tall else view.height
    await page.set_viewport_size(ViewportSize(width=view.width, height=height))
    await page.goto(place.address(story))
    if place.act is not None:
        await place.act(page)
    await settled(page, place)


async def choose(page: Page, language: str) -> None:
    """Choose the language as if in another window, so that nothing that is open here is closed by a click."""
    await page.evaluate(CHOSEN_ELSEWHERE, language)
    await expect(page.locator("html")).to_have_attribute("lang", language)


async def test_readme_pictures(readers: People, story: Story) -> None:
    for name, address in (("conversations", story.ordering), ("orders", f"{story.order}?queue=all")):
        page = await readers.enter(address, view=DESK.with_(width=1280, height=760))
        place = next(place for place in PLACES if place.name == {"conversations": "conversation"}.get(name, "order"))
        await settled(page, place)
        picture = await as_webp(page.context, await page.screenshot())
        README.mkdir(parents=True, exist_ok=True)
        (README / f"{name}.webp").write_bytes(picture)
        assert len(picture) <= README_BYTES


async def as_webp(context: BrowserContext, png: bytes) -> bytes:
    """The picture in a third of its bytes, by the browser's own hand."""
    page = await context.new_page()
    url = await page.evaluate(TO_WEBP, base64.b64encode(png).decode())
    return base64.b64decode(url.partition(",")[2])
