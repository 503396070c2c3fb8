"""Orders as protobuf messages."""

from collections.abc import Iterable

from sales.orders.v1 import orders_pb2

from services.common.money import format_quantity
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
    return orders_pb2.Actor(kind=_KINDS[actor.kind], actor_id=actor.actor_id)


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
