"""What requests about orders may say: who acts, for whom, when, where to and how."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

import grpc
from sales.orders.v1 import orders_pb2

from services.common.days import parse_day
from services.common.errors import DomainError, invalid
from services.common.grpc_server import Call
from services.orders.orders.models import Actor, ActorKind, Fulfillment, Status, Terms
from services.orders.tenant_facts import TenantFacts
from services.orders.texts import check_id, check_text

_KINDS: dict[int, ActorKind] = {
    orders_pb2.Actor.KIND_CUSTOMER: ActorKind.CUSTOMER,
    orders_pb2.Actor.KIND_STAFF: ActorKind.STAFF,
    orders_pb2.Actor.KIND_SYSTEM: ActorKind.SYSTEM,
}
_FULFILLMENTS: dict[int, Fulfillment] = {
    orders_pb2.FULFILLMENT_UNSPECIFIED: Fulfillment.UNSPECIFIED,
    orders_pb2.FULFILLMENT_DELIVERY: Fulfillment.DELIVERY,
    orders_pb2.FULFILLMENT_PICKUP: Fulfillment.PICKUP,
}
_STATUSES: dict[int, Status] = {
    orders_pb2.ORDER_STATUS_PENDING: Status.PENDING,
    orders_pb2.ORDER_STATUS_CONFIRMED: Status.CONFIRMED,
    orders_pb2.ORDER_STATUS_COMPLETED: Status.COMPLETED,
    orders_pb2.ORDER_STATUS_CANCELLED: Status.CANCELLED,
}


def check_actor(call: Call, message: orders_pb2.Actor, customer_id: str) -> Actor:
    """Who acts.

    Through the dashboard it is the person whose session it is, whatever the request says. The agent acts only as the
    customer it talks with; a customer only on orders of their own.
    """
    if call.staff is not None:
        return Actor(ActorKind.STAFF, call.staff.staff_id, call.staff.name)
    kind = _KINDS.get(message.kind)
    if kind is None or (call.caller == "agent" and kind is not ActorKind.CUSTOMER):
        valid = "KIND_CUSTOMER" if call.caller == "agent" else "KIND_CUSTOMER, KIND_STAFF or KIND_SYSTEM"
        raise invalid("actor.kind", "BAD_ACTOR", f"actor.kind must be {valid}", valid=valid)
    if kind is not ActorKind.CUSTOMER:
        actor_id = check_id(message.actor_id or call.caller, "actor.actor_id", "BAD_ACTOR")
        return Actor(kind, actor_id, check_text(message.display_name, "actor.display_name", 200))
    check_customer(customer_id)
    if message.actor_id not in ("", customer_id):
        raise invalid(
            "actor.actor_id", "BAD_ACTOR", "a customer acts only on their own orders", valid="the request's customer_id"
        )
    return Actor(kind, customer_id)


def check_customer(customer_id: str) -> str:
    """Whose order it is; CUSTOMER_REQUIRED when the request does not say."""
    if not customer_id:
        raise invalid(
            "customer_id", "CUSTOMER_REQUIRED", "customer_id must say whose order it is", valid="a customer id"
        )
    return check_id(customer_id, "customer_id")


def check_reason(reason: str, actor: Actor) -> str:
    """Why an order is cancelled; staff must give a reason."""
    text = check_text(reason, "reason", 500)
    if not text and actor.kind is ActorKind.STAFF:
        raise invalid(
            "reason", "REASON_REQUIRED", "staff must say why the order is cancelled", valid="1 to 500 characters"
        )
    return text


def check_address(address: str) -> str:
    """A delivery address, 500 characters at most."""
    return check_text(address, "delivery_address", 500)


def check_notes(notes: str) -> str:
    """The customer's remarks, 1,000 characters at most."""
    return check_text(notes, "notes", 1000)


def check_statuses(values: Iterable[int], field: str) -> list[str]:
    """The states to list; BAD_STATUS for one that no order can be in."""
    statuses = []
    for n, value in enumerate(values):
        if value not in _STATUSES:
            valid = ", ".join(f"ORDER_STATUS_{status.name}" for status in Status)
            raise invalid(f"{field}[{n}]", "BAD_STATUS", f"{field} must be of {valid}", valid=valid)
        statuses.append(_STATUSES[value].value)
    return statuses


