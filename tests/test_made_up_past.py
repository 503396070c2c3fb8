"""The made-up past of `python -m bench.past`: as many rows as asked for, and rows that fit together."""

from typing import Any

import asyncpg
import pytest

from bench.past.writing import NoPastError, write_past

_PRODUCT = """
INSERT INTO orders.products VALUES
    ($1, $2, 1, $3, '{}', '{}', '{}', '{}', 'kg', 4550, 'ILS', true, 0.1, 0.1, 100, true, 1, 1, now())
"""
# Of each order: what is charged, what its lines come to, its version and its steps, whose it is.
_ORDERS = """
SELECT o.number, o.total_minor,
    (SELECT sum(line_total_minor) FROM orders.order_lines l WHERE l.order_id = o.order_id) AS lines,
    o.version, (SELECT count(*) FROM orders.order_timeline t WHERE t.order_id = o.order_id) AS steps,
    (SELECT c.customer_id FROM agent.conversations c WHERE c.conversation_id::text = o.conversation_id) = o.customer_id
        AS own
FROM orders.orders o WHERE o.tenant_id = $1 ORDER BY o.number
"""
_CONVERSATIONS = """
SELECT c.message_count, c.last_message_time,
    (SELECT count(*) FROM agent.messages m
        WHERE m.conversation_id = c.conversation_id AND m.role IN ('customer', 'agent', 'staff')) AS messages,
    (SELECT max(create_time) FROM agent.messages m
        WHERE m.conversation_id = c.conversation_id AND m.role IN ('customer', 'agent', 'staff')) AS latest
FROM agent.conversations c WHERE c.tenant_id = $1
"""


@pytest.fixture
async def admin(postgres_admin_url: str) -> Any:
    connection = await asyncpg.connect(postgres_admin_url)
    yield connection
    await connection.close()


async def test_a_past_has_what_was_asked_for_and_its_rows_fit_together(
    admin: Any, postgres_admin_url: str, tenant_id: str
) -> None:
    for sku in ("pastrami", "merguez", "ribeye"):
        await admin.execute(_PRODUCT, tenant_id, sku, f'{{"en": "{sku}"}}')
    written = await write_past(postgres_admin_url, tenant_id, 400, 40)
    assert written["agent.messages"] >= 400
    assert written["orders.orders"] == 40

    orders = await admin.fetch(_ORDERS, tenant_id)
    assert [order["number"] for order in orders] == list(range(1, 41))
    for order in orders:
        assert (order["total_minor"], order["version"], order["own"]) == (order["lines"], order["steps"], True)
    for conversation in await admin.fetch(_CONVERSATIONS, tenant_id):
        assert conversation["message_count"] == conversation["messages"]
        assert conversation["last_message_time"] == conversation["latest"]

    with pytest.raises(NoPastError, match="another seed"):
        await write_past(postgres_admin_url, tenant_id, 400, 40)
    await write_past(postgres_admin_url, tenant_id, 20, 2, seed=2)
    numbers = [order["number"] for order in await admin.fetch(_ORDERS, tenant_id)]
    assert numbers == list(range(1, 43))


async def test_a_tenant_without_products_is_given_none(postgres_admin_url: str, tenant_id: str) -> None:
    with pytest.raises(NoPastError, match="no products"):
        await write_past(postgres_admin_url, tenant_id, 20, 2)
