"""Holds the products and quantities that a claim names against what the orders hold."""

from __future__ import annotations

from decimal import Decimal

from services.agent.truth.actions import Claim
from services.agent.truth.catalog import Mention
from services.agent.truth.counts import quantity_beside
from services.agent.truth.facts import ActionDone, Evidence, OrderFact
from services.agent.truth.figures import quantities
from services.agent.truth.patterns import compile_folded
from services.agent.truth.sentences import Reply

_ORDER_NUMBER = compile_folded(r"#\s?\d+|(?:order|הזמנה|заказ\w*|طلب\w*)(?: (?:number|no\.?|מספר|номер|رقم))? \d+")


def wrong_products(reply: Reply, claim: Claim, done: list[ActionDone], evidence: Evidence) -> str | None:
    """Why the products that the claim names are not what was done, or None."""
    numbers = {action.order_number for action in done}
    orders = [order for order in evidence.orders if order.number in numbers]
    if not orders:
        return None
    for mention in claim.products:
        held = any(holds(order, mention) for order in orders)
        if claim.deed in ("created", "added"):
            if not held:
                return f"{_title(mention, evidence)} is not in the order that was written."
            if (wrong := _wrong_quantity(reply, mention, orders, done, evidence)) is not None:
                return wrong
        if claim.deed == "removed" and held and not quantities(_ORDER_NUMBER.sub(" ", claim.text)):
            return f"{_title(mention, evidence)} is still in the order."
        if claim.deed == "cancelled" and held and all(action.kind == "updated" for action in done):
            return f"{_title(mention, evidence)} is still in the order, which was not cancelled."
    return None


def holds(order: OrderFact, mention: Mention) -> bool:
    """Whether `order` holds one of the products that `mention` may mean."""
    return any(line.sku in mention.skus for line in order.lines)


def _wrong_quantity(
    reply: Reply, mention: Mention, orders: list[OrderFact], done: list[ActionDone], evidence: Evidence
) -> str | None:
    """Why the quantity beside the product is not what was written, or None."""
    said = _said_quantity(reply, mention)
    if said is None or any(_written(said, order, mention, done, evidence) for order in orders):
        return None
    stored = " or ".join(f"{quantity.normalize():f}" for order in orders for quantity in _quantities_of(order, mention))
    return f"The order holds {stored} of {_title(mention, evidence)}, not {said.normalize():f}."


def _written(said: Decimal, order: OrderFact, mention: Mention, done: list[ActionDone], evidence: Evidence) -> bool:
    """Whether the order holds so much, or was increased by it."""
    now = _quantities_of(order, mention)
    if said in now or said == sum(now):
        return True
    updates = [action for action in done if action.kind == "updated" and action.order_number == order.number]
    if not updates:
        return False
    before = next((known for known in evidence.earlier_orders if known.number == order.number), None)
    if before is None or len(updates) > 1 or updates[0] not in evidence.actions:
        return said <= sum(now)  # a part of it, where nobody knows any more by which step
    return said == sum(now) - sum(_quantities_of(before, mention))


def _quantities_of(order: OrderFact, mention: Mention) -> list[Decimal]:
    return [line.quantity for line in order.lines if line.sku in mention.skus]


def _said_quantity(reply: Reply, mention: Mention) -> Decimal | None:
    plain = reply.without_money
    previous_end = max((other.end for other in reply.mentions if other.end <= mention.start), default=-1)
    next_start = min((other.start for other in reply.mentions if other.start >= mention.end), default=len(plain) + 1)
    return quantity_beside(plain, mention, previous_end, next_start)


def _title(mention: Mention, evidence: Evidence) -> str:
    names = sorted(evidence.catalog.by_sku[sku].names[0] for sku in mention.skus if sku in evidence.catalog.by_sku)
    return " or ".join(names) or "This product"


def covers(reply: Reply, claim: Claim, order: OrderFact) -> bool:
    """Whether `order` holds all that the claim names; where it tells what an order contains, in these quantities."""
    return all(
        holds(order, mention) and (claim.deed != "contains" or _in_this_quantity(reply, mention, order))
        for mention in claim.products
    )


def _in_this_quantity(reply: Reply, mention: Mention, order: OrderFact) -> bool:
    said, held = _said_quantity(reply, mention), _quantities_of(order, mention)
    return said is None or said in held or said == sum(held)
