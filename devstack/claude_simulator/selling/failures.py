"""Refusals of tools, explained to the customer."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.reading.conversation import ToolOutcome
from devstack.claude_simulator.reading.orders import decimal_from
from devstack.claude_simulator.selling.flow import Part
from devstack.claude_simulator.selling.scene import Scene
from devstack.claude_simulator.wording.amounts import per_unit, quantity

_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_LARGEST = re.compile(r"(?:up to|at most|maximum)\D*(\d+(?:\.\d+)?)")
# What a reason may contain, most telling first, and the phrase for it.
_PHRASES = (
    ("PRICE", "refused_price"),
    ("ALREADY_CANCELLED", "already_cancelled"),
    ("PENDING", "refused_not_pending"),
    ("COMPLETED", "refused_not_pending"),
    ("STALE", "refused_stale"),
    ("STEP", "refused_step"),
    ("WHOLE", "refused_step"),
    ("MIN", "refused_too_little"),
    ("SMALL", "refused_too_little"),
    ("BAD_QUANTITY", "refused_too_little"),
    ("MAX", "refused_too_much"),
    ("LARGE", "refused_too_much"),
    ("PAST", "refused_date_past"),
    ("FAR", "refused_date_far"),
    ("DATE", "refused_date"),
    ("UNAVAILABLE", "refused_unavailable"),
    ("DELIVERY_NOT", "no_delivery"),
    ("PICKUP_NOT", "no_pickup"),
    ("PRODUCT", "refused_unknown"),
    ("NOT_FOUND", "refused_order_not_found"),
)
_ASKS = {
    "refused_step": "ask_amount_again",
    "refused_too_little": "ask_amount_again",
    "refused_too_much": "ask_amount_again",
    "refused_date": "ask_date_again",
    "refused_date_past": "ask_date_again",
    "refused_date_far": "ask_date_again",
    "no_delivery": "ask_pickup",
    "no_pickup": "ask_address",
}


def explain(scene: Scene, outcome: ToolOutcome) -> Part:
    """What went wrong with a tool call and what would be valid, as far as the error and the catalog say."""
    error = outcome.result.get("error")
    facts: Mapping[str, Any] = error if isinstance(error, Mapping) else {}
    key = _phrase_key(facts)
    product = _product(scene, outcome, facts)
    if key == "refused_price":
        return _prices_moved(scene, facts, product)
    shown = product.name(scene.language) if product else scene.say("this_product")
    text = scene.say(key, product=shown, number=outcome.input.get("order_number", ""))
    ask = scene.say(_ASKS[key]) if key in _ASKS else ""
    return Part(f"{text} {_possible(scene, key, facts, product)}".strip(), ask)


def _phrase_key(facts: Mapping[str, Any]) -> str:
    reason = str(facts.get("reason") or "").upper()
    if reason == "NOT_FOUND" and str(facts.get("field") or "").startswith("items"):
        return "refused_unknown"
    return next((key for part, key in _PHRASES if part in reason), "refused_other")


def _product(scene: Scene, outcome: ToolOutcome, facts: Mapping[str, Any]) -> Product | None:
    """The product that the error is about: by its sku, else by the item that the field points to."""
    named = scene.catalog.get(str(facts.get("sku")))
    items = outcome.input.get("items")
    index = _NUMBER.search(str(facts.get("field") or ""))
    if named or not isinstance(items, list) or not items:
        return named
    place = int(index[0]) if index else 0
    if (index is None and len(items) > 1) or place >= len(items):
        return None
    return scene.catalog.get(str(items[place].get("product")))


def _possible(scene: Scene, key: str, facts: Mapping[str, Any], product: Product | None) -> str:
    """Which quantities are sold."""
    if product is None:
        return ""
    if key in ("refused_step", "refused_too_little") and not product.fractions:
        return scene.say("whole_only")
    if key == "refused_step" and product.step:
        return scene.say("in_steps_of", quantity=quantity(product.step, product.unit, scene.language))
    if key == "refused_too_little" and product.minimum:
        return scene.say("at_least", quantity=quantity(product.minimum, product.unit, scene.language))
    largest = _largest(facts) if key == "refused_too_much" else None
    return scene.say("at_most", quantity=quantity(largest, product.unit, scene.language)) if largest else ""


def _largest(facts: Mapping[str, Any]) -> Decimal | None:
    valid = str(facts.get("valid") or "")
    match = _LARGEST.search(valid)
    return decimal_from(match[1] if match else valid)


def _prices_moved(scene: Scene, facts: Mapping[str, Any], product: Product | None) -> Part:
    prices = _new_prices(scene, facts, product)
    ask = scene.say("ask_order_at_new_price")
    if not prices:
        return Part(scene.say("refused_price_unknown"), ask)
    told = [
        scene.say("now_costs", product=p.name(scene.language), price=_shown(scene, p, price)) for p, price in prices
    ]
    return Part(f"{scene.say('refused_price')} {' '.join(told)}", ask)


def _new_prices(scene: Scene, facts: Mapping[str, Any], product: Product | None) -> list[tuple[Product, Decimal]]:
    """The prices that the error names: of all products, or of the one it is about."""
    pairs = [pair.partition("=") for pair in str(facts.get("prices") or "").split(",")]
    found = [(scene.catalog.get(sku.strip()), decimal_from(price)) for sku, _, price in pairs]
    known = [(moved, price) for moved, price in found if moved and price is not None]
    if known or product is None:
        return known
    for text in (facts.get("price"), facts.get("valid"), facts.get("message")):
        numbers = [Decimal(number) for number in _NUMBER.findall(str(text or ""))]
        fresh = [number for number in numbers if number != product.price]
        if fresh:
            return [(product, fresh[0])]
    return []


def _shown(scene: Scene, product: Product, price: Decimal) -> str:
    return per_unit(scene.money(price), product.unit, scene.language)
