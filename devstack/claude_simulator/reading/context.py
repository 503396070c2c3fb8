"""The changing facts that ride in the newest user message: clock, customer, orders, summary."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from devstack.claude_simulator.reading.orders import Order, orders_from

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Context:
    """What the platform says of this moment. `orders` is None when it says nothing of orders."""

    today: date | None = None
    customer: Mapping[str, str] = field(default_factory=dict)
    orders: tuple[Order, ...] | None = None
    summary: str = ""


def parse_context(block: str) -> Context:
    """Read a `<context>` block; parts that are missing or broken stay unknown."""
    customer = _json(_element(block, "customer"))
    orders = _json(_element(block, "orders"))
    known = customer if isinstance(customer, dict) else {}
    return Context(
        today=_day(_element(block, "clock")),
        customer={str(key): str(value) for key, value in known.items() if value},
        orders=orders_from(orders) if isinstance(orders, list) else None,
        summary=_element(block, "summary").strip(),
    )


def _element(block: str, name: str) -> str:
    match = re.search(rf"<{name}\b[^>]*>(.*?)</{name}>", block, re.DOTALL)
    return match[1] if match else ""


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _day(clock: str) -> date | None:
    match = _DATE.search(clock)
    if not match:
        return None
    try:
        return date.fromisoformat(match[0])
    except ValueError:
        return None
