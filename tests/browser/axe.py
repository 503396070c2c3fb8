"""Checks a page by axe-core: the rules of WCAG 2.2 AA and what the makers of axe hold good besides."""

from functools import cache
from pathlib import Path

from playwright.async_api import Page

_SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_RUN = """
async ({ only, tags }) => {
  const rules = only ? {} : { "target-size": { enabled: true } };
  const runOnly = only ? { type: "rule", values: only } : { type: "tag", values: tags };
  const { violations } = await axe.run(document, { runOnly, rules, resultTypes: ["violations"] });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}
"""


@cache
def _source() -> str:
    return _SOURCE.read_text("utf-8")


async def violations(page: Page, only: list[str] | None = None) -> list[str]:
    """What axe finds, place by place; `only`: these rules alone."""
    if not await page.evaluate("typeof axe === 'object'"):
        # Evaluated by the debugger: a script element would be refused by the content security policy.
        await page.evaluate(_source())
    found: list[str] = await page.evaluate(_RUN, {"only": only, "tags": _TAGS})
    return found
