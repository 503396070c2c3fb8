"""Orders as the context and the tool results show them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any


@dataclass(frozen=True)
class OrderLine:
    """One product of an order."""

    sku: str
    name: str
    quantity: Decimal


@dataclass(frozen=True)
class Order:
    """An order of this customer; `total` in units of the currency."""

    number: int
    status: str
    lines: tuple[OrderLine, ...]
    total: Decimal | None
    currency: str
    fulfillment: str
    delivery_address: str
    notes: str
    wanted_date: str

    @property
    def pending(self) -> bool:
        """Whether the customer may still change it."""
        return self.status == "pending"


def order_from(row: Any) -> Order | None:
    """An order object; None if it has no number."""
    if not isinstance(row, Mapping) or not isinstance(row.get("number"), int):
        return None
    lines = row.get("items") or row.get("lines") or ()
    return Order(
        number=row["number"],
        status=str(row.get("status") or "").lower(),
        lines=tuple(_line(line) for line in lines if isinstance(line, Mapping)),
        total=decimal_from(row.get("total")),
        currency=str(row.get("currency") or ""),
        fulfillment=str(row.get("fulfillment") or ""),
        delivery_address=str(row.get("delivery_address") or ""),
        notes=str(row.get("notes") or ""),
        wanted_date=str(row.get("wanted_date") or ""),
    )


def orders_from(rows: Any) -> tuple[Order, ...]:
    """A list of order objects, newest first as given."""
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        return ()
    return tuple(order for row in rows if (order := order_from(row)))


def decimal_from(value: Any) -> Decimal | None:
    """An amount written as a decimal string; None if it is not one."""
    try:
        return Decimal(str(value))
    except InvalidOperation:
        return None


def _line(row: Mapping[str, Any]) -> OrderLine:
    name = row.get("name")
    shown = next(iter(name.values()), "") if isinstance(name, Mapping) else str(name or "")
    return OrderLine(str(row.get("sku") or ""), shown, decimal_from(row.get("quantity")) or Decimal(0))
