"""Every page in both languages, both themes and two widths: clean by axe, as wide as the window, and in a picture."""

import base64
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.browser import axe
from tests.browser.desk import overflow
from tests.browser.pages import PLACES, Place, settled
from tests.browser.people import DESK, PHONE, People
from tests.browser.shop import open_shop
from tests.browser.story import Story, tell
from tests.platform_under_test import Platform

PICTURES = Path(__file__).parent / "pictures"
README = PICTURES / "readme"
# Colours that fade from one theme to the other have arrived.
AT_REST = """
async () => {
  for (let still = 0; still < 3; still = document.getAnimations().length ? 0 : still + 1) {
    await new Promise(requestAnimationFrame);
  }
}
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


@pytest.fixture
async def readers(browser: Browser, story: Story) -> AsyncIterator[People]:
    """People of the shop in the story."""
    at_work = People(browser, story.shop)
    yield at_work
    await at_work.leave()
    assert at_work.complaints.unexpected() == []


@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
async def test_a_page_is_clean_and_fits(readers: People, story: Story, place: Place, language: str) -> None:
    if place.complaints:
        readers.complaints.expect(place.complaints)
    if not place.logged_in:
        readers.complaints.expect("status of 401")
    for view in (DESK, PHONE):
        page = await come(readers, story, place, language, view.width, view.height)
        for theme in ("light", "dark"):
            await page.emulate_media(color_scheme=theme)
            await expect(page.locator("html")).to_have_attribute("data-theme", theme)
            await page.evaluate(AT_REST)
            # In the dark, and on a phone, the same elements have other colours and other places.
            whole = theme == "light"
            assert await axe.violations(page, None if whole else ["color-contrast"]) == []
            assert await overflow(page) <= 0
            picture = PICTURES / f"{place.name}.{language}.{theme}.{'desk' if view is DESK else 'phone'}.png"
            await page.screenshot(path=picture)


async def come(readers: People, story: Story, place: Place, language: str, width: int, height: int) -> Page:
    """Open a page as somebody whose theme is the system's."""
    view = DESK.with_(language=language, theme="system", width=width, height=3_600 if place.tall else height)
    session = await story.shop.session("manager") if place.logged_in else ""
    page = await readers.visitor(view, session)
    await page.goto(place.address(story))
    if place.act is not None:
        await place.act(page, language)
    await settled(page, place)
    return page


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
