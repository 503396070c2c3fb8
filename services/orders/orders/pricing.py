"""From what a customer named to priced order lines: finding products, checking quantities, taking prices."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import grpc
from sales.orders.v1 import orders_pb2

from services.common.errors import DomainError, invalid
from services.orders.catalog.models import Product
from services.orders.catalog.names import normalize_name
from services.orders.catalog.search import SearchIndex
from services.orders.orders.models import OrderLine
from services.orders.texts import check_text

MOST_ITEMS = 50
_LONGEST_NAME = 200
# Fifteen digits are enough to tell somebody that a thousand tonnes are too much, and few enough to be exact.
_QUANTITY = re.compile(r"[0-9]{1,15}(\.[0-9]{1,6})?")
_SUGGESTIONS = 3
# An error travels in headers, its message three times; above 8 KB in all they may be refused on the way.
_MOST_TOLD = 10
_LONGEST_TOLD = 30


@dataclass(frozen=True, slots=True)
class Item:
    """A wanted product as it was named; `field` is its path in the request."""

    product: str
    quantity: str
    field: str


@dataclass(slots=True)
class Wanted:
    """A product and how much of it is wanted in all; `field` is the path of the item that named it first."""

    product: Product
    quantity: Decimal
    field: str


def check_items(messages: Collection[orders_pb2.BasketItem]) -> list[Item]:
    """The items of a basket; EMPTY_BASKET, TOO_MANY_ITEMS, UNKNOWN_PRODUCT (no name at all) otherwise."""
    valid = f"1 to {MOST_ITEMS} items"
    if not messages:
        raise invalid("items", "EMPTY_BASKET", "an order needs at least one item", valid=valid)
    if len(messages) > MOST_ITEMS:
        problem = f"an order may have {MOST_ITEMS} items at most, this one has {len(messages)}"
        raise invalid("items", "TOO_MANY_ITEMS", problem, valid=valid)
    return [
        Item(check_text(message.product, f"items[{n}].product", _LONGEST_NAME), message.quantity, f"items[{n}]")
        for n, message in enumerate(messages)
    ]


class Shelf:
    """Some products of a catalog, found by sku or by any of their names."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._by_sku: dict[str, Product] = {}
        self._by_name: dict[str, list[Product]] = {}
        for product in products:
            self._by_sku[product.sku] = product
            for name in product.lookup_names:
                self._by_name.setdefault(name, []).append(product)

    def missing(self, items: Iterable[Item]) -> Item | None:
        """The first item whose product is not here."""
        return next((item for item in items if not self._named(item)), None)

    def pick(self, item: Item) -> Product:
        """The one product an item names; AMBIGUOUS_PRODUCT when it is an alias of several."""
        found = self._named(item)
        if len(found) > 1:
            names = ", ".join(product.sku for product in found)
            raise invalid(
                f"{item.field}.product",
                "AMBIGUOUS_PRODUCT",
                f"{item.product!r} may be one of several products: {names}",
                suggestions=names,
                valid=names,
            )
        return found[0]

    def _named(self, item: Item) -> list[Product]:
        if product := self._by_sku.get(item.product):
            return [product]
        return self._by_name.get(normalize_name(item.product), [])


def unknown_product(item: Item, index: SearchIndex) -> DomainError:
    """UNKNOWN_PRODUCT, with the products of the catalog that come closest to what was named."""
    closest = index.search(item.product, _SUGGESTIONS)
    skus = ", ".join(product.sku for product in closest)
    hint = f"; closest: {', '.join(f'{product.name} ({product.sku})' for product in closest)}" if closest else ""
    return invalid(
        f"{item.field}.product",
        "UNKNOWN_PRODUCT",
        f"there is no product {item.product!r}{hint}",
        product=item.product,
        suggestions=skus,
        valid=skus or "a sku, name or alias from the catalog",
    )


