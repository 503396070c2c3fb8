"""A customer's words as a whole: clauses with their intents, wishes and questions, and the details around them."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from devstack.claude_simulator.reading.catalog import Catalog, Product
from devstack.claude_simulator.understanding.addresses import listed_address
from devstack.claude_simulator.understanding.details import Details, find_details
from devstack.claude_simulator.understanding.doubts import with_doubts
from devstack.claude_simulator.understanding.figures import hide_figures, names_money, order_number
from devstack.claude_simulator.understanding.intents import Intent, find_intents, wanted_language
from devstack.claude_simulator.understanding.products import Mention, find_categories, find_products
from devstack.claude_simulator.understanding.quantities import Amount, find_amounts
from devstack.claude_simulator.understanding.splitting import split_clauses
from devstack.claude_simulator.understanding.text import Word, clean, language_of, words
from devstack.claude_simulator.understanding.unknown import unknown_things
from devstack.claude_simulator.understanding.wishes import Wish, pair


@dataclass(frozen=True)
class Clause:
    """A part of a message that says one thing."""

    text: str
    intents: frozenset[Intent]
    wishes: tuple[Wish, ...]
    loose: tuple[Amount, ...]
    unknown: tuple[str, ...]
    categories: tuple[str, ...]
    question: bool

    def has(self, *intents: Intent) -> bool:
        """Whether it shows any of these."""
        return not self.intents.isdisjoint(intents)


@dataclass(frozen=True)
class Heard:
    """Everything understood of a turn's messages."""

    text: str
    clauses: tuple[Clause, ...]
    details: Details
    order_number: int | None
    language: str | None
    wanted_language: str | None
    names_money: bool

    def has(self, *intents: Intent) -> bool:
        """Whether any clause shows any of these."""
        return any(clause.has(*intents) for clause in self.clauses)

    @property
    def wishes(self) -> tuple[Wish, ...]:
        """Every product mention."""
        return tuple(wish for clause in self.clauses for wish in clause.wishes)

    @property
    def products(self) -> tuple[Product, ...]:
        """Every product named without doubt."""
        return tuple(dict.fromkeys(wish.product for wish in self.wishes if wish.product))

    @property
    def amount(self) -> tuple[Decimal, str | None] | None:
        """The only amount that belongs to no product, if there is exactly one."""
        loose = [amount for clause in self.clauses for amount in clause.loose]
        return (loose[0].value, loose[0].unit) if len(loose) == 1 else None


@lru_cache(maxsize=4096)
def hear(text: str, catalog: Catalog, today: date | None) -> Heard:
    """Understand the text of one turn. Cached, because each request brings the turns before it along."""
    cleaned = clean(text)
    details, rest = find_details(cleaned, today)
    if not details.address:
        details, rest = _with_listed_address(details, cleaned, rest, catalog)
    return Heard(
        text=cleaned,
        clauses=tuple(_clause(part, catalog) for part in split_clauses(hide_figures(rest))),
        details=details,
        order_number=order_number(cleaned),
        language=language_of(cleaned),
        wanted_language=wanted_language(cleaned),
        names_money=names_money(cleaned),
    )


def _with_listed_address(details: Details, text: str, rest: str, catalog: Catalog) -> tuple[Details, str]:
    address = listed_address(text)
    if address not in rest or not address or find_products(words(address), catalog):
        return details, rest
    return replace(details, address=address, fulfillment="delivery"), rest.replace(address, " " * len(address))


def _clause(text: str, catalog: Catalog) -> Clause:
    row = words(text)
    mentions = find_products(row, catalog)
    taken = {at for mention in mentions for at in range(mention.first, mention.last + 1)}
    amounts = find_amounts(row, taken)
    intents = find_intents(text)
    vague = [word for at, word in enumerate(row) if not any(m.exact and m.first <= at <= m.last for m in mentions)]
    categories = find_categories(vague, catalog)
    named = with_doubts(row, [_widened(mention, row, categories) for mention in mentions], amounts)
    wishes, loose = pair(row, named, amounts)
    asks = bool(intents & {Intent.HAVE, Intent.PRICE})
    wants = bool(intents & {Intent.ORDER, Intent.ADD})
    unknown = () if asks and (wishes or categories) else unknown_things(row, taken, amounts, asks=asks, wants=wants)
    return Clause(
        text=text.strip(),
        intents=intents,
        wishes=wishes,
        loose=loose,
        unknown=unknown,
        categories=tuple(categories),
        question=text.rstrip().endswith(("?", "؟")),
    )


def _widened(mention: Mention, row: list[Word], categories: dict[str, tuple[Product, ...]]) -> Mention:
    """A word that also names a category ("bread") may mean any product of it."""
    if mention.exact or mention.last > mention.first:
        return mention
    own = _own_category(row[mention.first : mention.last + 1], categories)
    return replace(mention, products=own) if own else mention


def _own_category(row: list[Word], categories: dict[str, tuple[Product, ...]]) -> tuple[Product, ...]:
    """The products of the category that just these words name."""
    for group in categories.values():
        if find_categories(row, Catalog(products=group)):
            return group
    return ()
