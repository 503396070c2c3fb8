"""Finding products by what a customer said, in any language the catalog has."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence

from rapidfuzz import fuzz

from services.orders.catalog.models import Product
from services.orders.catalog.names import normalize_name

_MOST_TENANTS = 500
_CUTOFF = 62.0


class SearchIndex:
    """The searchable texts of one version of a catalog."""

    def __init__(self, version: int, products: Iterable[Product]) -> None:
        self.version = version
        self._entries = [(product, _texts(product)) for product in products]

    def search(self, query: str, limit: int) -> list[Product]:
        """At most `limit` products that fit the words, best first; the owner's order among equals."""
        words = normalize_name(query)
        scored = [(_score(words, texts), product) for product, texts in self._entries]
        fitting = [(score, product) for score, product in scored if score >= _CUTOFF]
        fitting.sort(key=lambda entry: -entry[0])
        return [product for _, product in fitting[:limit]]


def _texts(product: Product) -> list[tuple[float, str]]:
    """Texts with the weight that a hit in them has."""
    weighted = [(1.0, name) for name in (*product.lookup_names, product.sku.replace("_", " "))]
    weighted += [(0.9, normalize_name(text)) for text in product.category.values()]
    weighted += [(0.8, normalize_name(text)) for text in product.description.values()]
    return weighted


def _score(words: str, texts: Sequence[tuple[float, str]]) -> float:
    return max((weight * fuzz.WRatio(words, text) for weight, text in texts), default=0.0)


class SearchIndexes:
    """Indexes of the tenants searched last, each for the catalog version it was made from."""

    def __init__(self) -> None:
        self._indexes: OrderedDict[str, SearchIndex] = OrderedDict()

    def get(self, tenant_id: str, version: int) -> SearchIndex | None:
        """The tenant's index if it is of this version."""
        index = self._indexes.get(tenant_id)
        if index is None or index.version != version:
            return None
        self._indexes.move_to_end(tenant_id)
        return index

    def put(self, tenant_id: str, version: int, products: Iterable[Product]) -> SearchIndex:
        """Make and keep an index; the one unused longest gives way."""
        index = self._indexes[tenant_id] = SearchIndex(version, products)
        self._indexes.move_to_end(tenant_id)
        if len(self._indexes) > _MOST_TENANTS:
            self._indexes.popitem(last=False)
        return index
