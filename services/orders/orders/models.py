"""Orders: their lines, their life from pending to completed or cancelled, and what a change of one was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from services.common.errors import DomainError, wrong_state
from services.common.money import Money, format_quantity
from services.orders.etags import check_etag, etag_of


class Status(StrEnum):
    """Where an order is in its life."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


ENDED = frozenset((Status.COMPLETED, Status.CANCELLED))
"""States in which nothing more happens to an order."""


class Fulfillment(StrEnum):
    """How the goods reach the customer."""

    UNSPECIFIED = ""
    DELIVERY = "delivery"
    PICKUP = "pickup"


class ActorKind(StrEnum):
    """Who can act on an order."""

    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"


class Action(StrEnum):
    """What can be done to an order."""

    CREATED = "created"
    UPDATED = "updated"
    CANCELLED = "cancelled"
    CONFIRMED = "confirmed"
    COMPLETED = "completed"


class Actor(NamedTuple):
    """Who acts: a customer id, a staff id or the name of a service; members of staff with their name."""

    kind: ActorKind
    actor_id: str
    display_name: str = ""


class FieldChange(NamedTuple):
    """A field before and after, as text for people."""

    field: str
    before: str
    after: str


class TimelineEntry(NamedTuple):
    """One change of an order; `version` is the order's after it."""

    version: int
    action: Action
    actor: Actor
    changes: tuple[FieldChange, ...]
    create_time: datetime


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A product as the catalog had it when it was ordered."""

    sku: str
    display_name: dict[str, str]
    quantity: Decimal
    unit: str
    unit_price: Money

    @property
    def line_total(self) -> Money:
        """Quantity times price, rounded half up to the minor unit."""
        return self.unit_price.times(self.quantity)

    @property
    def text(self) -> str:
        name = self.display_name.get("en") or next(iter(self.display_name.values()))
        return f"{format_quantity(self.quantity)} {self.unit} {name}"


def total_of(lines: Sequence[OrderLine]) -> Money:
    """The sum of one or more lines; CURRENCY_CHANGED when the tenant changed its currency between them."""
    total = Money(0, lines[0].unit_price.currency_code)
    for line in lines:
        if line.unit_price.currency_code != total.currency_code:
            raise wrong_state(
                "CURRENCY_CHANGED",
                "prices are in another currency now than when this was ordered; cancel the order and place a new one",
                valid="a new order",
            )
        total += line.line_total
    return total


@dataclass(frozen=True, slots=True)
class Terms:
    """What of an order its customer decides. `wanted_date` is local to the business; None: as soon as possible."""

    lines: tuple[OrderLine, ...]
    fulfillment: Fulfillment
    delivery_address: str
    notes: str
    wanted_date: date | None

    @property
    def total(self) -> Money:
        return total_of(self.lines)


@dataclass(frozen=True, slots=True)
class Order:
    """An order. Verbs return the order after the change, or raise FAILED_PRECONDITION where it is not allowed.

    `customer_name` is no part of it: what the customer was called when it was read, "" when that is not known.
    """

    order_id: UUID
    number: int
    customer_id: str
    conversation_id: str
    status: Status
    terms: Terms
    cancel_reason: str
    version: int
    create_time: datetime
    update_time: datetime
    customer_name: str = ""

    @property
    def etag(self) -> str:
        return etag_of(str(self.order_id), self.version)

    def check_unchanged(self, etag: str) -> None:
        """Raise ABORTED when the etag is of an earlier version; an empty one always passes."""
        check_etag(etag, self.etag, f"order #{self.number}")

    def revised(self, terms: Terms, now: datetime) -> "Order":
        """With other terms; only while pending. The same order when nothing is different."""
        self.require_pending("changed")
        return self if terms == self.terms else self._next(now, terms=terms)

    def cancelled(self, by: ActorKind, reason: str, now: datetime) -> "Order":
        """Given up: by the customer while pending, by others until it is completed."""
        if self.status is Status.CANCELLED:
            raise self._wrong_state("ORDER_ALREADY_CANCELLED", "is already cancelled", "nothing; it is cancelled")
        if by is ActorKind.CUSTOMER:
            self.require_pending("cancelled")
        elif self.status is Status.COMPLETED:
            raise self._wrong_state(
                "ORDER_COMPLETED", "is completed and can no longer be cancelled", "pending or confirmed orders"
            )
        return self._next(now, status=Status.CANCELLED, cancel_reason=reason)

    def confirmed(self, now: datetime) -> "Order":
        """Accepted by the business."""
        self.require_pending("confirmed")
        return self._next(now, status=Status.CONFIRMED)

    def completed(self, now: datetime) -> "Order":
        """Handed over to the customer."""
        if self.status is not Status.CONFIRMED:
            raise self._wrong_state(
                "ORDER_NOT_CONFIRMED", f"is {self.status}; only a confirmed order can be completed", "confirmed orders"
            )
        return self._next(now, status=Status.COMPLETED)

    def require_pending(self, wanted: str) -> None:
        """Raise ORDER_NOT_PENDING unless it is."""
        if self.status is not Status.PENDING:
            raise self._wrong_state(
                "ORDER_NOT_PENDING",
                f"is {self.status}; only a pending order can be {wanted}",
                "pending orders",
            )

    def _next(self, now: datetime, **changes: object) -> "Order":
        return replace(self, version=self.version + 1, update_time=now, **changes)  # type: ignore[arg-type]

    def _wrong_state(self, reason: str, problem: str, valid: str) -> DomainError:
        return wrong_state(
            reason,
            f"order #{self.number} {problem}",
            status=self.status.value,
            number=str(self.number),
            valid=valid,
        )


def changes_between(before: Order | None, after: Order) -> tuple[FieldChange, ...]:
    """The fields in which two versions differ; at creation (no `before`) those that are not empty."""
    old = _readable(before) if before else {}
    return tuple(
        FieldChange(field, old.get(field, ""), value)
        for field, value in _readable(after).items()
        if old.get(field, "") != value
    )


def _readable(order: Order) -> dict[str, str]:
    terms = order.terms
    total = terms.total
    return {
        "status": order.status.value,
        "items": "; ".join(line.text for line in terms.lines),
        "total": f"{total.to_decimal()} {total.currency_code}",
        "fulfillment": terms.fulfillment.value,
        "delivery_address": terms.delivery_address,
        "notes": terms.notes,
        "wanted_date": terms.wanted_date.isoformat() if terms.wanted_date else "",
        "cancel_reason": order.cancel_reason,
    }
