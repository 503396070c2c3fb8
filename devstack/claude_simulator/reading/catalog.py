"""The catalog as it stands in the system prompt."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

_FENCE = re.compile(r"<catalog\b(?P<head>[^>]*)>(?P<body>.*?)</catalog>", re.DOTALL)
_CURRENCY = re.compile(r'currency="([A-Za-z]{3})"')


@dataclass(frozen=True, eq=False)
class Product:
    """One thing sold. `price` is per `unit`; texts are by language."""

    sku: str
    names: Mapping[str, str]
    aliases: tuple[str, ...]
    category: Mapping[str, str]
    price: Decimal
    unit: str
    fractions: bool
    minimum: Decimal | None
    step: Decimal | None
    available: bool
    description: Mapping[str, str]

    @property
    def by_weight(self) -> bool:
        """Whether one unit is a kilogram."""
        return self.unit.lower() in ("kg", "kilo", "kilogram")

    def name(self, language: str) -> str:
        """The name to show in that language; English, then any other, where it has none."""
        return pick(self.names, language) or self.sku


@dataclass(frozen=True, eq=False)
class Catalog:
    """All products, in the owner's order."""

    currency: str = "ILS"
    products: tuple[Product, ...] = ()
    by_sku: Mapping[str, Product] = field(default_factory=dict)

    def get(self, sku: str) -> Product | None:
        """The product of that sku."""
        return self.by_sku.get(sku)


EMPTY = Catalog()


def pick(texts: Mapping[str, str], language: str) -> str:
    """The text in that language, else English, else any, else nothing."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def find_catalog(system_texts: Iterable[str]) -> Catalog:
    """The catalog fenced in the system prompt; an empty one if there is none."""
    for text in system_texts:
        match = _FENCE.search(text)
        if match:
            return _parse(match["head"], match["body"])
    return EMPTY


@lru_cache(maxsize=64)
def _parse(head: str, body: str) -> Catalog:
    currency = _CURRENCY.search(head)
    products = [product for line in body.splitlines() if (product := _parse_line(line))]
    return Catalog(
        currency=currency[1].upper() if currency else "ILS",
        products=tuple(products),
        by_sku={product.sku: product for product in products},
    )


def _parse_line(line: str) -> Product | None:
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return product_from(row) if isinstance(row, dict) else None


def product_from(row: Mapping[str, Any]) -> Product | None:
    """A catalog object, from the prompt or from `search_products`; None if it has no sku or price."""
    price = _decimal(row.get("price"))
    if price is None or not row.get("sku"):
        return None
    return Product(
        sku=str(row["sku"]),
        names=_texts(row.get("name")),
        aliases=tuple(str(alias) for alias in row.get("aliases") or ()),
        category=_texts(row.get("category")),
        price=price,
        unit=str(row.get("unit") or "each"),
        fractions=bool(row.get("fractions")),
        minimum=_decimal(row.get("min")),
        step=_decimal(row.get("step")),
        available=row.get("available") is not False,
        description=_texts(row.get("description")),
    )


def _decimal(value: Any) -> Decimal | None:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _texts(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"en": value} if value else {}
    return {str(key): str(text) for key, text in value.items() if text} if isinstance(value, Mapping) else {}
