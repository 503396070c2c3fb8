"""Turning the items of a request into priced lines inside the transaction that uses them."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sales.orders.v1 import orders_pb2

from services.common.db import Transaction
from services.orders.catalog import store as catalog_store
from services.orders.catalog.search import SearchIndexes
from services.orders.orders.models import OrderLine
from services.orders.orders.pricing import Shelf, check_items, price_lines, unknown_product, wanted_products


class PricedBasket(NamedTuple):
    """Lines and the catalog version of their prices."""

    lines: tuple[OrderLine, ...]
    catalog_version: int


async def price_basket(
    tx: Transaction,
    messages: Collection[orders_pb2.BasketItem],
    currency_code: str,
    indexes: SearchIndexes,
    *,
    seen_catalog_version: int = 0,
    kept: Mapping[str, OrderLine] | None = None,
) -> PricedBasket:
    """Find, check and price what is wanted; see `price_lines` for `kept` and the errors.

    `indexes`: where what comes closest to an unknown product is searched.
    """
    items = check_items(messages)
    version, products = await catalog_store.find_products(tx, [item.product for item in items])
    shelf = Shelf(products)
    if missing := shelf.missing(items):
        raise unknown_product(missing, await catalog_store.search_index(tx, indexes))
    lines = price_lines(
        wanted_products(items, shelf),
        currency_code=currency_code,
        catalog_version=version,
        seen_catalog_version=seen_catalog_version,
        kept=kept,
    )
    return PricedBasket(lines, version)
