"""Orders as protobuf messages."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sales.orders.v1 import orders_pb2

from services.common.money import Money, format_quantity
from services.orders.orders.models import Actor, ActorKind, Fulfillment, Order, OrderLine, Status, TimelineEntry

_STATUSES = {
    Status.PENDING: orders_pb2.ORDER_STATUS_PENDING,
    Status.CONFIRMED: orders_pb2.ORDER_STATUS_CONFIRMED,
    Status.COMPLETED: orders_pb2.ORDER_STATUS_COMPLETED,
    Status.CANCELLED: orders_pb2.ORDER_STATUS_CANCELLED,
}
_FULFILLMENTS = {
    Fulfillment.UNSPECIFIED: orders_pb2.FULFILLMENT_UNSPECIFIED,
    Fulfillment.DELIVERY: orders_pb2.FULFILLMENT_DELIVERY,
    Fulfillment.PICKUP: orders_pb2.FULFILLMENT_PICKUP,
}
_KINDS = {
    ActorKind.CUSTOMER: orders_pb2.Actor.KIND_CUSTOMER,
    ActorKind.STAFF: orders_pb2.Actor.KIND_STAFF,
    ActorKind.SYSTEM: orders_pb2.Actor.KIND_SYSTEM,
}


def order_message(order: Order, timeline: Iterable[TimelineEntry] = ()) -> orders_pb2.Order:
    """An order as callers and events have it."""
    terms = order.terms
    message = orders_pb2.Order(
        order_id=str(order.order_id),
        number=order.number,
        customer_id=order.customer_id,
        conversation_id=order.conversation_id,
        status=_STATUSES[order.status],
        lines=line_messages(terms.lines),
        total=terms.total.to_proto(),
        fulfillment=_FULFILLMENTS[terms.fulfillment],
        delivery_address=terms.delivery_address,
        notes=terms.notes,
        wanted_date=terms.wanted_date.isoformat() if terms.wanted_date else "",
        cancel_reason=order.cancel_reason,
        version=order.version,
        etag=order.etag,
        customer_name=order.customer_name,
        timeline=[_entry_message(entry) for entry in timeline],
    )
    message.create_time.FromDatetime(order.create_time)
    message.update_time.FromDatetime(order.update_time)
    return message


def line_messages(lines: Iterable[OrderLine]) -> list[orders_pb2.OrderLine]:
    """Lines with their totals."""
    return [
        orders_pb2.OrderLine(
            sku=line.sku,
            display_name=line.display_name,
            quantity=format_quantity(line.quantity),
            unit=line.unit,
            unit_price=line.unit_price.to_proto(),
            line_total=line.line_total.to_proto(),
        )
        for line in lines
    ]


def actor_message(actor: Actor) -> orders_pb2.Actor:
    """Who acted."""
    return orders_pb2.Actor(kind=_KINDS[actor.kind], actor_id=actor.actor_id, display_name=actor.display_name)


def _entry_message(entry: TimelineEntry) -> orders_pb2.TimelineEntry:
    message = orders_pb2.TimelineEntry(
        version=entry.version,
        action=entry.action.value,
        actor=actor_message(entry.actor),
        changes=[
            orders_pb2.FieldChange(field=change.field, before=change.before, after=change.after)
            for change in entry.changes
        ],
    )
    message.create_time.FromDatetime(entry.create_time)
    return message


def status_messages(rows: Iterable[Mapping[str, Any]], currency_code: str) -> list[orders_pb2.StatusSummary]:
    """Counts and totals by status, in the order of the statuses' numbers."""
    summaries = [
        orders_pb2.StatusSummary(
            status=_STATUSES[Status(row["status"])],
            order_count=row["order_count"],
            total=Money(row["total_minor"], currency_code).to_proto(),
        )
        for row in rows
    ]
    return sorted(summaries, key=lambda summary: summary.status)


def sales_message(figures: Mapping[str, Any], currency_code: str, first: date, last: date) -> orders_pb2.SalesReport:
    """A report with every day from first to last, made of what `store.read_sales` found."""
    days: Sequence[Mapping[str, Any]] = figures["days"]
    revenue = sum(day["revenue_minor"] for day in days)
    count = sum(day["order_count"] for day in days)

    def money(minor: int) -> Any:
        return Money(minor, currency_code).to_proto()

    return orders_pb2.SalesReport(
        revenue=money(revenue),
        order_count=count,
        average_order=money(rounded_half_up(revenue, count)),
        customer_count=figures["customer_count"],
        conversation_count=figures["conversation_count"],
        statuses=status_messages(figures["statuses"], currency_code),
        days=_day_messages(days, currency_code, first, last),
        products=[
            orders_pb2.ProductSales(
                sku=product["sku"],
                display_name=product["display_name"],
                quantity=format_quantity(Decimal(product["quantity"])),
                unit=product["unit"],
                revenue=money(product["revenue_minor"]),
                order_count=product["order_count"],
            )
            for product in figures["products"]
        ],
        hours=[orders_pb2.HourlyOrders(**hour) for hour in figures["hours"]],
    )


def rounded_half_up(amount_minor: int, count: int) -> int:
    """An amount that is not negative by a count, to the nearest minor unit; 0 for none."""
    return (2 * amount_minor + count) // (2 * count) if count else 0


def _day_messages(
    days: Iterable[Mapping[str, Any]], currency_code: str, first: date, last: date
) -> list[orders_pb2.DailySales]:
    sold = {day["date"]: day for day in days}
    messages = []
    for n in range((last - first).days + 1):
        text = (first + timedelta(days=n)).isoformat()
        day = sold.get(text, {"revenue_minor": 0, "order_count": 0})
        messages.append(
            orders_pb2.DailySales(
                date=text,
                revenue=Money(day["revenue_minor"], currency_code).to_proto(),
                order_count=day["order_count"],
            )
        )
    return messages
