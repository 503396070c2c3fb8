"""Orders of the past: lines, what became of them, and the calls that placed them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from bench.past.ledger import Ledger, Person
from bench.past.words import STAFF


@dataclass(frozen=True)
class Goods:
    """A product, as far as orders of the past need it."""

    sku: str
    display_name: dict[str, str]
    unit: str
    unit_price_minor: int
    currency_code: str
    fractional: bool

    def name(self, language: str) -> str:
        return self.display_name.get(language) or next(iter(self.display_name.values()))


class Purchases:
    """Writes orders into a ledger; numbers go on behind `last_number`."""

    def __init__(self, ledger: Ledger, goods: Sequence[Goods], last_number: int) -> None:
        self._ledger = ledger
        self._goods = goods
        self.last_number = last_number

    def place(self, person: Person, time: datetime, first: Goods, number: int) -> dict[str, Any]:
        """An order and the call that placed it."""
        chance, ledger = self._ledger.chance, self._ledger
        order_id = ledger.new_id()
        self.last_number += 1
        others = [goods for goods in self._goods if goods is not first]
        lines = [first, *chance.sample(others, min(len(others), chance.choice((0, 0, 1, 1, 2, 4))))]
        total = sum(self._line(order_id, n, goods, number) for n, goods in enumerate(lines))
        status, actions = self._fate(time)
        delivered = chance.random() < 0.7
        self._ledger.add(
            "orders.orders",
            order_id=order_id,
            number=self.last_number,
            customer_id=str(person.customer_id),
            conversation_id=str(person.conversation_id),
            status=status,
            currency_code=first.currency_code,
            total_minor=total,
            fulfillment="delivery" if delivered else "pickup",
            delivery_address=person.address if delivered else "",
            notes="",
            wanted_date=self._wanted(time),
            cancel_reason="seeded" if status == "cancelled" else "",
            version=len(actions),
            create_time=time,
            update_time=time,
        )
        for version, action in enumerate(actions, 1):
            self._step(order_id, version, action, person, time + timedelta(minutes=20 * (version - 1)))
        self._ledger.add(
            "agent.conversation_orders",
            order_id=str(order_id),
            conversation_id=person.conversation_id,
            number=self.last_number,
            status=status,
            version=len(actions),
            create_time=time,
        )
        person.order = (self.last_number, status)
        items = [{"product": goods.sku, "quantity": str(number)} for goods in lines]
        return {
            "tool_use_id": f"toolu_{order_id.hex[:20]}",
            "step": 1,
            "name": "create_order",
            "input": {"items": items},
            "result": {"order": {"number": self.last_number, "status": "pending", "total": str(Decimal(total) / 100)}},
            "is_error": False,
        }

    def _line(self, order_id: uuid.UUID, position: int, goods: Goods, number: int) -> int:
        """Adds a line; its total in minor units."""
        quantity = Decimal(number) + (Decimal("0.5") if goods.fractional and self._ledger.chance.random() < 0.4 else 0)
        total = int((quantity * goods.unit_price_minor).quantize(Decimal(1), ROUND_HALF_UP))
        self._ledger.add(
            "orders.order_lines",
            order_id=order_id,
            position=position,
            sku=goods.sku,
            display_name=goods.display_name,
            quantity=quantity,
            unit=goods.unit,
            unit_price_minor=goods.unit_price_minor,
            line_total_minor=total,
        )
        return total

    def _step(self, order_id: uuid.UUID, version: int, action: str, person: Person, time: datetime) -> None:
        by_staff = action in ("confirmed", "completed")
        self._ledger.add(
            "orders.order_timeline",
            order_id=order_id,
            version=version,
            action=action,
            actor_kind="staff" if by_staff else "customer",
            actor_id="seeded" if by_staff else str(person.customer_id),
            actor_name=self._ledger.chance.choice(STAFF) if by_staff else "",
            changes=[],
            create_time=time,
        )

    def _fate(self, time: datetime) -> tuple[str, list[str]]:
        """What became of an order, and the steps there: what is old has ended."""
        age, chance = self._ledger.now - time, self._ledger.chance.random()
        if chance < 0.08:
            return "cancelled", ["created", "cancelled"]
        if age > timedelta(days=4):
            return "completed", ["created", "confirmed", "completed"]
        if age > timedelta(days=1) or chance < 0.4:
            return "confirmed", ["created", "confirmed"]
        return "pending", ["created"]

    def _wanted(self, time: datetime) -> date | None:
        return (
            (time + timedelta(days=self._ledger.chance.randint(1, 7))).date()
            if self._ledger.chance.random() < 0.5
            else None
        )
