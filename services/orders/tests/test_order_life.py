"""The life of an order, in memory: every verb in every state, by everybody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.common.errors import DomainError
from services.common.money import Money
from services.orders.orders.models import (
    ActorKind,
    FieldChange,
    Fulfillment,
    Order,
    OrderLine,
    Status,
    Terms,
    changes_between,
)

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)


def line(sku: str, quantity: str, price_minor: int = 4500) -> OrderLine:
    return OrderLine(sku, {"en": sku.title()}, Decimal(quantity), "kg", Money(price_minor, "ILS"))


def terms(*lines: OrderLine, notes: str = "") -> Terms:
    return Terms(lines or (line("beef", "2"),), Fulfillment.UNSPECIFIED, "", notes, None)


def order(status: Status = Status.PENDING) -> Order:
    return Order(UUID(int=1), 124, "customer-1", "", status, terms(), "", 1, NOW, NOW)


class LifeOfAnOrder(RuleBasedStateMachine):
    """Any sequence of verbs keeps to pending → confirmed → completed, or cancelled, and counts its versions."""

    def __init__(self) -> None:
        super().__init__()
        self.order = order()
        self.status = Status.PENDING
        self.version = 1
        self.notes = ""

    def attempt(self, after: Status, allowed: set[Status], verb: str, *arguments: object) -> None:
        before = self.order
        if self.status not in allowed:
            with pytest.raises(DomainError) as caught:
                getattr(before, verb)(*arguments)
            assert caught.value.code.name == "FAILED_PRECONDITION"
            assert caught.value.metadata["status"] == self.status.value
            return
        self.order = getattr(before, verb)(*arguments)
        self.status = after
        self.version += self.order is not before

    @rule(notes=st.sampled_from(["", "ring", "knock"]))
    def revise(self, notes: str) -> None:
        if self.status is Status.PENDING:
            self.notes = notes
        self.attempt(Status.PENDING, {Status.PENDING}, "revised", terms(notes=notes), NOW)

    @rule()
    def confirm(self) -> None:
        self.attempt(Status.CONFIRMED, {Status.PENDING}, "confirmed", NOW)

    @rule()
    def complete(self) -> None:
        self.attempt(Status.COMPLETED, {Status.CONFIRMED}, "completed", NOW)

    @rule()
    def customer_cancels(self) -> None:
        self.attempt(Status.CANCELLED, {Status.PENDING}, "cancelled", ActorKind.CUSTOMER, "", NOW)

    @rule(by=st.sampled_from([ActorKind.STAFF, ActorKind.SYSTEM]))
    def business_cancels(self, by: ActorKind) -> None:
        self.attempt(Status.CANCELLED, {Status.PENDING, Status.CONFIRMED}, "cancelled", by, "sold out", NOW)

    @invariant()
    def agrees(self) -> None:
        assert (self.order.status, self.order.version) == (self.status, self.version)
        assert self.order.terms.notes == self.notes


TestLifeOfAnOrder = LifeOfAnOrder.TestCase
TestLifeOfAnOrder.settings = settings(max_examples=60, stateful_step_count=20)


@pytest.mark.parametrize(
    ("status", "by", "reason"),
    [
        (Status.CANCELLED, ActorKind.CUSTOMER, "ORDER_ALREADY_CANCELLED"),
        (Status.CANCELLED, ActorKind.STAFF, "ORDER_ALREADY_CANCELLED"),
        (Status.CONFIRMED, ActorKind.CUSTOMER, "ORDER_NOT_PENDING"),
        (Status.COMPLETED, ActorKind.CUSTOMER, "ORDER_NOT_PENDING"),
        (Status.COMPLETED, ActorKind.STAFF, "ORDER_COMPLETED"),
    ],
)
def test_a_cancellation_that_is_not_possible_says_why(status: Status, by: ActorKind, reason: str) -> None:
    with pytest.raises(DomainError) as caught:
        order(status).cancelled(by, "", NOW)
    assert caught.value.reason == reason
    assert caught.value.metadata["number"] == "124"


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.COMPLETED, Status.CANCELLED])
def test_only_a_pending_order_is_changed_or_confirmed(status: Status) -> None:
    attempts: list[Callable[[Order], Order]] = [lambda it: it.revised(terms(), NOW), lambda it: it.confirmed(NOW)]
    for attempt in attempts:
        with pytest.raises(DomainError) as caught:
            attempt(order(status))
        assert caught.value.reason == "ORDER_NOT_PENDING"


def test_only_a_confirmed_order_is_completed() -> None:
    with pytest.raises(DomainError) as caught:
        order().completed(NOW)
    assert caught.value.reason == "ORDER_NOT_CONFIRMED"


def test_a_change_moves_version_time_and_etag() -> None:
    before = order()

    after = before.revised(terms(notes="ring"), NOW + timedelta(minutes=1))

    assert (after.version, after.update_time, after.create_time) == (2, NOW + timedelta(minutes=1), NOW)
    assert after.etag != before.etag
    before.check_unchanged(before.etag)
    before.check_unchanged("")
    with pytest.raises(DomainError) as caught:
        after.check_unchanged(before.etag)
    assert (caught.value.code.name, caught.value.reason) == ("ABORTED", "STALE_ETAG")


def test_a_change_is_told_field_by_field() -> None:
    before = order()
    wanted = Terms(
        (line("beef", "2"), line("lamb", "0.5", 9500)),
        Fulfillment.DELIVERY,
        "Herzl 15",
        "",
        date(2026, 11, 24),
    )

    assert changes_between(before, before.revised(wanted, NOW)) == (
        FieldChange("items", "2 kg Beef", "2 kg Beef; 0.5 kg Lamb"),
        FieldChange("total", "90.00 ILS", "137.50 ILS"),
        FieldChange("fulfillment", "", "delivery"),
        FieldChange("delivery_address", "", "Herzl 15"),
        FieldChange("wanted_date", "", "2026-11-24"),
    )
    assert changes_between(None, before) == (
        FieldChange("status", "", "pending"),
        FieldChange("items", "", "2 kg Beef"),
        FieldChange("total", "", "90.00 ILS"),
    )
