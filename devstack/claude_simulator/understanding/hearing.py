"""A customer's words as a whole: clauses with their intents, wishes and questions, and the details around them."""

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from devstack.claude_simulator.reading.catalog import Catalog, Product
from devstack.claude_simulator.understanding.details import Details, find_details
from devstack.claude_simulator.understanding.intents import Intent, find_intents, wanted_language
from devstack.claude_simulator.understanding.products import Mention, find_categories, find_products
from devstack.claude_simulator.understanding.quantities import Amount, find_amounts
from devstack.claude_simulator.understanding.text import Word, clean, language_of, words
from devstack.claude_simulator.understanding.unknown import unknown_things
from devstack.claude_simulator.understanding.wishes import Wish, pair

_ORDER_NUMBER = re.compile(
    r"#\s?(\d{1,9})(?!\w)|(?:ה?הזמנה|ההזמנה|order|заказ\w*|طلب|الطلب)\s*(?:ה?מספר|מס'?|number|no\.?|num|номер|№|"
    r"رقم)?\s*#?(\d{1,9})(?!\w)(?!\s*(?:kg|kilo|ק|גרם))",
    re.I,
)
# Numbers that are no amounts: money, times, people, percentages, order numbers.
_NO_AMOUNT = re.compile(
    r"[₪$€]\s?\d+(?:[.,]\d+)?|(?:ב|ל)?-?\d+(?:[.,]\d+)?\s?(?:₪|\$|€|%|ש\"ח|שקל(?:ים)?|שח(?!\w)|nis|ils|shekels?|usd|"
    r"dollars?|руб\w*|шекел\w*|شيكل)"
    r"|(?<!\w)\d{1,2}:\d{2}(?!\w)|(?:for|ל-?)\s?\d+\s?(?:people|persons|guests|kids|children|אנשים|סועדים|אורחים|ילדים)"
    r"|(?:на )\d+ человек|#\s?\d+|(?<!\w)\d{5,}(?!\w)(?!\s*(?:קילו|ק|גרם|kg|kilo|gram|кг|кило|كيلو))",
    re.I,
)
_MONEY = re.compile(r"[₪$€]|(?<!\w)(?:ש\"ח|שקל\w*|nis|ils|shekels?|dollars?|руб\w*|шекел\w*|شيكل)(?!\w)", re.I)
_SENTENCE = re.compile(r"[^!?؟\n;.]+(?:\.(?=\d)[^!?؟\n;.]+)*[!?؟.;]*")
_CHANGE_VERBS = (
    r"תוסיפ?|תוסיף|להוסיף|תוריד|להוריד|תסיר|תבטל|לבטל|תחליף|להחליף|תשנה|לשנות|תזמין|להזמין|add|remove|cancel|change|"
    r"replace|swap|drop|"
    r"take off|order|добав|убер|отмен|замен"
)
_QUESTION_WORDS = r"כמה|מה |מתי|איפה|האם|יש לכם|how |what |when |where |do you|can you tell|tell me|сколько|что |когда"
_JOINT = re.compile(
    rf"(?:,\s*|\s+)(?=(?:ו(?=[תל]))(?:{_CHANGE_VERBS}))|,\s*(?=(?:{_CHANGE_VERBS}))|(?:,\s*|\s+)(?:and|but|then|и|"
    rf"но)\s+(?:also\s+|please\s+)?"
    rf"(?=(?:{_CHANGE_VERBS}|{_QUESTION_WORDS}))|(?:,\s*|\s+)(?=ו(?:{_QUESTION_WORDS}))|,\s*(?=(?:{_QUESTION_WORDS}))",
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
    number = _ORDER_NUMBER.search(cleaned)
    details, rest = find_details(cleaned, today)
    if number:
        rest = rest.replace(number[0], re.sub(r"\d", " ", number[0]))
    rest = _NO_AMOUNT.sub(lambda match: " " * len(match[0]), rest)
    return Heard(
        text=cleaned,
        clauses=tuple(_clause(part, catalog) for part in _split(rest)),
        details=details,
        order_number=int(number[1] or number[2]) if number else None,
        language=language_of(cleaned),
        wanted_language=wanted_language(cleaned),
        names_money=bool(_MONEY.search(cleaned)),
    )


def _split(text: str) -> list[str]:
    sentences = [match[0] for match in _SENTENCE.finditer(text)]
    return [part for sentence in sentences for part in _JOINT.split(sentence) if part and part.strip()]


def _clause(text: str, catalog: Catalog) -> Clause:
    row = words(text)
    mentions = find_products(row, catalog)
    taken = {at for mention in mentions for at in range(mention.first, mention.last + 1)}
    amounts = find_amounts(row, taken)
    intents = find_intents(text)
    vague = [word for at, word in enumerate(row) if not any(m.exact and m.first <= at <= m.last for m in mentions)]
    categories = find_categories(vague, catalog)
    wishes, loose = pair(row, [_widened(mention, row, categories) for mention in mentions], amounts)
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
