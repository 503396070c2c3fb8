"""What "and <participle>" leans on: somebody who did it ("I found and cancelled it") or a passive before it."""

from __future__ import annotations

import re

from services.agent.truth import mood
from services.agent.truth.sentences import Clause, Reply

_FIRST_PERSON_REACH = 80
_PASSIVE_REACH = 200
_SUBJECTS = re.compile(r"\b(?:i|we|you|they|he|she|which|who|that)(?:'ve|'m|'re)?\b")
# "Was found", up to the end of the text; a new subject or verb in between would be what is leant on.
_PASSIVE = re.compile(
    r"\b(?:been|was|were|is|are|got|it's|that's|order's|everything's)(?: (?:been|now|just|already|also|\w+ly))*"
    r" (?:\w+(?:ed|en|wn)|found|put|sent|made|paid|set)\b"
    r"(?:(?!\b(?:i|we|you|they|he|she|who|which|that|but|if|is|are|was|were|be|will|would|can|could|should|may|to)\b)[^.;:!?])*$"
)
# What is done to these is done to an order of the customer, whatever it is.
_ORDER = re.compile(
    r"\b(?:orders?|basket|cart|reservation|booking|purchase|pre-?order|order's)\b|#\s?\d|\byour (?:items?|request)\b"
)
_NAMELESS = re.compile(r"\b(?:it|that|this|they|everything|both|your|these|those|(?:it|that|everything)'s)\b")
# "It's baked and packed fresh" tells of the house.
_DAILY_WORK = frozenset({"prepared", "shipped", "added", "ready"})


def leans_on_first_person(reply: Reply, clause: Clause, start: int) -> bool:
    """Whether the last subject before `start` of the clause is the one who speaks."""
    line_start, _ = reply.line_of(clause)
    before = reply.text[max(line_start, clause.start - _FIRST_PERSON_REACH) : clause.start + start]
    subjects = _SUBJECTS.findall(before)
    return bool(subjects) and subjects[-1][0] in "iw" and subjects[-1] not in {"which", "who"}


def leans_on_passive(reply: Reply, clause: Clause, start: int, deed: str) -> bool:
    """Whether something was done to the customer's order before `start` of the clause, and `deed` with it."""
    at = clause.start + start
    before = reply.text[max(clause.sentence_start, at - _PASSIVE_REACH) : at]
    passive = _PASSIVE.search(before)
    if passive is None or mood.supposed(before, passive.start()) or mood.denied(before, passive.start(), len(before)):
        return False
    subject = before[: passive.end()]
    return bool(_ORDER.search(subject)) or (deed not in _DAILY_WORK and bool(_NAMELESS.search(subject)))
