"""The database as it is migrated: the tables of the models, closed to other tenants, found by index."""

import asyncpg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, bindparam, select, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.common.db import Database, Statement, statement
from services.orders.catalog.models import catalogs
from services.orders.orders import lists
from services.orders.orders.sorts import Sort
from services.orders.schema import SCHEMA, metadata, plumbing
from services.orders.tests.support import CUSTOMER, Caller, create, hear


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == SCHEMA,
            "include_object": lambda _object, name, *_: name != "alembic_version",
        },
    )
    return list(compare_metadata(context, metadata))


async def test_the_migrations_make_the_tables_of_the_models(postgres_admin_url: str) -> None:
    engine = create_async_engine(
        postgres_admin_url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool
    )
    async with engine.connect() as connection:
        found = await connection.run_sync(differences)
    await engine.dispose()

    assert found == []


@pytest.mark.parametrize(
    "table", [table.name for table in metadata.sorted_tables if table.name not in plumbing.open_tables]
)
async def test_a_table_shows_nothing_of_another_tenant(
    database: Database, agent: Caller, shop: str, tenant_id: str, table: str
) -> None:
    await agent("CreateOrder", create(("croissant", "1")))
    await hear(database, shop, CUSTOMER, "Dana", version=2)
    everything = statement(select(metadata.tables[f"{SCHEMA}.{table}"].c.tenant_id))

    async with database.transaction(shop) as tx:
        own = await tx.fetch_all(everything)
    async with database.transaction(f"{tenant_id}_other") as tx:
        others = await tx.fetch_all(everything)

    assert {row["tenant_id"] for row in own} == {shop}
    assert others == []
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await database.fetch_all(everything)


async def test_a_row_of_another_tenant_cannot_be_written(database: Database, shop: str) -> None:
    forged = statement(catalogs.insert().values(tenant_id=bindparam("tenant_id"), version=1))

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(shop) as tx:
            await tx.execute(forged, tenant_id="somebody_else")


@pytest_asyncio.fixture(scope="module")
async def busy_tenant(postgres_admin_url: str) -> str:
    """A tenant with 20,000 orders of 200 customers in 1,000 conversations, one in a hundred pending."""
    connection = await asyncpg.connect(postgres_admin_url)
    try:
        await connection.execute(_MANY_ORDERS)
    finally:
        await connection.close()
    return "t_busy"


_MANY_ORDERS = """
    INSERT INTO orders.orders SELECT
        gen_random_uuid(), 't_busy', n, 'customer-' || n % 200, 'conversation-' || n % 1000,
        CASE WHEN n % 100 = 0 THEN 'pending' ELSE 'completed' END,
        'ILS', 100, '', '', '', NULL, '', 1, now(), now()
    FROM generate_series(1, 20000) n;
    INSERT INTO orders.order_lines
    SELECT order_id, 0, tenant_id, 'sku_' || number % 300, '{"en": "X"}', 1, 'each', 100, 100
    FROM orders.orders WHERE tenant_id = 't_busy';
    INSERT INTO orders.customer_names SELECT 't_busy', 'customer-' || n, 'Dana ' || n, 'dana ' || n, 1
    FROM generate_series(1, 5000) n;
    ANALYZE orders.orders; ANALYZE orders.order_lines; ANALYZE orders.customer_names;
"""


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        ([], "orders_by_number"),
        (["customer_id"], "orders_by_customer"),
        (["status"], "orders_by_status"),
        (["statuses"], "orders_by"),
        (["conversation_id"], "orders_by_conversation"),
        (["sku"], "order_lines"),
    ],
)
async def test_lists_of_a_busy_tenant_are_found_by_index(
    database: Database, busy_tenant: str, filters: list[str], index: str
) -> None:
    plan = await explained(database, busy_tenant, lists.page(frozenset(filters)))

    assert index in plan
    assert "Seq Scan" not in plan, plan


@pytest.mark.parametrize(
    ("sort", "index"),
    [
        (Sort.OLDEST, "orders_by_number"),
        (Sort.TOTAL_DESC, "Index Scan Backward using orders_by_total"),
        (Sort.TOTAL_ASC, "Index Scan using orders_by_total"),
        (Sort.WANTED_DATE, "orders_by_wanted_date"),
    ],
)
async def test_a_sorted_list_of_a_busy_tenant_is_read_from_where_the_page_begins(
    database: Database, busy_tenant: str, sort: Sort, index: str
) -> None:
    plan = await explained(database, busy_tenant, lists.page(frozenset(), sort))

    assert index in plan
    assert "Sort" not in plan.partition("SubPlan")[0], plan


@pytest.mark.parametrize("condition", ["customer_name", "sku"])
async def test_what_fits_in_another_table_is_gathered_once_a_query(
    database: Database, busy_tenant: str, condition: str
) -> None:
    for query in (lists.page(frozenset([condition])), lists.summary(frozenset([condition]))):
        assert "hashed SubPlan" in await explained(database, busy_tenant, query)


async def explained(database: Database, tenant_id: str, query: Statement) -> str:
    """The plan as the service runs it: made once for all values."""
    nulls = ", ".join("NULL" for _ in query.names)
    steps = (f"PREPARE planned AS {query.sql}", f"EXPLAIN EXECUTE planned ({nulls})", "DEALLOCATE planned")
    async with database.transaction(tenant_id) as tx:
        _, plan, _ = [await tx.fetch_all(plain(sql)) for sql in steps]
    return "\n".join(row[0] for row in plan)


def plain(sql: str) -> Statement:
    bare = statement(text("SELECT 1"))
    bare.sql = sql
    return bare
