"""How much of a product a reply names: the one quantity that stands directly beside the product's name."""

from __future__ import annotations

import re
from decimal import Decimal

from services.agent.truth.catalog import Mention
from services.agent.truth.figures import KILO, belongs_to_quantity, is_number, quantities
from services.agent.truth.text import BREAK, fold

_REACH = 40
_STOP = re.compile(rf"[;:()\[\]\n+!?…–—\"{BREAK}]|[,.](?!\d)|\s-\s")
_OPENING = re.compile(r"[\s:(×x–—-]*")
_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:['\"][^\W\d_]+)*|×")
_HALF = Decimal("0.5")
_AND = frozenset({"and", "с", "и"})
_ARTICLES = frozenset({"a", "an"})
_AND_A_HALF = (("and", "a", "half"), ("с", "половиной"))
_SEVERAL_KILOS = frozenset(fold("kilos kgs kilograms килограмма килограммов").split())
_KILOS = KILO | _SEVERAL_KILOS
# Between how many there are of something and how much each of them is: "2 packs of 250 g".
_OF_EACH = frozenset({"of", "של", "по", "من"})
# Words between a number and what is counted, besides kilos and grams.
_MEASURES = _SEVERAL_KILOS | frozenset(
    fold(
        "× x of the our units unit pieces piece pcs loaves loaf slices slice whole"
        " של את יחידות יח' יחידה פרוסות כיכרות"
        " шт штук штуки буханки буханок"
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
    tokens = _with_halves(_TOKEN.findall(near))
    run = _run(tokens[::-1])[::-1]
    may_be_the_others = left == previous_end and near == before and len(run) == len(tokens)
    if _goes_on(tokens[: len(tokens) - len(run)]) or _has_sizes(tokens):
        return None
    if not may_be_the_others and (found := _one(run)) is not None:
        return found
    after = plain[mention.end : min(next_start, mention.end + _REACH)]
    close = _STOP.split(after[_end_of_opening(after) :])[0]
    tokens = _with_halves(_TOKEN.findall(close))
    if _has_sizes(tokens):
        return None
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


def _with_halves(tokens: list[str]) -> list[str]:
    """The tokens with "two kilos and a half" or "two and a half kilos" as one number of kilos, 2.5."""
    joined: list[str] = []
    at = 0
    while at < len(tokens):
        half = next((words for words in _AND_A_HALF if tuple(tokens[at : at + len(words)]) == words), None)
        kilos = bool(joined) and joined[-1] in _KILOS
        number = _one(joined[-2:-1] if kilos else joined[-1:])
        if half is None or not (number or kilos):
            joined.append(tokens[at])
            at += 1
            continue
        del joined[len(joined) - bool(number) - kilos :]
        joined += [str((number or 1) + _HALF), *(["kilo"] if kilos else [])]
        at += len(half)
    return joined


def _has_sizes(tokens: list[str]) -> bool:
    """Whether it is told how many there are of something and how much each of them is ("2 packs of 250 g")."""
    return any(
        link in _OF_EACH and is_number(many) and not belongs_to_quantity(what) and is_number(much)
        for many, what, link, much in zip(tokens, tokens[1:], tokens[2:], tokens[3:], strict=False)
    )


def _goes_on(before: list[str]) -> bool:
    """Whether a number before "and" belongs to what follows ("two and a half")."""
    return len(before) > 1 and before[-1] in _AND and belongs_to_quantity(before[-2])


def _one(run: list[str]) -> Decimal | None:
    found = quantities(" ".join(token for token in run if token not in _ARTICLES))
    if len(found) == 2 and found[1] - found[0] == _HALF:  # "a kilo", then "and a half"
        return found[1]
    return found[0] if len(set(found)) == 1 else None
