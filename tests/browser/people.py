"""People at the dashboard: each in a browser context of their own, logged in, with what went wrong there noted."""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize

from tests.browser.shop import COOKIE, Shop

# Costs nothing where things are quick: waiting ends with what is waited for.
PATIENCE_MS = 30_000
# Runs in every page before its own scripts; what somebody chooses there stays.
CHOSEN_BEFORE = "if (origin === %s) Object.assign(localStorage, { ...%s, ...localStorage })"
# A notice stays for seconds: each that could be seen is noted, for tests that come to look for it later.
NOTES_NOTICES = """
window.notices = [];
new MutationObserver(() => {
  for (const notice of document.querySelectorAll("[data-swipe-direction] [dir=auto]")) {
    const { width, height } = notice.getBoundingClientRect();
    const seen = width && height && notice.checkVisibility({ visibilityProperty: true });
    if (seen && !window.notices.includes(notice.innerText)) window.notices.push(notice.innerText);
  }
}).observe(document, { childList: true, subtree: true });
"""
LOCALES = {"en": "en-GB", "he": "he-IL"}


@dataclass(frozen=True)
class View:
    """How somebody looks at the dashboard."""

    language: str = "en"
    theme: str = "light"
    width: int = 1440
    height: int = 900

    def with_(self, **changes: Any) -> "View":
        return replace(self, **changes)


DESK = View()
PHONE = View(width=390, height=844)


@dataclass
class Complaints:
    """What browsers wrote to their consoles as errors and warnings, and what their pages threw.

    A violation of the content security policy is an error of the console.
    """

    heard: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)

    def expect(self, pattern: str) -> None:
        """What the test provokes: "status of 404"."""
        self._expected.append(re.compile(pattern))

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self.heard.append(f"thrown: {error.error}"))

    def unexpected(self) -> list[str]:
        return [text for text in self.heard if not any(known.search(text) for known in self._expected)]

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.heard.append(f"{message.type}: {message.text} ({message.location['url']})")


class People:
    """Opens contexts in one browser, and closes them."""

    def __init__(self, browser: Browser, shop: Shop) -> None:
        self._browser = browser
        self.shop = shop
        self.complaints = Complaints()
        self._contexts: list[BrowserContext] = []

    async def visitor(self, view: View = DESK, session: str = "", shop: Shop | None = None) -> Page:
        """Somebody with an empty page in front of them; `session` is the value of a cookie."""
        url = (shop or self.shop).url
        context = await self._browser.new_context(
            base_url=url,
            viewport=ViewportSize(width=view.width, height=view.height),
            locale=LOCALES[view.language],
            timezone_id="Asia/Jerusalem",
            reduced_motion="reduce",
            has_touch=view.width < 600,
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE_MS)
        if session:
            await context.add_cookies([cookie(url, session)])
        # Not by `storage_state`, which opens a page of its own for it.
        chosen = json.dumps({"language": view.language, "theme": view.theme})
        await context.add_init_script(CHOSEN_BEFORE % (json.dumps(url), chosen))
        await context.add_init_script(NOTES_NOTICES)
        self.complaints.listen(context)
        return await context.new_page()

    async def enter(
        self, path: str = "/conversations", *, role: str = "manager", view: View = DESK, shop: Shop | None = None
    ) -> Page:
        """Somebody of that role who has opened a page of the dashboard."""
        page = await self.visitor(view, await (shop or self.shop).session(role), shop)
        await page.goto(path)
        return page

    async def leave(self) -> None:
        for context in self._contexts:
            for page in context.pages:
                # A question that a test answers itself may be under way: its end concerns nobody any more.
                await page.unroute_all(behavior="ignoreErrors")
            await context.close()


def cookie(url: str, session: str) -> Any:
    """The session's cookie as the dashboard sets it."""
    host = urlsplit(url).hostname
    return {
        "name": COOKIE,
        "value": session,
        "domain": host,
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
