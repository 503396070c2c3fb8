"""The catalog as the truth check reads it: which products a piece of text names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from services.agent.truth.facts import ProductFact
from services.agent.truth.foods import WEAK, meanings, named_part
from services.agent.truth.text import fold, hebrew_bare, stem, words

_TOKEN = re.compile(r"[^\W\d_]+(?:['\"][^\W\d_]+)*")
# Words that may stand inside a product's name without being part of it.
_JOINERS = frozenset(
    ["and", "&", "of", "with", "the", "in", "на", "с", "и", "из", "ו", "עם", "של", "و", "مع", "من", "لحم", "لحوم"]
)


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
    def _names_with(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        index: dict[str, list[tuple[str, frozenset[str]]]] = defaultdict(list)
        for product in self.products:
            for name in {fold(text) for text in product.names}:
                keys = frozenset(key for word in _TOKEN.findall(name) for key in meanings(word) if word not in _JOINERS)
                for key in keys:
                    if (product.sku, keys) not in index[key]:
                        index[key].append((product.sku, keys))
        return dict(index)

    def mentions(self, text: str) -> list[Mention]:
        """The products named in folded `text`, left to right."""
        found: list[Mention] = []
        tokens = self._tokens(text)
        i = 0
        while i < len(tokens):
            skus, length = self._best(tokens, i) if tokens[i].keys else (frozenset(), 0)
            if length:
                found.append(Mention(skus, tokens[i].start, tokens[i + length - 1].end))
            i += max(length, 1)
        return found

    def _tokens(self, text: str) -> list[_Token]:
        keys_of = self._keys_of
        return [_Token(keys_of(m.group()), m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]

    @cached_property
    def _keys_of(self) -> Callable[[str], tuple[str, ...]]:
        index = self._names_with

        @lru_cache(maxsize=4096)
        def keys_of(word: str) -> tuple[str, ...]:
            return tuple(key for key in meanings(word) if key in index) or _bare_keys(word, index)

        return keys_of

    def _best(self, tokens: list[_Token], i: int) -> tuple[frozenset[str], int]:
        """The products whose name matches most words from token `i` on, and how many tokens that covers."""
        best, length, skus = (0, 0), 0, set[str]()
        for sku, keys in chain.from_iterable(map(self._names_with.__getitem__, tokens[i].keys)):
            strong, weak, covered = _match(tokens, i, keys)
            if not strong:
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


def _bare_keys(word: str, index: dict[str, list[tuple[str, frozenset[str]]]]) -> tuple[str, ...]:
    if not "א" <= word[0] <= "ת":
        return ()
    return next(((stem(bare),) for bare in hebrew_bare(word) if stem(bare) in index), ())


def vocabulary_of(texts: Iterable[str]) -> frozenset[str]:
    """Every concept and stem in `texts`."""
    found = {key for text in texts for word in words(fold(text)) for key in (*meanings(word), stem(word))}
    return frozenset(found)


def script_of(text: str) -> str:
    """The script of the first letter of `text`: latin, hebrew, cyrillic, arabic or other."""
    for char in text.lower():
        for script, first, last in _SCRIPTS:
            if first <= char <= last:
                return script
    return "other"


_SCRIPTS = (("latin", "a", "z"), ("hebrew", "א", "ת"), ("cyrillic", "а", "ё"), ("arabic", "؀", "ۿ"))
