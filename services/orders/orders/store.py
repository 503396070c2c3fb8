"""Reading and writing orders; the statements themselves are in `statements`."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.common.db import Transaction
from services.orders.orders import lists, reports, statements
from services.orders.orders.models import Order, TimelineEntry
from services.orders.orders.rows import entry_values, line_rows, order_of, order_values, timeline_of
from services.orders.orders.sorts import Sort
from services.orders.tenant_facts import TenantFacts


async def insert_order(tx: Transaction, order: Order, entry: TimelineEntry) -> Order:
    """Store a new order; it comes back with the tenant's next number and its customer's name."""
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
    return replace(order, number=row["number"], customer_name=row["customer_name"])


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
    tx: Transaction, conditions: Mapping[str, object], sort: Sort, position: Mapping[str, object], limit: int
) -> list[Order]:
    """Orders that fit, sorted, from a position on; see `Filter.values` and `Listing.position`."""
    page = lists.page(frozenset(conditions), sort)
    rows = await tx.fetch_all(page, tenant_id=tx.tenant_id, limit=limit, **conditions, **position)
    return [order_of(row) for row in rows]


async def summarize(tx: Transaction, conditions: Mapping[str, object], currency_code: str) -> list[dict[str, Any]]:
    """By status: `status`, `order_count`, and `total_minor` of the orders in the currency."""
    summary = lists.summary(frozenset(conditions))
    rows = await tx.fetch_all(summary, tenant_id=tx.tenant_id, currency_code=currency_code, **conditions)
    return [dict(row) for row in rows]


async def read_sales(tx: Transaction, facts: TenantFacts, start: date, end: date) -> dict[str, Any]:
    """The figures of a report on the orders of local days, both included."""
    placed_from, placed_before = facts.start_of(start), facts.start_of(end + timedelta(days=1))
    since, offsets = facts.offsets(placed_from, placed_before)
    row = await tx.fetch_one(
        reports.SALES,
        tenant_id=tx.tenant_id,
        currency_code=facts.currency_code,
        placed_from=placed_from,
        placed_before=placed_before,
        offsets_since=since,
        offsets=offsets,
    )
    assert row is not None  # noqa: S101 - one row of figures, whatever was sold
    return dict(row)
