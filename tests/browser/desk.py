"""Parts of the pages as tests speak of them, in English."""

import re

from playwright.async_api import Locator, Page

from tests.platform_under_test import until


def tab(page: Page, name: str) -> Locator:
    """One of the pages' tabs, which may say how much waits there."""
    return page.get_by_role("navigation", name=re.compile("^(Main|ראשי)$")).get_by_role("link", name=name).first


def sentence(text: str) -> re.Pattern[str]:
    """A text whose names, in [brackets], keep their direction by characters that nobody sees."""
    isolated = (f"\u2068?{re.escape(name)}\u2069?" for name in re.findall(r"\[(.+?)\]", text))
    around = re.split(r"\[.+?\]", text)
    return re.compile("".join(re.escape(part) + next(isolated, "") for part in around))


def conversation_list(page: Page) -> Locator:
    return page.get_by_role("region", name="Conversations", exact=True)


def row_of(page: Page, name: str) -> Locator:
    """A customer's row in the list."""
    return conversation_list(page).get_by_role("link", name=re.compile(re.escape(name)))


def thread_with(page: Page, name: str) -> Locator:
    """The messages of the opened conversation."""
    return page.get_by_role("region", name=f"Messages with {name}")


def panel(page: Page) -> Locator:
    """The customer beside the messages."""
    return page.get_by_role("complementary", name="Customer")


def order_list(page: Page) -> Locator:
    return page.get_by_role("region", name="Orders", exact=True)


def order_row(page: Page, number: int) -> Locator:
    """An order's row in the table."""
    return order_list(page).get_by_role("row").filter(has_text=re.compile(rf"#{number}(?!\d)"))


def order_pane(page: Page, number: int) -> Locator:
    """The opened order."""
    return page.get_by_role("region", name=f"Order #{number}", exact=True)


async def noticed(page: Page, text: str) -> None:
    """Return once a notice has said this, whether or not it is still there."""

    async def said() -> bool:
        return text in await page.evaluate("window.notices")

    await until(f"the notice {text!r}", said)


async def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))
