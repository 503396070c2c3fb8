"""Writing a made-up past into the tables of the services, as who owns them: no service is asked."""

import json
from typing import Any

import asyncpg
from sqlalchemy import BigInteger, Table, Text, bindparam, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bench.past.life import Life
from bench.past.purchases import Goods
from services.agent.tables import metadata as agent_tables
from services.common.clock import utc_now
from services.common.db import Statement, statement
from services.customers.models import metadata as customers_tables
from services.orders.catalog.models import products
from services.orders.orders.tables import order_counters
from services.orders.schema import metadata as orders_tables

TABLES: dict[str, Table] = {**agent_tables.tables, **customers_tables.tables, **orders_tables.tables}
# What others refer to comes first.
_FIRST = ("customers.customers", "orders.orders")
_tenant = bindparam("tenant_id", type_=Text)

_GOODS = statement(select(products).where(products.c.tenant_id == _tenant).order_by(products.c.position))
_COUNTER = statement(
    select(order_counters.c.last_number).where(order_counters.c.tenant_id == _tenant).with_for_update()
)
_COUNT = statement(
    upsert(order_counters)
    .values(tenant_id=_tenant, last_number=bindparam("last_number", type_=BigInteger))
    .on_conflict_do_update(
        index_elements=["tenant_id"], set_={"last_number": bindparam("last_number", type_=BigInteger)}
    )
)


class NoPastError(Exception):
    """The tenant cannot be given this past; the text says why."""


async def write_past(
    admin_url: str, tenant_id: str, message_count: int, order_count: int, seed: int = 1
) -> dict[str, int]:
    """Give a tenant this many messages and orders beside what it has; how many rows of each table were written.

    All of it in one transaction. Raises NoPastError without products, or when the same seed was written before.
    """
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
        async with connection.transaction():
            # Row level security is forced on owners too, unless they are superusers.
            await connection.execute("SELECT set_config('app.tenant_id', $1, true)", tenant_id)
            life = await _begin(connection, tenant_id, seed)
            life.happen(message_count, order_count)
            try:
                for name, rows in sorted(life.ledger.rows.items(), key=lambda item: item[0] not in _FIRST):
                    await _insert(connection, TABLES[name], rows)
            except asyncpg.UniqueViolationError:
                raise NoPastError(f"{tenant_id} has the past of seed {seed}; another seed makes another one") from None
            await _run(connection, _COUNT, tenant_id=tenant_id, last_number=life.purchases.last_number)
        # Until then plans are made for tables that were nearly empty.
        await connection.execute(f"ANALYZE {', '.join(life.ledger.rows)}")
    finally:
        await connection.close()
    return {name: len(rows) for name, rows in sorted(life.ledger.rows.items())}


async def _begin(connection: Any, tenant_id: str, seed: int) -> Life:
    goods = [
        Goods(**{name: row[name] for name in Goods.__dataclass_fields__})
        for row in await _run(connection, _GOODS, tenant_id=tenant_id)
    ]
    if not goods:
        raise NoPastError(f"{tenant_id} has no products to order; `salesctl seed` brings some")
    counters = await _run(connection, _COUNTER, tenant_id=tenant_id)
    last_number = counters[0]["last_number"] if counters else 0
    return Life(tenant_id, goods, utc_now(), last_number=last_number, seed=seed)


async def _insert(connection: Any, table: Table, rows: list[dict[str, Any]]) -> None:
    columns = {name: bindparam(name, type_=table.c[name].type) for name in rows[0]}
    compiled = statement(insert(table).values(columns))
    await connection.executemany(compiled.sql, [compiled.arguments(row) for row in rows])


async def _run(connection: Any, compiled: Statement, **parameters: Any) -> list[Any]:
    rows: list[Any] = await connection.fetch(compiled.sql, *compiled.arguments(parameters))
    return rows
