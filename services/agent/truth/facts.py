"""What the truth check knows (evidence) and what it answers (verdict), as plain frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Literal

from services.agent.truth.catalog import Catalog

OrderStatus = Literal["pending", "confirmed", "completed", "cancelled"]
ActionKind = Literal["created", "updated", "cancelled", "profile_saved", "handed_over"]
ViolationKind = Literal["amount", "order_number", "product", "date", "action"]


@dataclass(frozen=True)
class LineFact:
    """One line of a stored order or of a quote."""

    sku: str
    names: tuple[str, ...]
    quantity: Decimal
    unit_price: Decimal
    line_total: Decimal


@dataclass(frozen=True)
class OrderFact:
    """A stored order of this customer, in its state after this turn's tools ran."""

    number: int
    status: OrderStatus
    lines: tuple[LineFact, ...]
    total: Decimal
    wanted_date: date | None = None
    created_date: date | None = None


@dataclass(frozen=True)
class ActionDone:
    """What a tool really did; `order_number` is None for what concerns no order."""

    kind: ActionKind
    order_number: int | None = None


@dataclass(frozen=True)
class Quote:
    """A basket that `quote_order` priced without writing."""

    lines: tuple[LineFact, ...]
    total: Decimal


@dataclass(frozen=True)
class Utterance:
    """One message of the window."""

    speaker: Literal["customer", "agent"]
    text: str


@dataclass(frozen=True)
class Evidence:
    """All that a reply may rest on.

    `actions` are those of this turn, `earlier_actions` those done in the window before it; `orders` are as they are
    now, `earlier_orders` as they were before this turn, so far as it is known; `dialogue` is the
    window, oldest first, this turn's customer messages included; `business_text` is what the business says of
    itself (hours, delivery, contact, persona); `today` is the tenant's local date.
    """

    catalog: Catalog
    today: date
    currency: str = "ILS"
    orders: tuple[OrderFact, ...] = ()
    actions: tuple[ActionDone, ...] = ()
    quotes: tuple[Quote, ...] = ()
    dialogue: tuple[Utterance, ...] = ()
    business_text: str = ""
    earlier_actions: tuple[ActionDone, ...] = ()
    earlier_orders: tuple[OrderFact, ...] = ()

    @cached_property
    def orders_by_number(self) -> dict[int, OrderFact]:
        """The orders by their human number."""
        return {order.number: order for order in self.orders}

    @cached_property
    def known_numbers(self) -> frozenset[int]:
        """Every order number that is real for this customer."""
        done = (action.order_number for action in (*self.actions, *self.earlier_actions))
        return frozenset(self.orders_by_number) | {number for number in done if number is not None}

    @cached_property
    def latest_order(self) -> OrderFact | None:
        """The customer's newest order."""
        return max(self.orders, key=lambda order: order.number, default=None)

    @cached_property
    def asked(self) -> str:
        """What the customer wrote since the agent last spoke, in one text."""
        texts: list[str] = []
        for utterance in reversed(self.dialogue):
            if utterance.speaker == "agent":
                break
            texts.append(utterance.text)
        return "\n".join(reversed(texts))

    @cached_property
    def customer_text(self) -> str:
        """Everything the customer wrote in the window, in one text."""
        return "\n".join(u.text for u in self.dialogue if u.speaker == "customer")


@dataclass(frozen=True)
class Violation:
    """One untrue claim: the offending excerpt (normalized, at most 160 characters) and why, in English."""

    kind: ViolationKind
    text: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check; `violations` is empty when `ok`."""

    ok: bool
    violations: tuple[Violation, ...] = ()
