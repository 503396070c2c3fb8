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

_MOST_MARKS = 12
_SHORTEST_QUOTE = 8


def check_reply(reply: str, evidence: Evidence) -> Verdict:
    """Check that `reply` claims nothing that `evidence` does not bear out. Pure, never raises."""
    text = _without_quotations(fold(reply), evidence.business_text)
    violations = tuple(dict.fromkeys(_violations(text, evidence)))
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


def _without_quotations(text: str, business_text: str) -> str:
    """Folded `text` without the quotations of whole sentences that the business (or its staff) really wrote.

    Inside the quotation marks somebody else speaks: "A colleague wrote to you: ..." claims only that they did.
    """
    marks = [i for i, char in enumerate(text) if char == '"'][:_MOST_MARKS]
    said = f"\n{fold(business_text)}\n" if len(marks) > 1 else ""
    for start in marks[:-1] if said else ():
        for end in reversed(marks):
            quoted = text[start + 1 : end].strip()
            if end > start and len(quoted) >= _SHORTEST_QUOTE and _wrote(said, quoted):
                rest = _without_quotations(text[end + 1 :], business_text)
                return f'{text[: start + 1]}{" " * (end - start - 1)}"{rest}'
    return text


def _wrote(said: str, quoted: str) -> bool:
    """Whether `quoted` stands in `said` as one or more whole sentences: half a sentence may say the opposite."""
    sentence = re.escape(quoted.rstrip(".!? "))
    return re.search(rf"(?:^|[\n.!?{BREAK}])\s*{sentence}\s*(?:$|[\n.!?{BREAK}])", said) is not None


def _unstrewn(text: str) -> str:
    """The lines of `text` with emoji inside a phrase, without them: they end clauses, but may cut a claim in two."""
    return "\n".join(line.replace(BREAK, " ") for line in text.split("\n") if _STREWN.search(line))
