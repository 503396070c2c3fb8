"""Finding products by what a customer said, in any language the catalog has."""

import unicodedata
from collections import OrderedDict
from collections.abc import Iterator, Sequence

from rapidfuzz import fuzz

from services.orders.catalog.models import Product
from services.orders.catalog.names import normalize_name

_MOST_TENANTS = 500
# Enough for what somebody says of a product; each word is compared with all words of the catalog.
_MOST_WORDS = 12
# Hebrew letters have a form of their own at the end of a word, which a suffix moves into the middle.
_FINAL_FORMS = str.maketrans("ךםןףץ", "כמנפצ")
_SUFFIXES = ("ים", "ות", "ה", "ת", "es", "s")
_SHORTEST_STEM = 3
_ALIKE = 80.0
# Products that fit far worse than the best one are noise.
_SHARE_OF_BEST = 0.4


class SearchIndex:
    """The words of one version of a catalog, each with the products it stands in and how much it says there."""

    def __init__(self, version: int, products: Sequence[Product]) -> None:
        self.version = version
        self._products = list(products)
        self._words: dict[str, dict[int, float]] = {}
        for place, product in enumerate(self._products):
            for weight, text in _texts(product):
                for word in _words(text):
                    places = self._words.setdefault(word, {})
                    places[place] = max(weight, places.get(place, 0.0))

    def search(self, query: str, limit: int) -> list[Product]:
        """At most `limit` products that fit the first words, best first; the owner's order among equals."""
        scores: dict[int, float] = {}
        for word in list(dict.fromkeys(_words(query)))[:_MOST_WORDS]:
            hits = self._hits(word)
            for place, strength in hits.items():
                # A word that fits many products tells little about which one is meant.
                scores[place] = scores.get(place, 0.0) + strength / len(hits)
        if not scores:
            return []
        least = _SHARE_OF_BEST * max(scores.values())
        ranked = sorted(
            (place for place in scores if scores[place] >= least), key=lambda place: (-scores[place], place)
        )
        return [self._products[place] for place in ranked[:limit]]

    def _hits(self, word: str) -> dict[int, float]:
        hits: dict[int, float] = {}
        for known, places in self._words.items():
            if likeness := _likeness(word, known):
                for place, weight in places.items():
                    hits[place] = max(likeness * weight, hits.get(place, 0.0))
        return hits


def _texts(product: Product) -> Iterator[tuple[float, str]]:
    """A product's texts with the weight that a word in them has."""
    for name in (*product.lookup_names, product.sku.replace("_", " ")):
        yield 1.0, name
    for category in product.category.values():
        yield 0.9, category
    for description in product.description.values():
        yield 0.8, description


def _words(text: str) -> list[str]:
    # Decomposed, so that the parts of a Korean syllable count as letters.
    letters = unicodedata.normalize("NFKD", normalize_name(text))
    return [_stem(word) for word in "".join(letter if _is_of_word(letter) else " " for letter in letters).split()]


def _is_of_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_" or unicodedata.category(letter)[0] == "M"


def _stem(word: str) -> str:
    """The word without plural and construct endings (Hebrew, English); enough to find, not to understand."""
    plain = word.translate(_FINAL_FORMS)
    for suffix in _SUFFIXES:
        if plain.endswith(suffix.translate(_FINAL_FORMS)) and len(plain) - len(suffix) >= _SHORTEST_STEM:
            return plain[: -len(suffix)]
    return plain


def _likeness(word: str, known: str) -> float:
    """How alike two words are, 0 (not at all) to 1: equal, one begins with or contains the other, or a typing error."""
    if word == known:
        return 1.0
    shorter = min(len(word), len(known))
    if shorter < _SHORTEST_STEM:
        return 0.0
    if known.startswith(word) or word.startswith(known):
        return 0.9
    if shorter > _SHORTEST_STEM and (word in known or known in word):
        return 0.8
    return 0.9 * fuzz.ratio(word, known, score_cutoff=_ALIKE) / 100


class SearchIndexes:
    """Indexes of the tenants searched last, each for the catalog version it was made from."""

    def __init__(self, most: int = _MOST_TENANTS) -> None:
        self._most = most
        self._indexes: OrderedDict[str, SearchIndex] = OrderedDict()

    def get(self, tenant_id: str, version: int) -> SearchIndex | None:
        """The tenant's index if it is of this version."""
        index = self._indexes.get(tenant_id)
        if index is None or index.version != version:
            return None
        self._indexes.move_to_end(tenant_id)
        return index

    def put(self, tenant_id: str, version: int, products: Sequence[Product]) -> SearchIndex:
        """Make and keep an index; the one unused longest gives way."""
        index = self._indexes[tenant_id] = SearchIndex(version, products)
        self._indexes.move_to_end(tenant_id)
        if len(self._indexes) > self._most:
            self._indexes.popitem(last=False)
        return index
