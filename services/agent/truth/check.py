"""The truth check: may this reply be sent, given what really happened?"""

from __future__ import annotations

import re
from collections.abc import Iterator

from services.agent.truth.dates import check_dates
from services.agent.truth.deeds import check_actions
from services.agent.truth.facts import Evidence, Verdict, Violation
from services.agent.truth.orders import check_order_numbers
from services.agent.truth.prices import check_amounts
from services.agent.truth.products import check_products
from services.agent.truth.sentences import parse
from services.agent.truth.text import BREAK, fold

_STREWN = re.compile(rf"{BREAK}(?<=[^\W\d_]{BREAK}| {BREAK}) ?[^\W\d_]")


def check_reply(reply: str, evidence: Evidence) -> Verdict:
    """Check that `reply` claims nothing that `evidence` does not bear out. Pure, never raises."""
    violations = tuple(dict.fromkeys(_violations(fold(reply), evidence)))
    return Verdict(not violations, violations)


def _violations(text: str, evidence: Evidence) -> Iterator[Violation]:
    parsed = parse(text, evidence.catalog)
    yield from check_amounts(parsed, evidence)
    yield from check_order_numbers(parsed, evidence)
    yield from check_products(parsed, evidence)
    yield from check_dates(parsed, evidence)
    found = list(check_actions(parsed, evidence))
    if not found and BREAK in text:
        found = list(check_actions(parse(_unstrewn(text), evidence.catalog), evidence))
    yield from found


def _unstrewn(text: str) -> str:
    """The lines of `text` with emoji inside a phrase, without them: they end clauses, but may cut a claim in two."""
    return "\n".join(line.replace(BREAK, " ") for line in text.split("\n") if _STREWN.search(line))
