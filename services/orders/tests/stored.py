"""Orders put into the store as a test wants them: placed at any time, in any state, in any number."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

from services.common.db import Database
from services.common.money import Money
from services.orders.orders import store
from services.orders.orders.models import (
    Action,
    Actor,
    ActorKind,
    Fulfillment,
    Order,
    OrderLine,
    Status,
    Terms,
    TimelineEntry,
)
from services.orders.tests.support import CUSTOMER, START

_TESTS = Actor(ActorKind.SYSTEM, "tests")


@dataclass(frozen=True)
class Sold:
    """An order to put there. `lines`: quantity and unit price in minor units, by sku."""

    at: datetime = START
    lines: dict[str, tuple[str, int]] = field(default_factory=lambda: {"croissant": ("1", 1500)})
    status: Status = Status.COMPLETED
    customer_id: str = CUSTOMER
    conversation_id: str = ""
    wanted_date: date | None = None
    currency_code: str = "ILS"
    unit: str = "each"

    def order(self) -> Order:
        lines = tuple(
            OrderLine(sku, {"en": f"{sku} by the {self.unit}"}, Decimal(quantity), self.unit, self._money(price_minor))
            for sku, (quantity, price_minor) in self.lines.items()
        )
        return Order(
            order_id=uuid4(),
            number=0,
            customer_id=self.customer_id,
            conversation_id=self.conversation_id,
            status=self.status,
            terms=Terms(lines, Fulfillment.UNSPECIFIED, "", "", self.wanted_date),
            cancel_reason="",
            version=1,
            create_time=self.at,
            update_time=self.at,
        )

    def _money(self, minor: int) -> Money:
        return Money(minor, self.currency_code)


async def put(database: Database, tenant_id: str, sold: Iterable[Sold]) -> list[Order]:
    """Store the orders one after the other; they come back with their numbers."""
    stored = []
    async with database.transaction(tenant_id) as tx:
        for one in sold:
            order = one.order()
            entry = TimelineEntry(1, Action.CREATED, _TESTS, (), order.create_time)
            stored.append(await store.insert_order(tx, order, entry))
    return stored
