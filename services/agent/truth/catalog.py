"""The catalog as the truth check reads it: which products a piece of text names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain, pairwise
from typing import NamedTuple

from services.agent.truth.foods import GOODS, WEAK, meanings, named_part
from services.agent.truth.patterns import compile_folded
from services.agent.truth.text import arabic_bare, bare_readings, fold, stem, words

_TOKEN = re.compile(r"[^\W\d_]+(?:['\"][^\W\d_]+)*")
_LINE = re.compile(r"[^\n]+")
# Words that may stand inside a product's name without being part of it.
_JOINERS = frozenset(
    ["and", "&", "of", "with", "the", "in", "на", "с", "и", "из", "ו", "עם", "של", "و", "مع", "من", "لحم", "لحوم"]
)
# After these words a product is told of: what follows is made into it, not offered beside it.
_MADE_OF = compile_folded(
    r"\s*(?:[,:(—–-]\s*)?(?:(?:it|which|that|this)(?:'s| is| are)?\s+)?(?:(?:is|are)\s+)?(?:(?:made|prepared|blended|filled)\s+)?"
    r"(?:of|from|with|contains?)(?: the| our| fresh| fine| minced| ground)*\s*"
    r"|\s*[,:(—–-]?\s*(?:(?:עשוי\w*|מיוצר\w*|מכיל\w*|מ?בשר|עמ)(?!\w)|\s)+"
    r"|\s*[,:(—–-]?\s*(?:(?:это|сделан\w*|содержит|готов\w*)\s+)?(?:из|с|со)(?: мяса)?\s*"
    r"|\s*[,:(—–-]?\s*(?:(?:مصنوع\w*|يحتوي|محضر\w*)\s+)?(?:من|مع|علي)(?: لحم)?\s*"
)


@dataclass(frozen=True)
class ProductFact:
    """One product of the catalog; prices are per `unit` in the tenant's currency.

    `names` holds every localized name and alias; `about` category and description in every language
    (it only widens what may be said about what is sold, so it may be left empty); `former_price` is the one that the
    prompt still shows where a tool told a newer one.
    """

    sku: str
    names: tuple[str, ...]
    unit_price: Decimal
    unit: str
    about: tuple[str, ...] = ()
    former_price: Decimal | None = None

    def at(self, price: Decimal) -> ProductFact:
        """The product at a price that a tool told."""
        return self if price == self.unit_price else replace(self, unit_price=price, former_price=self.unit_price)


@dataclass(frozen=True, slots=True)
class Mention:
    """Products that one stretch of text may name (several when the words are ambiguous), and where."""

    skus: frozenset[str]
    start: int
    end: int


class _Token(NamedTuple):
    keys: tuple[str, ...]
    word: str
    start: int
    end: int


@dataclass(frozen=True)
class Catalog:
    """All products of a tenant. Build it once per catalog version: its indexes are computed on first use."""

    products: tuple[ProductFact, ...]

    @cached_property
    def by_sku(self) -> dict[str, ProductFact]:
        """The products by sku."""
        return {product.sku: product for product in self.products}

    @cached_property
    def prices(self) -> frozenset[Decimal]:
        """Every unit price."""
        return frozenset(product.unit_price for product in self.products)

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every concept and stem that names, aliases, categories and the naming part of descriptions contain."""
        names = [text for product in self.products for text in (product.sku, *product.names)]
        about = [named_part(fold(text)) for product in self.products for text in product.about]
        return vocabulary_of([*names, *about])

    @cached_property
    def scripts(self) -> frozenset[str]:
        """The scripts in which every product has a name: there an unknown name is an unknown product."""
        per_product = [{script_of(name) for name in product.names} for product in self.products]
        return frozenset(set.intersection(*per_product)) if per_product else frozenset()

    @cached_property
    def _told_of(self) -> dict[str, frozenset[str]]:
        """For each sku the strong concepts and stems in what the catalog tells of it."""
        return {
            product.sku: frozenset(key for text in product.about for key in _keys(fold(text))) - WEAK
            for product in self.products
        }

    @cached_property
    def _described_by(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        """Descriptions that name a thing in several words ("lamb sausage"), by each of their words."""
        index: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for product in self.products:
            parts = {part for text in product.about for part in named_part(fold(text)).split(",")}
            for keys in map(_keys, sorted(parts)):
                if len(keys - WEAK) > 1 and keys & GOODS:
                    for key in keys:
                        index[key].append((product.sku, keys))
        return dict(index)

    @cached_property
    def _names_with(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        index: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for product in self.products:
            for name in {fold(text) for text in product.names}:
                keys = _keys(name)
                for key in keys:
                    if (product.sku, keys) not in index[key]:
                        index[key].append((product.sku, keys))
        return dict(index)

    def mentions(self, text: str) -> list[Mention]:
        """The products named in folded `text`, left to right."""
        found: list[Mention] = []
        for line in _LINE.finditer(text):
            self._mentions_of_line(text, self._tokens(text, *line.span()), found)
        return found

    def _mentions_of_line(self, text: str, tokens: list[_Token], found: list[Mention]) -> None:
        i = 0
        while i < len(tokens):
            skus, length = self._best(tokens, i) if tokens[i].keys else (frozenset(), 0)
            if length and not (found and length == 1 and self._tells_of(found[-1], tokens[i], text)):
                found.append(Mention(skus, tokens[i].start, tokens[i + length - 1].end))
            i += max(length, 1)

    def _tells_of(self, named: Mention, token: _Token, text: str) -> bool:
        """Whether a word that begins another product's name only says what the one named before is made of."""
        told = any(key in self._told_of[sku] for key in token.keys for sku in named.skus)
        gap = text[named.end : token.start]
        return told and (_MADE_OF.fullmatch(gap) is not None or (gap == " " and token.word[0] == "מ"))

    def _tokens(self, text: str, start: int, end: int) -> list[_Token]:
        keys_of = self._keys_of
        return [_Token(keys_of(m.group()), m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text, start, end)]

    @cached_property
    def _keys_of(self) -> Callable[[str], tuple[str, ...]]:
        index = self._names_with

        @lru_cache(maxsize=4096)
        def keys_of(word: str) -> tuple[str, ...]:
            known = tuple(key for key in meanings(word) if key in index or key in self._described_by)
            return known or _bare_keys(word, index)

        return keys_of

    def _best(self, tokens: list[_Token], i: int) -> tuple[frozenset[str], int]:
        """The products whose name matches most words from token `i` on, and how many tokens that covers."""
        best, length, skus = (0, 0), 0, set[str]()
        names = chain.from_iterable(self._names_with.get(key, ()) for key in tokens[i].keys)
        told = chain.from_iterable(self._described_by.get(key, ()) for key in tokens[i].keys)
        rows = chain(((sku, keys, False) for sku, keys in names), ((sku, keys, True) for sku, keys in told))
        for sku, keys, described in rows:
            strong, weak, covered = _match(tokens, i, keys)
            if not strong or (described and not _names_a_good(tokens[i : i + covered], keys)):
                continue
            score = (strong, weak)
            if score > best:
                best, length, skus = score, covered, {sku}
            elif score == best:
                skus.add(sku)
                length = max(length, covered)
        return frozenset(skus), length


def _match(tokens: list[_Token], i: int, keys: frozenset[str]) -> tuple[int, int, int]:
    """Count the strong and weak words of a name from token `i` on, and the tokens they cover."""
    used: set[str] = set()
    covered, j = 0, i
    while j < len(tokens):
        hits = [key for key in tokens[j].keys if key in keys]
        if any(key not in used or key in WEAK for key in hits):
            used.update(hits)
            covered = j - i + 1
        elif tokens[j].word not in _JOINERS or j > i + covered:
            break
        j += 1
    weak = len(used & WEAK)
    return len(used) - weak, weak, covered


def _keys(text: str) -> frozenset[str]:
    """The concepts and stems that folded `text` names a thing by."""
    return frozenset(key for word in _TOKEN.findall(text) for key in meanings(word) if word not in _JOINERS)


def _names_a_good(tokens: list[_Token], keys: frozenset[str]) -> bool:
    """Whether tokens that stand together name a thing by more than one word of its description."""
    close = all(after.start - before.end == 1 for before, after in pairwise(tokens))
    said = {key for token in tokens for key in token.keys if key in keys} - WEAK
    return close and len(said) > 1 and bool(said & GOODS)


def _bare_keys(word: str, index: dict[str, list[tuple[str, frozenset[str]]]]) -> tuple[str, ...]:
    return next(((stem(bare),) for bare in bare_readings(word) if stem(bare) in index), ())


def vocabulary_of(texts: Iterable[str]) -> frozenset[str]:
    """Every concept and stem in `texts`; of an Arabic word the stem of each of its readings."""
    said = {word for text in texts for word in words(fold(text))}
    concepts = {concept for word in said for concept in meanings(word)}
    return frozenset(concepts | {stem(reading) for word in said for reading in (word, *arabic_bare(word))})


def script_of(text: str) -> str:
    """The script of the first letter of `text`: latin, hebrew, cyrillic, arabic or other."""
    for char in text.lower():
        for script, first, last in _SCRIPTS:
            if first <= char <= last:
                return script
    return "other"


_SCRIPTS = (("latin", "a", "z"), ("hebrew", "א", "ת"), ("cyrillic", "а", "ё"), ("arabic", "؀", "ۿ"))
