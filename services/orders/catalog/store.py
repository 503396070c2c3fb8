"""Every query on the catalog."""

from collections.abc import Sequence

from sqlalchemy import Text, any_, bindparam, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert

from services.common.db import Row, Transaction, statement
from services.common.money import Money
from services.orders.catalog.models import Product, catalogs, products
from services.orders.catalog.names import lookup_key
from services.orders.catalog.search import SearchIndex, SearchIndexes

_OF_TENANT = products.c.tenant_id == bindparam("tenant_id")
_VERSION_OF_TENANT = (
    select(catalogs.c.version).where(catalogs.c.tenant_id == bindparam("tenant_id", type_=Text)).scalar_subquery()
)
_FIELDS = [column.name for column in products.columns if column.name not in ("tenant_id", "sku")]

_VERSION = statement(select(catalogs.c.version).where(catalogs.c.tenant_id == bindparam("tenant_id")))
_RAISE_VERSION = statement(
    insert(catalogs)
    .values(tenant_id=bindparam("tenant_id"), version=1)
    .on_conflict_do_update(index_elements=[catalogs.c.tenant_id], set_={"version": catalogs.c.version + 1})
    .returning(catalogs.c.version)
)
_LOCK = statement(select(catalogs.c.version).where(catalogs.c.tenant_id == bindparam("tenant_id")).with_for_update())
_INSERT = statement(
    insert(products)
    .values({column.name: bindparam(column.name) for column in products.columns})
    .on_conflict_do_nothing()
)
_UPDATE = statement(
    update(products)
    .where(products.c.tenant_id == bindparam("the_tenant"), products.c.sku == bindparam("the_sku"))
    .values({name: bindparam(name) for name in _FIELDS if name != "position"})
)
_ONE = statement(select(products).where(_OF_TENANT, products.c.sku == bindparam("sku")))
# The version is read in the same statement as the products, so that they belong together.
_ALL = statement(
    select(products, _VERSION_OF_TENANT.label("catalog_version")).where(_OF_TENANT).order_by(products.c.position)
)
_NAMED = statement(
    select(products, _VERSION_OF_TENANT.label("catalog_version"))
    .where(_OF_TENANT)
    .where(
        (products.c.sku == any_(bindparam("skus", type_=ARRAY(Text))))
        | products.c.lookup_names.overlap(bindparam("keys", type_=ARRAY(Text)))
    )
    .order_by(products.c.position)
)


async def read_version(tx: Transaction) -> int:
    """The catalog's version; 0 while nothing was ever sold."""
    row = await tx.fetch_one(_VERSION, tenant_id=tx.tenant_id)
    return row["version"] if row else 0


async def raise_version(tx: Transaction) -> int:
    """The next version of the catalog; other changes of the tenant's catalog wait until this one has ended."""
    row = await tx.fetch_one(_RAISE_VERSION, tenant_id=tx.tenant_id)
    assert row is not None  # noqa: S101 - an upsert always returns its row
    version: int = row["version"]
    return version


async def lock_catalog(tx: Transaction) -> None:
    """Let other changes of the tenant's catalog wait until this transaction has ended."""
    await tx.fetch_one(_LOCK, tenant_id=tx.tenant_id)


async def insert_product(tx: Transaction, product: Product) -> bool:
    """Add a product behind the others; False when its sku is taken."""
    position = product.version
    return await tx.execute(_INSERT, tenant_id=tx.tenant_id, sku=product.sku, position=position, **_values(product)) > 0


async def update_product(tx: Transaction, product: Product) -> None:
    """Store a product that is there."""
    await tx.execute(_UPDATE, the_tenant=tx.tenant_id, the_sku=product.sku, **_values(product))


async def read_product(tx: Transaction, sku: str) -> Product | None:
    """One product."""
    row = await tx.fetch_one(_ONE, tenant_id=tx.tenant_id, sku=sku)
    return _product(row) if row else None


async def read_catalog(tx: Transaction) -> tuple[int, list[Product]]:
    """The version and all products in the owner's order."""
    rows = await tx.fetch_all(_ALL, tenant_id=tx.tenant_id)
    return (rows[0]["catalog_version"] if rows else 0), [_product(row) for row in rows]


async def search_index(tx: Transaction, indexes: SearchIndexes) -> SearchIndex:
    """The index of the catalog as it is, made when there is none of this version."""
    index = indexes.get(tx.tenant_id, await read_version(tx))
    return index or indexes.put(tx.tenant_id, *await read_catalog(tx))


async def find_products(tx: Transaction, names: Sequence[str]) -> tuple[int, list[Product]]:
    """All products that have one of the names as sku, name or alias, and some with a similar one; with the catalog's
    version."""
    keys = [lookup_key(name) for name in names]
    rows = await tx.fetch_all(_NAMED, tenant_id=tx.tenant_id, skus=list(names), keys=keys)
    return (rows[0]["catalog_version"] if rows else 0), [_product(row) for row in rows]


def _values(product: Product) -> dict[str, object]:
    return {
        "display_name": product.display_name,
        "aliases": list(product.aliases),
        "category": product.category,
        "description": product.description,
        "lookup_names": product.lookup_keys,
        "unit": product.unit,
        "unit_price_minor": product.unit_price.amount_minor,
        "currency_code": product.unit_price.currency_code,
        "fractional": product.fractional,
        "min_quantity": product.min_quantity,
        "quantity_step": product.quantity_step,
        "max_quantity": product.max_quantity,
        "available": product.available,
        "version": product.version,
        "price_version": product.price_version,
        "update_time": product.update_time,
    }


def _product(row: Row) -> Product:
    return Product(
        sku=row["sku"],
        display_name=row["display_name"],
        aliases=tuple(row["aliases"]),
        category=row["category"],
        description=row["description"],
        unit=row["unit"],
        unit_price=Money(row["unit_price_minor"], row["currency_code"]),
        fractional=row["fractional"],
        min_quantity=row["min_quantity"],
        quantity_step=row["quantity_step"],
        max_quantity=row["max_quantity"],
        available=row["available"],
        version=row["version"],
        price_version=row["price_version"],
        update_time=row["update_time"],
    )
