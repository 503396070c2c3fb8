"""Arithmetic that a reply writes out before an amount ("2 kg × 45 + 52 = 142")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from services.agent.truth.figures import readings

_REACH = 90
# Nothing in these repeats what repeats: whatever a reply holds, it is read once.
_BEFORE_RESULT = re.compile(r"=\s?[₪$]?\s?$")
_NUMBER_AND_GAP = re.compile(r"\d[\d.,]*[^\d]*")
_GAP_OF_LAST = re.compile(r"\d[\d.,]*[^\d=\n×x*+]{0,15}")
_GAP_WITH_SIGN = re.compile(r"\d[\d.,]*[^\d=\n×x*+]{0,15}[×x*+]\s?[₪$]?\s?")
_FACTOR = re.compile(r"\d+(?:[.,]\d+)?")
_TIMES = re.compile("[×x*]")


@dataclass(frozen=True, slots=True)
class Equation:
    """What is written out: its numbers, and what they come to."""

    parts: tuple[Decimal, ...]
    result: Decimal


def written_out(text: str, at: int) -> Equation | None:
    """The arithmetic in folded `text` whose result stands at `at`, if any does."""
    left = text[max(text.rfind("\n", 0, at) + 1, at - _REACH) : at]
    equals = _BEFORE_RESULT.search(left[-4:])
    if equals is None:
        return None
    terms = _terms(left[: len(left) - len(equals.group())])
    if not terms:
        return None
    parts, result = [], Decimal(0)
    for term in terms.split("+"):
        factors = [readings(number)[-1] for number in _FACTOR.findall(term)]
        if not factors:
            return None
        product = Decimal(1)
        for factor in factors if _TIMES.search(term) else factors[-1:]:
            product *= factor
        parts += [*factors, product]
        result += product
    return Equation(tuple(parts), result)


def _terms(left: str) -> str:
    """The end of `left` that is numbers with signs between them, from the first of them on; empty if there are none."""
    pieces = list(_NUMBER_AND_GAP.finditer(left))
    if len(pieces) < 2 or not _GAP_OF_LAST.fullmatch(pieces[-1].group()):
        return ""
    first = len(pieces) - 1
    while first > 0 and _GAP_WITH_SIGN.fullmatch(pieces[first - 1].group()):
        first -= 1
    return left[pieces[first].start() :] if first < len(pieces) - 1 else ""
