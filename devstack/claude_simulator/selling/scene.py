"""What the salesperson has before it while it answers one group of customer messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from devstack.claude_simulator.api.message import ToolCall
from devstack.claude_simulator.reading.catalog import Catalog, Product
from devstack.claude_simulator.reading.context import Context
from devstack.claude_simulator.reading.conversation import CustomerMessage, ToolOutcome
from devstack.claude_simulator.reading.orders import Order, order_from, orders_from
from devstack.claude_simulator.selling.memory import Memory
from devstack.claude_simulator.understanding.details import Details
from devstack.claude_simulator.understanding.hearing import Heard
from devstack.claude_simulator.wording.amounts import money
from devstack.claude_simulator.wording.phrases import say


@dataclass(frozen=True)
class Scene:
    """Facts for the flows. `orders` is None when the request tells nothing of orders."""

    catalog: Catalog
    context: Context
    heard: Heard
    memory: Memory
    messages: tuple[CustomerMessage, ...]
    orders: tuple[Order, ...] | None
    tools: Mapping[str, frozenset[str]]
    language: str

    def say(self, key: str, **fields: object) -> str:
        """A phrase in the customer's language."""
        return say(self.language, key, **fields)

    def money(self, amount: Decimal, currency: str = "") -> str:
        """An amount of money as the customer reads it."""
        return money(amount, currency or self.catalog.currency, self.language)

    def can(self, tool: str) -> bool:
        """Whether the request offers that tool."""
        return tool in self.tools

    @property
    def customer_name(self) -> str:
        """The first name, if the customer gave one; now or before."""
        full = self.heard.details.name or self.context.customer.get("name", "")
        return full.split()[0] if full.split() else ""

    @property
    def pending(self) -> tuple[Order, ...]:
        """Orders that may still be changed, newest first."""
        return tuple(order for order in self.orders or () if order.pending)

    @property
    def edited(self) -> bool:
        """Whether the customer corrected an earlier message."""
        return any(message.edited for message in self.messages)

    def product_name(self, sku: str, fallback: str = "") -> str:
        """The name of a product by sku, in the customer's language."""
        product = self.catalog.get(sku)
        return product.name(self.language) if product else fallback or sku


def details_input(scene: Scene, details: Details) -> dict[str, Any]:
    """The optional fields of the order tools, for what was said."""
    fields: dict[str, Any] = {}
    address = details.address or (known_address(scene) if details.same_address or _needs_address(details) else "")
    if details.fulfillment:
        fields["fulfillment"] = details.fulfillment
    if address:
        fields["delivery_address"] = address
    if details.notes:
        fields["notes"] = details.notes
    if details.wanted_date:
        fields["wanted_date"] = details.wanted_date.isoformat()
    return fields


def known_address(scene: Scene) -> str:
    """Where this customer had things sent before, or lives."""
    used = next((order.delivery_address for order in scene.orders or () if order.delivery_address), "")
    return scene.context.customer.get("address", "") or used


def items_input(order: Order) -> list[dict[str, str]]:
    """The items of an order as the tools take them."""
    return [{"product": line.sku, "quantity": format(line.quantity.normalize(), "f")} for line in order.lines]


def with_outcomes(orders: tuple[Order, ...] | None, outcomes: list[ToolOutcome]) -> tuple[Order, ...] | None:
    """The orders as they stand after these tool results."""
    known = {order.number: order for order in orders or ()}
    changed = False
    for outcome in outcomes:
        if outcome.failed:
            continue
        single = order_from(outcome.result.get("order"))
        for order in (*orders_from(outcome.result.get("orders")), *((single,) if single else ())):
            known[order.number] = order
            changed = True
    if not changed:
        return orders
    return tuple(sorted(known.values(), key=lambda order: -order.number))


def product_in(order: Order, product: Product) -> bool:
    """Whether the order has a line of that product."""
    return any(line.sku == product.sku for line in order.lines)


def call(tool: str, **fields: Any) -> list[ToolCall]:
    """One tool call."""
    return [ToolCall(tool, fields)]


def _needs_address(details: Details) -> bool:
    return details.fulfillment == "delivery" and not details.address
