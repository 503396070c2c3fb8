"""Which amount goes with which product in a sentence."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.understanding.products import Mention
from devstack.claude_simulator.understanding.quantities import Amount, unit_of
from devstack.claude_simulator.understanding.text import Word, language_of

_EACH = re.compile(r"^(?:each|מכל|לכל|כל|каждого|каждой|по|لكل|apiece)$")
_ONE = {"a", "an"}
_MORE = {"another", "עוד", "נוסף", "נוספת", "ещё", "еще", "آخر"}
_FURTHEST = 5
_FEWEST = 2


@dataclass(frozen=True)
class Wish:
    """A product (or several it may be), and how much of it as far as that was said.

    plural, singular: how it was spoken of, for when no number was said. exact: a full name was used. guessed: the
    product was settled by what is talked about, not by the customer's words. strange: the name of a thing not sold, which these
    products only resemble.
    """

    products: tuple[Product, ...]
    value: Decimal | None
    unit: str | None
    plural: bool
    singular: bool
    exact: bool
    guessed: bool = False
    strange: str = ""

    @property
    def product(self) -> Product | None:
        """The product, if there is no doubt."""
        return self.products[0] if len(self.products) == 1 else None


def is_each(word: str) -> bool:
    """Whether the word says that an amount is meant of everything."""
    return bool(_EACH.match(word))


def pair(
    row: list[Word], mentions: list[Mention], amounts: list[Amount]
) -> tuple[tuple[Wish, ...], tuple[Amount, ...]]:
    """Give each mention its amount. Returns the wishes in order and the amounts that are left."""
    chosen: dict[int, Amount] = {}
    left = list(amounts)
    if len(amounts) == 1 and len(mentions) > 1 and any(is_each(word.text) for word in row):
        chosen = dict.fromkeys(range(len(mentions)), amounts[0])
        left = []
    for forward in _directions(mentions, amounts):
        for at, mention in enumerate(mentions):
            near = None if at in chosen else _neighbour(mention, mentions, left, forward)
            if near:
                chosen[at] = near
                left.remove(near)
    wishes = [_wish(row, mention, chosen.get(at)) for at, mention in enumerate(mentions)]
    expanded = [each for at, wish in enumerate(wishes) for each in _expanded(row, mentions[at], wish)]
    return _shared_out(expanded), tuple(left)


def _shared_out(wishes: list[Wish]) -> tuple[Wish, ...]:
    """ "10 croissants, 4 almond and 6 chocolate", "half almond and half chocolate": the first number is their sum."""
    whole, parts = wishes[:1], wishes[1:]
    total = whole[0].value if whole and not whole[0].product else None
    if total is None or len(parts) < _FEWEST:
        return tuple(wishes)
    sums = sum((part.value or Decimal(0) for part in parts), Decimal(0))
    kinds = [tuple(product for product in part.products if product in whole[0].products) for part in parts]
    if sums not in (1, total) or not all(kinds):
        return tuple(wishes)
    share = total / sums
    return tuple(
        replace(part, products=kind, value=(part.value or Decimal(0)) * share, unit=part.unit or whole[0].unit)
        for part, kind in zip(parts, kinds, strict=True)
    )


def _expanded(row: list[Word], mention: Mention, wish: Wish) -> list[Wish]:
    """ "Half a kilo of each sausage" means all that the word may mean."""
    before = row[mention.first - 1].text if mention.first else ""
    if wish.product or wish.value is None or not is_each(before):
        return [wish]
    return [replace(wish, products=(product,)) for product in wish.products]


def _directions(mentions: list[Mention], amounts: list[Amount]) -> tuple[bool, bool]:
    """Whether amounts stand before their products (True) is told by the ends of the sentence; the rest follows."""
    if not mentions or not amounts:
        return (True, False)
    product_first = mentions[0].first < amounts[0].first
    amount_last = amounts[-1].first > mentions[-1].first
    return (False, True) if product_first and amount_last else (True, False)


def _neighbour(mention: Mention, mentions: list[Mention], left: list[Amount], forward: bool) -> Amount | None:
    """The nearest free amount before (forward) or after the mention, with no other product between."""
    if forward:
        before = [amount for amount in left if 0 < mention.first - amount.last <= _FURTHEST]
        near = max(before, key=lambda amount: amount.last, default=None)
    else:
        after = [amount for amount in left if 0 < amount.first - mention.last <= _FURTHEST]
        near = min(after, key=lambda amount: amount.first, default=None)
    if near is None:
        return None
    low, high = sorted((mention.first, near.first))
    return None if any(low < other.first < high for other in mentions) else near


def _wish(row: list[Word], mention: Mention, amount: Amount | None) -> Wish:
    before = row[mention.first - 1].text if mention.first else ""
    return Wish(
        products=mention.products,
        value=amount.value if amount else None,
        unit=(amount.unit or _unit_behind(row, mention)) if amount else None,
        plural=mention.plural,
        singular=before in _ONE or before in _MORE,
        exact=mention.exact,
        strange=mention.strange,
    )


def _unit_behind(row: list[Word], mention: Mention) -> str | None:
    """ "2 sourdough loaves": in English the unit may follow the thing."""
    after = row[mention.last + 1].text if mention.last + 1 < len(row) else ""
    return unit_of(after) if after and language_of(after) == "en" else None
