"""Reading and writing orders; the statements themselves are in `statements`."""

from collections.abc import Sequence
from uuid import UUID

from services.common.db import Transaction
from services.orders.orders import statements
from services.orders.orders.models import Order, TimelineEntry
from services.orders.orders.rows import entry_values, line_rows, order_of, order_values, timeline_of


async def insert_order(tx: Transaction, order: Order, entry: TimelineEntry) -> int:
    """Store a new order under the tenant's next number, and return that number."""
    row = await tx.fetch_one(
        statements.PLACE,
        tenant_id=tx.tenant_id,
        order_id=order.order_id,
        customer_id=order.customer_id,
        conversation_id=order.conversation_id,
        create_time=order.create_time,
        lines=line_rows(order),
        **order_values(order),
        **entry_values(entry),
    )
    assert row is not None  # noqa: S101 - an insert returns its row
    number: int = row["number"]
    return number


async def save_order(tx: Transaction, order: Order, entry: TimelineEntry, *, with_lines: bool) -> None:
    """Store a changed order that `lock_order` has locked, with what changed."""
    values = {
        "tenant_id": tx.tenant_id,
        "the_tenant": tx.tenant_id,
        "order_id": order.order_id,
        "the_order": order.order_id,
        **order_values(order),
        **entry_values(entry),
    }
    if with_lines:
        lines = line_rows(order)
        await tx.execute(statements.SAVE_WITH_LINES, lines=lines, line_count=len(lines), **values)
    else:
        await tx.execute(statements.SAVE, **values)


async def lock_order(tx: Transaction, number: int) -> Order | None:
    """The order as it is now; nobody else changes it until this transaction has ended."""
    # Locked first and read afterwards: a statement that waits for a lock sees the locked row as it is then, but
    # other tables (the lines) as they were when it began.
    locked = await tx.fetch_one(statements.LOCK, tenant_id=tx.tenant_id, number=number)
    return await read_order(tx, locked["order_id"]) if locked else None


async def read_order(tx: Transaction, order_id: UUID) -> Order | None:
    """One order by its id."""
    row = await tx.fetch_one(statements.BY_ID, tenant_id=tx.tenant_id, order_id=order_id)
    return order_of(row) if row else None


async def read_order_by_number(tx: Transaction, number: int) -> Order | None:
    """One order by its human number."""
    row = await tx.fetch_one(statements.BY_NUMBER, tenant_id=tx.tenant_id, number=number)
    return order_of(row) if row else None


async def read_timeline(tx: Transaction, order_id: UUID) -> list[TimelineEntry]:
    """All changes of an order, oldest first."""
    rows = await tx.fetch_all(statements.TIMELINE, tenant_id=tx.tenant_id, order_id=order_id)
    return [timeline_of(row) for row in rows]


async def list_orders(
    tx: Transaction,
    *,
    before: int,
    limit: int,
    customer_id: str = "",
    conversation_id: str = "",
    statuses: Sequence[str] = (),
    sku: str = "",
) -> list[Order]:
    """Orders with numbers below `before`, newest first; empty filters do not filter."""
    filters = {
        "customer_id": customer_id,
        "conversation_id": conversation_id,
        "status": statuses[0] if len(statuses) == 1 else "",
        "statuses": list(statuses) if len(statuses) > 1 else [],
        "sku": sku,
    }
    used = {name: value for name, value in filters.items() if value}
    page = statements.page(frozenset(used))
    rows = await tx.fetch_all(page, tenant_id=tx.tenant_id, before=before, limit=limit, **used)
    return [order_of(row) for row in rows]
