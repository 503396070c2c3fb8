"""Orders, lines and timeline entries as rows of the database."""

from decimal import Decimal
from typing import Any

from services.common.db import Row
from services.common.money import Money, format_quantity
from services.orders.orders.models import (
    Action,
    Actor,
    ActorKind,
    FieldChange,
    Fulfillment,
    Order,
    OrderLine,
    Status,
    Terms,
    TimelineEntry,
)


def line_rows(order: Order) -> list[dict[str, Any]]:
    """The lines as JSON objects with the columns of `order_lines`."""
    return [
        {
            "position": position,
            "sku": line.sku,
            "display_name": line.display_name,
            "quantity": format_quantity(line.quantity),
            "unit": line.unit,
            "unit_price_minor": line.unit_price.amount_minor,
            "line_total_minor": line.line_total.amount_minor,
        }
        for position, line in enumerate(order.terms.lines)
    ]


def order_of(row: Row) -> Order:
    """An order with its lines."""
    return Order(
        order_id=row["order_id"],
        number=row["number"],
        customer_id=row["customer_id"],
        conversation_id=row["conversation_id"],
        status=Status(row["status"]),
        terms=Terms(
            lines=tuple(_line(line, row["currency_code"]) for line in row["lines"]),
            fulfillment=Fulfillment(row["fulfillment"]),
            delivery_address=row["delivery_address"],
            notes=row["notes"],
            wanted_date=row["wanted_date"],
        ),
        cancel_reason=row["cancel_reason"],
        version=row["version"],
        create_time=row["create_time"],
        update_time=row["update_time"],
        customer_name=row["customer_name"],
    )


def _line(line: dict[str, Any], currency_code: str) -> OrderLine:
    return OrderLine(
        sku=line["sku"],
        display_name=line["display_name"],
        quantity=Decimal(line["quantity"]),
        unit=line["unit"],
        unit_price=Money(line["unit_price_minor"], currency_code),
    )


def timeline_of(row: Row) -> TimelineEntry:
    """One change of an order."""
    return TimelineEntry(
        version=row["version"],
        action=Action(row["action"]),
        actor=Actor(ActorKind(row["actor_kind"]), row["actor_id"], row["actor_name"]),
        changes=tuple(FieldChange(**change) for change in row["changes"]),
        create_time=row["create_time"],
    )


def order_values(order: Order) -> dict[str, object]:
    """The columns of `orders` that a change of the order may change."""
    terms, total = order.terms, order.terms.total
    return {
        "status": order.status.value,
        "currency_code": total.currency_code,
        "total_minor": total.amount_minor,
        "fulfillment": terms.fulfillment.value,
        "delivery_address": terms.delivery_address,
        "notes": terms.notes,
        "wanted_date": terms.wanted_date,
        "cancel_reason": order.cancel_reason,
        "version": order.version,
        "update_time": order.update_time,
    }


def entry_values(entry: TimelineEntry) -> dict[str, object]:
    """The columns of `order_timeline` that the order does not give."""
    return {
        "action": entry.action.value,
        "actor_kind": entry.actor.kind.value,
        "actor_id": entry.actor.actor_id,
        "actor_name": entry.actor.display_name,
        "changes": [change._asdict() for change in entry.changes],
    }