def check_wanted_date(text: str, facts: TenantFacts, now: datetime) -> date | None:
    """The date an order is wanted for by the clock of the business; None when it is not said."""
    if not text:
        return None
    first, last = facts.today(now), facts.last_day(now)
    valid = f"{first} to {last}"
    day = parse_day(text)
    if day is None:
        raise invalid(
            "wanted_date", "BAD_DATE", f"{text[:40]!r} is not a date YYYY-MM-DD; {valid} is possible", valid=valid
        )
    if day < first:
        raise invalid("wanted_date", "DATE_PAST", f"{day} is past, today is {first}; {valid} is possible", valid=valid)
    if day > last:
        raise invalid("wanted_date", "DATE_TOO_FAR", f"{day} is too far ahead; {valid} is possible", valid=valid)
    return day


def check_fulfillment(value: int) -> Fulfillment:
    """How the goods reach the customer, as the request says it."""
    if value not in _FULFILLMENTS:
        valid = "FULFILLMENT_DELIVERY or FULFILLMENT_PICKUP"
        raise invalid("fulfillment", "BAD_FULFILLMENT", f"fulfillment must be {valid}", valid=valid)
    return _FULFILLMENTS[value]


def check_offered(fulfillment: Fulfillment, facts: TenantFacts) -> None:
    """Raise DELIVERY_NOT_OFFERED or PICKUP_NOT_OFFERED when the business does not do that."""
    offered = {
        Fulfillment.UNSPECIFIED: True,
        Fulfillment.DELIVERY: facts.delivery_offered,
        Fulfillment.PICKUP: facts.pickup_offered,
    }
    if offered[fulfillment]:
        return
    others = [other.value for other in (Fulfillment.DELIVERY, Fulfillment.PICKUP) if offered[other]]
    valid = others[0] if others else "neither delivery nor pickup is offered"
    raise DomainError(
        grpc.StatusCode.INVALID_ARGUMENT,
        f"{fulfillment.name}_NOT_OFFERED",
        f"{fulfillment.value} is not offered; possible: {valid}",
        field="fulfillment",
        metadata={"valid": valid},
    )


def settle_fulfillment(wanted: Fulfillment, address: str) -> tuple[Fulfillment, str]:
    """An address alone means delivery; what is collected needs none."""
    if wanted is Fulfillment.PICKUP:
        return wanted, ""
    if wanted is Fulfillment.UNSPECIFIED and address:
        return Fulfillment.DELIVERY, address
    return wanted, address


def revise_fulfillment(terms: Terms, request: orders_pb2.UpdateOrderRequest, facts: TenantFacts) -> Terms:
    """The terms with the fulfillment and address of an update.

    Without a word on fulfillment a new address turns pickup into delivery; what is not given stays.
    """
    if not request.HasField("fulfillment") and not request.HasField("delivery_address"):
        return terms
    given = check_fulfillment(request.fulfillment)
    address = (
        check_address(request.delivery_address) if request.HasField("delivery_address") else terms.delivery_address
    )
    if given is Fulfillment.UNSPECIFIED:
        moved = bool(address) and terms.fulfillment is Fulfillment.PICKUP
        given = Fulfillment.DELIVERY if moved else terms.fulfillment
    fulfillment, address = settle_fulfillment(given, address)
    if fulfillment is not terms.fulfillment:
        check_offered(fulfillment, facts)
    return replace(terms, fulfillment=fulfillment, delivery_address=address)


def check_says_something(request: orders_pb2.UpdateOrderRequest) -> None:
    """Raise NOTHING_TO_CHANGE for an update that names no change."""
    valid = "items, fulfillment, delivery_address, notes or wanted_date"
    if not request.items and not any(
        request.HasField(field) for field in ("fulfillment", "delivery_address", "notes", "wanted_date")
    ):
        raise invalid("items", "NOTHING_TO_CHANGE", f"the update must give at least one of {valid}", valid=valid)


def check_business_actor(call: Call, message: orders_pb2.Actor) -> Actor:
    """Who acts for the business: staff or the platform."""
    if call.staff is None and message.kind == orders_pb2.Actor.KIND_CUSTOMER:
        valid = "KIND_STAFF or KIND_SYSTEM"
        raise invalid("actor.kind", "BAD_ACTOR", f"actor.kind must be {valid}", valid=valid)
    return check_actor(call, message, "")
