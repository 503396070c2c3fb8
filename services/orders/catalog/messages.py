"""Products as protobuf messages."""

from collections.abc import Iterable

from sales.common.v1 import localized_text_pb2
from sales.orders.v1 import catalog_pb2

from services.common.money import format_quantity
from services.orders.catalog.models import Product


def product_message(product: Product) -> catalog_pb2.Product:
    """A product as callers see it."""
    message = catalog_pb2.Product(
        sku=product.sku,
        display_name=_localized(product.display_name),
        aliases=product.aliases,
        category=_localized(product.category),
        description=_localized(product.description),
        unit=product.unit,
        unit_price=product.unit_price.to_proto(),
        fractional=product.fractional,
        min_quantity=format_quantity(product.min_quantity),
        quantity_step=format_quantity(product.quantity_step),
        max_quantity=format_quantity(product.max_quantity),
        available=product.available,
        version=product.version,
        price_version=product.price_version,
        etag=product.etag,
    )
    message.update_time.FromDatetime(product.update_time)
    return message


def catalog_message(version: int, currency_code: str, products: Iterable[Product]) -> catalog_pb2.Catalog:
    """The whole catalog at a version."""
    return catalog_pb2.Catalog(
        version=version, currency_code=currency_code, products=[product_message(product) for product in products]
    )


def _localized(texts: dict[str, str]) -> localized_text_pb2.LocalizedText:
    return localized_text_pb2.LocalizedText(values=texts)
