"""Products: the tables of the catalog, what a valid product is, and which quantities of it can be ordered."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Index, Numeric, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from services.common.errors import DomainError, invalid
from services.common.money import Money, format_quantity
from services.orders.catalog.names import lookup_key, normalize_name
from services.orders.etags import etag_of
from services.orders.schema import metadata

QUANTITY = Numeric(12, 3)

# One row a tenant: the lock on it puts all changes of the tenant's products in one order.
catalogs = Table(
    "catalogs",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
)

products = Table(
    "products",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("sku", Text, primary_key=True),
    # The catalog version at which the product was added: products are listed in this order.
    Column("position", BigInteger, nullable=False),
    Column("display_name", JSONB, nullable=False),
    Column("aliases", ARRAY(Text), nullable=False),
    Column("category", JSONB, nullable=False),
    Column("description", JSONB, nullable=False),
    # Names and aliases as `lookup_key` makes them, for finding what may be meant by a name.
    Column("lookup_names", ARRAY(Text), nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_price_minor", BigInteger, nullable=False),
    Column("currency_code", Text, nullable=False),
    Column("fractional", Boolean, nullable=False),
    Column("min_quantity", QUANTITY, nullable=False),
    Column("quantity_step", QUANTITY, nullable=False),
    Column("max_quantity", QUANTITY, nullable=False),
    Column("available", Boolean, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("price_version", BigInteger, nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False),
    Index("products_by_position", "tenant_id", "position"),
)


@dataclass(frozen=True, slots=True)
class Product:
    """Something sold. Texts by language are dicts of BCP 47 language to text."""

    sku: str
    display_name: dict[str, str]
    aliases: tuple[str, ...]
    category: dict[str, str]
    description: dict[str, str]
    unit: str
    unit_price: Money
    fractional: bool
    min_quantity: Decimal
    quantity_step: Decimal
    max_quantity: Decimal
    available: bool
    version: int
    price_version: int
    update_time: datetime

    @property
    def etag(self) -> str:
        return etag_of(self.sku, self.version)

    @property
    def name(self) -> str:
        """One name, for messages and records that are read by people of any language."""
        return self.display_name.get("en") or next(iter(self.display_name.values()))

    @property
    def lookup_names(self) -> list[str]:
        """Every name and alias in the form in which customers' words are compared, without repeats."""
        return list(dict.fromkeys(filter(None, map(normalize_name, self._names))))

    @property
    def lookup_keys(self) -> list[str]:
        """The same as they are stored, to be found by."""
        return list(dict.fromkeys(filter(None, map(lookup_key, self._names))))

    @property
    def _names(self) -> tuple[str, ...]:
        return (*self.display_name.values(), *self.aliases)

    def at_version(self, version: int, before: "Product", now: datetime) -> "Product":
        """This product as a change of `before`.

        A new unit counts as a new price, because it changes what the price is for.
        """
        same_price = (self.unit_price, self.unit) == (before.unit_price, before.unit)
        price_version = before.price_version if same_price else version
        return replace(self, version=version, price_version=price_version, update_time=now)

    @property
    def valid_quantities(self) -> str:
        """Which quantities can be ordered: "0.1, 0.2, 0.3… up to 50 (kg)", "whole pieces: 1, 2, 3… up to 9 (each)"."""
        largest = self.max_quantity - (self.max_quantity - self.min_quantity) % self.quantity_step
        multiples = (self.min_quantity + n * self.quantity_step for n in range(3))
        first = ", ".join(format_quantity(quantity) for quantity in multiples if quantity <= largest)
        more = f"… up to {format_quantity(largest)}" if self.min_quantity + 2 * self.quantity_step < largest else ""
        return f"{'' if self.fractional else 'whole pieces: '}{first}{more} ({self.unit})"

    def check_quantity(self, quantity: Decimal, field: str) -> None:
        """Raise INVALID_ARGUMENT unless this quantity of the product can be ordered."""
        got = format_quantity(quantity)
        if quantity % self.quantity_step:
            whole = not self.fractional and self.quantity_step == 1
            sold = "whole pieces" if whole else f"steps of {format_quantity(self.quantity_step)} ({self.unit})"
            raise self.bad_quantity(field, "QUANTITY_STEP", f"is sold in {sold}, not {got}")
        if quantity < self.min_quantity:
            raise self.bad_quantity(field, "QUANTITY_TOO_SMALL", f"cannot be ordered in so small a quantity as {got}")
        if quantity > self.max_quantity:
            raise self.bad_quantity(field, "QUANTITY_TOO_LARGE", f"cannot be ordered in so large a quantity as {got}")

    def bad_quantity(self, field: str, reason: str, problem: str) -> DomainError:
        """The error for a quantity of this product, with what would be valid."""
        return invalid(
            field,
            reason,
            f"{self.name} {problem}; possible are {self.valid_quantities}",
            sku=self.sku,
            valid=self.valid_quantities,
        )