def wanted_products(items: Sequence[Item], shelf: Shelf) -> list[Wanted]:
    """What is wanted of each product, in the order named; the same product twice is added up."""
    wanted: dict[str, Wanted] = {}
    for item in items:
        product = shelf.pick(item)
        quantity = _parse_quantity(item, product)
        if known := wanted.get(product.sku):
            known.quantity += quantity
        else:
            wanted[product.sku] = Wanted(product, quantity, item.field)
    return list(wanted.values())


def _parse_quantity(item: Item, product: Product) -> Decimal:
    if not _QUANTITY.fullmatch(item.quantity):
        problem = f"needs a quantity as a plain decimal number such as 1 or 0.5, not {item.quantity[:40]!r}"
        raise product.bad_quantity(f"{item.field}.quantity", "BAD_QUANTITY", problem)
    quantity = Decimal(item.quantity)
    if not quantity:  # no part of what is wanted in all, and not to be lost in it
        product.check_quantity(quantity, f"{item.field}.quantity")
    return quantity


def price_lines(
    wanted: Sequence[Wanted],
    *,
    currency_code: str,
    catalog_version: int,
    seen_catalog_version: int = 0,
    kept: Mapping[str, OrderLine] | None = None,
) -> tuple[OrderLine, ...]:
    """Lines at today's prices.

    `kept`: lines of the order before, by sku; one with the same quantity stays as it was, price and all, whatever
    became of the product. The others must be available (PRODUCT_UNAVAILABLE) in a valid quantity (QUANTITY_TOO_SMALL,
    QUANTITY_TOO_LARGE, QUANTITY_STEP) at a price not newer than `seen_catalog_version` unless that is 0
    (PRICE_CHANGED).
    """
    lines: list[OrderLine] = []
    priced: list[Wanted] = []
    for want in wanted:
        before = (kept or {}).get(want.product.sku)
        if before and before.quantity == want.quantity:
            lines.append(before)
            continue
        _check_available(want, currency_code)
        want.product.check_quantity(want.quantity, f"{want.field}.quantity")
        lines.append(_line(want))
        priced.append(want)
    _check_prices_seen(priced, seen_catalog_version, catalog_version)
    return tuple(lines)


def _line(want: Wanted) -> OrderLine:
    product = want.product
    return OrderLine(product.sku, product.display_name, want.quantity, product.unit, product.unit_price)


def _check_available(want: Wanted, currency_code: str) -> None:
    product = want.product
    # After the tenant has changed its currency a product has no price until the owner sets one in the new currency.
    if not product.available or product.unit_price.currency_code != currency_code:
        raise invalid(
            f"{want.field}.product",
            "PRODUCT_UNAVAILABLE",
            f"{product.name} ({product.sku}) cannot be ordered at the moment",
            sku=product.sku,
            valid="a product that is available",
        )


def _check_prices_seen(priced: Sequence[Wanted], seen: int, catalog_version: int) -> None:
    moved = [want for want in priced if want.product.price_version > seen] if seen > 0 else []
    if not moved:
        return
    prices = [(want.product, str(want.product.unit_price.to_decimal())) for want in moved]
    told = ", ".join(
        f"{_short(product.name)} is now {price} {product.unit_price.currency_code} per {product.unit}"
        for product, price in prices[:_MOST_TOLD]
    )
    if len(prices) > _MOST_TOLD:
        told += f" and those of {len(prices) - _MOST_TOLD} other products"
    product, price = prices[0]
    raise DomainError(
        grpc.StatusCode.FAILED_PRECONDITION,
        "PRICE_CHANGED",
        f"prices changed meanwhile: {told}; tell the customer and order again if that is fine",
        field=f"{moved[0].field}.product",
        metadata={
            "sku": product.sku,
            "price": price,
            "currency": product.unit_price.currency_code,
            "catalog_version": str(catalog_version),
            "prices": ", ".join(f"{product.sku}={price}" for product, price in prices),
            "valid": f"the order again with seen_catalog_version {catalog_version}",
        },
    )


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_TOLD else f"{name[: _LONGEST_TOLD - 1]}…"
