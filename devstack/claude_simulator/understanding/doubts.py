"""Words beside a product's name that make it another thing: "unicorn steak", "tuna salami", "chicken wings"."""

import re
from dataclasses import replace

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.understanding.idlewords import IDLE
from devstack.claude_simulator.understanding.products import Mention, same_word
from devstack.claude_simulator.understanding.quantities import Amount, unit_of
from devstack.claude_simulator.understanding.text import Word, clean, language_of, stem, words
from devstack.claude_simulator.understanding.unknown import EMPTY, HAVE, PRICE, WANT, is_infinitive

_LONGEST = 2
# What may stand before the name of a thing, so that all words from there on are its name.
_LEADS = (
    {
        "a",
        "an",
        "the",
        "some",
        "any",
        "your",
        "of",
        "me",
        "us",
        "more",
        "and",
        "with",
        "is",
        "are",
        "another",
        "את",
        "של",
        "ו",
        "עם",
        "мне",
        "и",
        "ещё",
        "еще",
    }
    | WANT
    | HAVE
    | PRICE
)
_MANNER = re.compile(r"(?:ed|ly|ing)$")
# In Hebrew what follows with one of these says where, when or for whom.
_PREFIXED = re.compile(r"^(?:ל|ו|ש|ב|מה)\w{2,}")


def with_doubts(row: list[Word], mentions: list[Mention], amounts: list[Amount]) -> list[Mention]:
    """The mentions, each with the name of the unknown thing that its words make together with their neighbours."""
    taken = {at for mention in mentions for at in range(mention.first, mention.last + 1)}
    counted = {at for amount in amounts for at in range(amount.first, amount.last + 1)}
    doubtful = []
    for mention in _joined(row, mentions):
        before = _strange(row, mention, taken | counted, step=-1)
        after = _strange(row, mention, taken | counted, step=1)
        told = f"{before} {_text(row, mention)} {after}".strip() if before or after else ""
        doubtful.append(replace(mention, strange=told or mention.strange))
    return doubtful


def _joined(row: list[Word], mentions: list[Mention]) -> list[Mention]:
    """Two half names side by side ("lamb sausage") are one thing: what is told of so, else nobody's name."""
    found: list[Mention] = []
    for mention in mentions:
        last = found[-1] if found else None
        if last is None or last.exact or mention.exact or not _touch(row, last.last, mention.first):
            found.append(mention)
            continue
        both = tuple(dict.fromkeys((*last.products, *mention.products)))
        parts = [word.text for word in row[last.first : mention.last + 1]]
        meant = tuple(product for product in both if all(_tells(product, word) for word in parts))
        whole = Mention(meant or both, last.first, mention.last, mention.plural, exact=False)
        found[-1] = whole if meant else replace(whole, strange=_text(row, whole))
    return found


def _strange(row: list[Word], mention: Mention, known: set[int], *, step: int) -> str:
    """The words right before (or after) a mention that nothing in the catalog or in plain talk explains."""
    language = language_of(_text(row, mention))
    # English puts them in front, Hebrew and Arabic behind; behind a full name anything may follow.
    short = not mention.exact or (_short_for_more(mention) and mention.first - 1 in known)
    if (step < 0 and language in ("he", "ar")) or (step > 0 and not short):
        return ""
    at, edge = (mention.first - 1, mention.first) if step < 0 else (mention.last + 1, mention.last)
    named: list[str] = []
    while 0 <= at < len(row) and at not in known and _touch(row, *sorted((at, edge))) and _odd(row[at], mention, step):
        named.append(row[at].text)
        at, edge = at + step, at
    if not named or len(named) > _LONGEST or not _ends(row, at, edge, known, step):
        return ""
    if step < 0 and mention.exact and at not in known and not _short_for_more(mention):
        return ""  # only "2 kg tuna pastrami" is sure to be one thing; "I love pastrami" is not
    return " ".join(reversed(named) if step < 0 else named)


def _ends(row: list[Word], at: int, edge: int, known: set[int], step: int) -> bool:
    """Whether the name of the thing ends before the word at `at`."""
    if not 0 <= at < len(row) or at in known or not _touch(row, *sorted((at, edge))):
        return True
    text = row[at].text
    return is_infinitive(text) or text in (_LEADS if step < 0 else EMPTY | WANT)


def _short_for_more(mention: Mention) -> bool:
    """Whether one word stands for a product whose names all have more ("steak")."""
    names = [name for product in mention.products for name in product.names.values()]
    return mention.first == mention.last and all(len(words(clean(name))) > 1 for name in names)


def _odd(word: Word, mention: Mention, step: int) -> bool:
    text = word.text
    if word.is_number or len(text) < 2 or text in EMPTY | WANT | HAVE | PRICE | IDLE:
        return False
    if is_infinitive(text) or unit_of(text):
        return False
    if step > 0 and (_MANNER.search(text) or _PREFIXED.match(text)):
        return False
    return not any(_tells(product, text) for product in mention.products)


def _tells(product: Product, word: str) -> bool:
    """Whether the catalog says that word of the product."""
    texts = (*product.names.values(), *product.aliases, *product.description.values(), *product.category.values())
    return any(same_word(word, stem(part.text)) for text in texts for part in words(clean(text)))


def _touch(row: list[Word], left: int, right: int) -> bool:
    """Whether nothing but a blank stands between neighbouring words."""
    return right - left == 1 and row[right].start - row[left].end == 1


def _text(row: list[Word], mention: Mention) -> str:
    return " ".join(word.text for word in row[mention.first : mention.last + 1])
