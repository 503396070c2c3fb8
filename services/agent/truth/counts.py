"""How much of a product a reply names: the one quantity that stands directly beside the product's name."""

from __future__ import annotations

import re
from decimal import Decimal

from services.agent.truth.catalog import Mention
from services.agent.truth.figures import belongs_to_quantity, quantities
from services.agent.truth.text import BREAK, fold

_REACH = 40
_STOP = re.compile(rf"[;:()\[\]\n+!?…–—\"{BREAK}]|[,.](?!\d)|\s-\s")
_OPENING = re.compile(r"[\s:(×x–—-]*")
_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:['\"][^\W\d_]+)*|×")
_HALF = Decimal("0.5")
_AND = frozenset({"and", "с", "и"})
_ARTICLES = frozenset({"a", "an"})
# Words between a number and what is counted, besides kilos and grams.
_MEASURES = frozenset(
    fold(
        "× x of the our kilos kgs kilograms units unit pieces piece pcs loaves loaf slices slice whole"
        " של את יחידות יח' יחידה פרוסות כיכרות"
        " килограмма килограммов шт штук штуки буханки буханок"
        " من قطع حبات حبة قطعة رغيف"
    ).split()
)


def quantity_beside(plain: str, mention: Mention, previous_end: int, next_start: int) -> Decimal | None:
    """The quantity before the name, else the one behind it; None if there is none or it may be another product's.

    plain: the folded reply without money and order numbers. previous_end, next_start: of the products named beside it (-1, and
    more than the text is long, where there are none).
    """
    left = max(previous_end, mention.start - _REACH, 0)
    before = plain[left : mention.start]
    near = _STOP.split(before)[-1]
    tokens = _TOKEN.findall(near)
    run = _run(tokens[::-1])[::-1]
    may_be_the_others = left == previous_end and near == before and len(run) == len(tokens)
    if _goes_on(tokens[: len(tokens) - len(run)]):
        return None
    if not may_be_the_others and (found := _one(run)) is not None:
        return found
    after = plain[mention.end : min(next_start, mention.end + _REACH)]
    close = _STOP.split(after[_end_of_opening(after) :])[0]
    tokens = _TOKEN.findall(close)
    run = _run(tokens)
    whole = len(run) == len(tokens) and mention.end + _end_of_opening(after) + len(close) >= next_start
    return None if whole else _one(run)


def _end_of_opening(after: str) -> int:
    opening = _OPENING.match(after)
    return opening.end() if opening else 0


def _run(tokens: list[str]) -> list[str]:
    """The first of `tokens` as far as they belong to a quantity."""
    for i, token in enumerate(tokens):
        if not (belongs_to_quantity(token) or token in _MEASURES):
            return tokens[:i]
    return tokens


def _goes_on(before: list[str]) -> bool:
    """Whether a number before "and" belongs to what follows ("two and a half")."""
    return len(before) > 1 and before[-1] in _AND and belongs_to_quantity(before[-2])


def _one(run: list[str]) -> Decimal | None:
    found = quantities(" ".join(token for token in run if token not in _ARTICLES))
    if len(found) == 2 and found[1] - found[0] == _HALF:  # "a kilo", then "and a half"
        return found[1]
    return found[0] if len(set(found)) == 1 else None
