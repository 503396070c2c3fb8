"""The browser: Debian's Chromium, headless."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

# The same Chromium in two packages; the first has no desktop around it and opens a page in less than half the time.
EXECUTABLES = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
_MISSING = f"""{EXECUTABLES[0]} is not there, and these tests drive it. Install it and run them again:
    sudo apt-get update && sudo apt-get install -y --no-install-recommends chromium-headless-shell
(Where that package is not to be had, the package chromium does as well.)"""
# It talks to the pages under test and to nobody else: nothing is looked up, fetched or reported at the start.
_FLAGS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)


class BrowserMissingError(Exception):
    """There is no browser; the text says how to get one."""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A running browser with nothing in it. Raises BrowserMissingError."""
    executable = next((each for each in EXECUTABLES if each.exists()), None)
    if executable is None:
        raise BrowserMissingError(_MISSING)
    async with async_playwright() as playwright:
        # Its own sandbox needs an account that is not root, which containers seldom have.
        browser = await playwright.chromium.launch(executable_path=executable, args=_FLAGS, chromium_sandbox=False)
        try:
            yield browser
        finally:
            await browser.close()
