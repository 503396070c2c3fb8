"""Which products of the catalog a sentence names, exactly, in part or with a typing error."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from weakref import WeakKeyDictionary

from rapidfuzz import fuzz

from devstack.claude_simulator.reading.catalog import Catalog, Product
from devstack.claude_simulator.understanding.text import Word, clean, forms, is_plural, language_of, stem, words

_FILLERS = {
    "and", "with", "of", "the", "for", "in", "on", "עם", "של", "ו", "ללא", "с", "и", "на", "из", "в", "по", "для",
    "без", "مع", "و", "من", "في", "على",
}  # fmt: skip
# Words that only describe: alone they name no product.
_WEAK = {
    "spicy", "hot", "premium", "classic", "fresh", "whole", "mild", "light", "good", "best", "big", "small", "house",
    "special", "traditional", "חריף", "טרי", "קלאסי", "מלא", "גדול", "קטן", "פרימיום", "ביתי", "острый", "свежий",
    "حار", "טוב", "מיוחד",
}  # fmt: skip
_WEAK_STEMS = {stem(word) for word in _WEAK} | _WEAK
_SIMILAR_WORD = 84
_SIMILAR_NAME = 80
_VOWELS = re.compile(r"[aeiouy]")
_BRACKETS = re.compile(r"\(.*?\)")


@dataclass(frozen=True)
class Mention:
    """Words `first` to `last` name one product, or several when the words fit more than one.

    strange: what they name together with the words beside them, when that is nothing of the catalog.
    """

    products: tuple[Product, ...]
    first: int
    last: int
    plural: bool
    exact: bool
    strange: str = ""

    @property
    def product(self) -> Product | None:
        """The product, if there is no doubt."""
        return self.products[0] if len(self.products) == 1 else None


@dataclass(frozen=True)
class _Match:
    product: Product
    first: int
    last: int
    matched: int
    fillers: int
    complete: bool


_vocabularies: WeakKeyDictionary[Catalog, list[tuple[Product, list[tuple[str, ...]]]]] = WeakKeyDictionary()


def find_products(row: list[Word], catalog: Catalog) -> list[Mention]:
    """The products named, left to right, without overlaps."""
    matches = [match for product, names in _vocabulary(catalog) for match in _matches(row, product, names)]
    matches.sort(key=lambda match: (-match.matched, match.fillers, not match.complete, match.first))
    free = set(range(len(row)))
    mentions: list[Mention] = []
    for best in matches:
        span = set(range(best.first, best.last + 1))
        if not span <= free:
            continue
        free -= span
        mentions.append(_mention(row, best, matches))
    return sorted(mentions, key=lambda mention: mention.first)


def similar_products(text: str, products: Iterable[Product], limit: int = 3) -> list[Product]:
    """Available products whose names resemble the text at all, best first."""
    scored = [
        (max(fuzz.partial_ratio(text.lower(), name.lower()) for name in _all_names(product)), product)
        for product in products
        if product.available
    ]
    near = sorted((pair for pair in scored if pair[0] >= _SIMILAR_NAME), key=lambda pair: -pair[0])
    return [product for _, product in near[:limit]]


def _mention(row: list[Word], best: _Match, matches: list[_Match]) -> Mention:
    equals = [
        match for match in matches if (match.first, match.last, match.matched) == (best.first, best.last, best.matched)
    ]
    exact = any(match.complete for match in equals)
    if exact:
        equals = [match for match in equals if match.complete]
    plural = any(is_plural(row[at].text) for at in range(best.first, best.last + 1))
    return Mention(tuple(dict.fromkeys(match.product for match in equals)), best.first, best.last, plural, exact)


def find_categories(row: list[Word], catalog: Catalog) -> dict[str, tuple[Product, ...]]:
    """Categories that the words name in full, each with its products."""
    groups: dict[str, list[Product]] = {}
    for product in catalog.products:
        groups.setdefault(category_key(product), []).append(product)
    return {key: tuple(group) for key, group in groups.items() if _named(row, group[0].category.values())}


def category_key(product: Product) -> str:
    """What tells a category from others: its first name."""
    return next(iter(product.category.values()), "")


def _named(row: list[Word], names: Iterable[str]) -> bool:
    for name in names:
        parts = [stem(word.text) for word in words(clean(name))]
        if parts and all(any(same_word(word.text, part) for word in row) for part in parts):
            return True
    return False


def _matches(row: list[Word], product: Product, names: list[tuple[str, ...]]) -> list[_Match]:
    """The best match of the product from each first word."""
    found: dict[int, _Match] = {}
    for name in names:
        for start in range(len(row)):
            match = _match_from(row, start, product, name)
            old = found.get(start)
            if match and (old is None or (match.matched, match.complete) > (old.matched, old.complete)):
                found[start] = match
    return list(found.values())


def _match_from(row: list[Word], start: int, product: Product, name: tuple[str, ...]) -> _Match | None:
    left = list(name)
    last, fillers, strong, pending = start - 1, 0, False, 0
    for at in range(start, len(row)):
        hit = next((part for part in left if same_word(row[at].text, part)), None)
        if hit is not None:
            left.remove(hit)
            last, fillers, pending = at, fillers + pending, 0
            strong = strong or hit not in _WEAK_STEMS
        elif at > start and row[at].text in _FILLERS:
            pending += 1
        else:
            break
    if last < start or not strong:
        return None
    return _Match(product, start, last, len(name) - len(left), fillers, not left)


@lru_cache(maxsize=65536)
def same_word(word: str, part: str) -> bool:
    """Whether a word of a customer is this word (a stem) of a name."""
    own = forms(word)
    if part in own:
        return True
    if len(part) < 5 or word[0].isdigit():
        return False
    if language_of(word) == "ru" and any(_same_consonants(form, part) for form in own if form.isascii()):
        return True
    return any(len(form) >= 5 and form[0] == part[0] and fuzz.ratio(form, part) >= _SIMILAR_WORD for form in own)


def _same_consonants(form: str, part: str) -> bool:
    """Transliterations differ in their vowels: "pastrom" is "pastrami"."""
    bones = _VOWELS.sub("", form)
    return len(bones) >= 4 and bones == _VOWELS.sub("", part)


def _vocabulary(catalog: Catalog) -> list[tuple[Product, list[tuple[str, ...]]]]:
    known = _vocabularies.get(catalog)
    if known is None:
        known = [(product, _name_parts(product)) for product in catalog.products]
        _vocabularies[catalog] = known
    return known


def _name_parts(product: Product) -> list[tuple[str, ...]]:
    parts: dict[tuple[str, ...], None] = {}
    for name in _all_names(product):
        for text in (name, _BRACKETS.sub("", name)):
            stems = tuple(stem(word.text) for word in words(clean(text)) if word.text not in _FILLERS)
            if stems:
                parts[stems] = None
    return list(parts)


def _all_names(product: Product) -> list[str]:
    return [*product.names.values(), *product.aliases, product.sku.replace("_", " ")]
