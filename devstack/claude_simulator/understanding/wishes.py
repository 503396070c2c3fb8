"""Which amount goes with which product in a sentence."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.understanding.products import Mention
from devstack.claude_simulator.understanding.quantities import Amount
from devstack.claude_simulator.understanding.text import Word

_EACH = re.compile(r"^(?:each|מכל|לכל|כל|каждого|каждой|по|لكل|apiece)$")
_ONE = {"a", "an"}
_MORE = {"another", "עוד", "נוסף", "נוספת", "ещё", "еще", "آخر"}
_FURTHEST = 5


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


def pair(
    row: list[Word], mentions: list[Mention], amounts: list[Amount]
) -> tuple[tuple[Wish, ...], tuple[Amount, ...]]:
    """Give each mention its amount. Returns the wishes in order and the amounts that are left."""
    chosen: dict[int, Amount] = {}
    left = list(amounts)
    if len(amounts) == 1 and len(mentions) > 1 and any(_EACH.match(word.text) for word in row):
        chosen = dict.fromkeys(range(len(mentions)), amounts[0])
        left = []
    for forward in _directions(mentions, amounts):
        for at, mention in enumerate(mentions):
            near = None if at in chosen else _neighbour(mention, mentions, left, forward)
            if near:
                chosen[at] = near
                left.remove(near)
    wishes = [_wish(row, mention, chosen.get(at)) for at, mention in enumerate(mentions)]
    return tuple(each for at, wish in enumerate(wishes) for each in _expanded(row, mentions[at], wish)), tuple(left)


def _expanded(row: list[Word], mention: Mention, wish: Wish) -> list[Wish]:
    """ "Half a kilo of each sausage" means all that the word may mean."""
    before = row[mention.first - 1].text if mention.first else ""
    if wish.product or wish.value is None or not _EACH.match(before):
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
        unit=amount.unit if amount else None,
        plural=mention.plural,
        singular=before in _ONE or before in _MORE,
        exact=mention.exact,
        strange=mention.strange,
    )
