"""A customer's words as a whole: clauses with their intents, wishes and questions, and the details around them."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from devstack.claude_simulator.reading.catalog import Catalog, Product
from devstack.claude_simulator.understanding.addresses import address_in, listed_address, prefixed_addresses
from devstack.claude_simulator.understanding.corrections import corrected
from devstack.claude_simulator.understanding.details import Details, find_details
from devstack.claude_simulator.understanding.doubts import with_doubts
from devstack.claude_simulator.understanding.figures import hide_figures, names_money, order_number
from devstack.claude_simulator.understanding.intents import Intent, find_intents, shown, wanted_language
from devstack.claude_simulator.understanding.products import Mention, find_categories, find_products
from devstack.claude_simulator.understanding.quantities import Amount, find_amounts
from devstack.claude_simulator.understanding.splitting import split_clauses
from devstack.claude_simulator.understanding.text import Word, clean, language_of, words
from devstack.claude_simulator.understanding.unknown import EMPTY, unknown_things
from devstack.claude_simulator.understanding.wishes import Wish, pair

_PLAIN_ORDER = {Intent.ORDER, Intent.ADD, Intent.PLEASE, Intent.GREET, Intent.YES, Intent.NO}
_WITHOUT = re.compile(
    r"(?<!\w)(?:no|without|(?:don'?t|do not) (?:want|need)(?: any| the)?|בלי|ללא|לא (?:רוצה|רוצים|צריך|צריכה|צריכים)(?: את)?|без|بدون) $",
    re.I,
)


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
        clauses=_taken_back([_clause(part, catalog) for part in split_clauses(hide_figures(rest))]),
        details=details,
        order_number=order_number(cleaned),
        language=language_of(cleaned),
        wanted_language=wanted_language(cleaned),
        names_money=names_money(cleaned),
    )


def _with_listed_address(details: Details, text: str, rest: str, catalog: Catalog) -> tuple[Details, str]:
    address = listed_address(text)
    if address not in rest or not address or find_products(words(address), catalog):
        address = _prefixed(rest, catalog)
    if not address:
        return details, rest
    return replace(details, address=address, fulfillment="delivery"), rest.replace(address, " " * len(address))


def _prefixed(text: str, catalog: Catalog) -> str:
    """A Hebrew address behind the goods, without any word of sending ("2 קילו פסטרמה להרצל 15")."""
    for match in prefixed_addresses(text):
        address = address_in(match)
        row = words(address)
        amounts = find_amounts(row, set())
        behind = bool(find_products(words(text[: match.start()]), catalog)) and not find_products(row, catalog)
        plain = len(amounts) == 1 and amounts[0].unit is None and hide_figures(address) == address
        if behind and plain and row[0].text not in EMPTY and not find_intents(f"ל{address}"):
            return address
    return ""


def _taken_back(clauses: list[Clause]) -> tuple[Clause, ...]:
    """ "2 kg pastrami. Actually no, 1 kg.": an order that the same message corrects is one for the last amount."""
    found: list[Clause] = []
    for clause in clauses:
        last = found[-1] if found else None
        corrects = clause.has(Intent.CHANGE, Intent.NO) and len(clause.loose) == 1 and not clause.wishes
        if last and corrects and last.intents <= _PLAIN_ORDER and last.wishes and last.wishes[-1].value is not None:
            (amount,), wish = clause.loose, last.wishes[-1]
            wish = replace(wish, value=amount.value, unit=amount.unit or wish.unit)
            found[-1] = replace(last, wishes=(*last.wishes[:-1], wish), intents=last.intents - {Intent.NO})
        else:
            found.append(clause)
    return tuple(found)


def _clause(text: str, catalog: Catalog) -> Clause:
    row = words(text)
    mentions = find_products(row, catalog)
    taken = {at for mention in mentions for at in range(mention.first, mention.last + 1)}
    mentions, amounts = corrected(text, row, mentions, find_amounts(row, taken))
    intents = find_intents(text)
    kept = [mention for mention in mentions if not _is_left_out(text, row, mention)]
    if _refuses(text, mentions, kept, amounts):
        intents = (intents | {Intent.REMOVE}) - {Intent.NO, Intent.ORDER, Intent.PLEASE}
    mentions = kept or mentions
    vague = [word for at, word in enumerate(row) if not any(m.exact and m.first <= at <= m.last for m in mentions)]
    categories = find_categories(vague, catalog)
    named = with_doubts(row, [_widened(mention, row, categories) for mention in mentions], amounts)
    wishes, loose = pair(row, named, amounts)
    asks = bool(intents & {Intent.HAVE, Intent.PRICE})
    wants = bool(intents & {Intent.ORDER, Intent.ADD})
    asked_for = taken | _covered(row, Intent.CATALOG, text)
    unknown = () if asks and (wishes or categories) else unknown_things(row, asked_for, amounts, asks=asks, wants=wants)
    return Clause(
        text=text.strip(),
        intents=intents,
        wishes=wishes,
        loose=loose,
        unknown=unknown,
        categories=tuple(categories),
        question=text.rstrip().endswith(("?", "؟")),
    )


def _refuses(text: str, mentions: list[Mention], kept: list[Mention], amounts: list[Amount]) -> bool:
    """ "No baguettes please": nothing is wanted, and what is named no longer."""
    return bool(mentions) and not kept and not amounts and not text.rstrip().endswith(("?", "؟"))


def _is_left_out(text: str, row: list[Word], mention: Mention) -> bool:
    """Whether just this is not wanted; "no, baguettes" wants them."""
    return bool(_WITHOUT.search(text[: row[mention.first].start]))


def _covered(row: list[Word], intent: Intent, text: str) -> set[int]:
    """The places of the words that show the intent: "price list" is nothing to be sold."""
    spans = shown(intent, text)
    return {at for at, word in enumerate(row) if any(start <= word.start < end for start, end in spans)}


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
