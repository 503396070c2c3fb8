"""Judges the order numbers of a reply: whether this customer has such orders."""

from __future__ import annotations

from collections.abc import Iterator

from services.agent.truth import mood
from services.agent.truth.facts import Evidence, Violation
from services.agent.truth.sentences import Reply


def check_order_numbers(reply: Reply, evidence: Evidence) -> Iterator[Violation]:
    """Order numbers that are affirmed though the customer has no such order."""
    for found in reply.order_numbers:
        clause = reply.clause_at(found.start)
        if found.number in evidence.known_numbers or clause is None or clause.asks:
            continue
        start, end = found.start - clause.start, found.end - clause.start
        if mood.denied(clause.text, start, end) or mood.negative(clause.text[end : end + 35]):
            continue
        repeated = str(found.number) in evidence.customer_text
        if repeated and (mood.attributed(clause.text) or mood.conditional(clause.text)):
            continue
        known = ", ".join(f"#{number}" for number in sorted(evidence.known_numbers)) or "none"
        reason = f"There is no order #{found.number} of this customer (known orders: {known})."
        yield Violation("order_number", clause.text.strip()[:160], reason)
