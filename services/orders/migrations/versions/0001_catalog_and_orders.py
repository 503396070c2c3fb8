"""Catalog and orders."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.common.plumbing import (
    Plumbing,
    dispatch_policy,
    pruning_policy,
    service_grants,
    tenant_function,
    tenant_isolation,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "orders"
TENANT_TABLES = ["catalogs", "products", "order_counters", "orders", "order_lines", "order_timeline"]


def upgrade() -> None:
    _create_catalog()
    _create_orders()
    plumbing_metadata = sa.MetaData(schema=SCHEMA)
    plumbing = Plumbing(plumbing_metadata)
    plumbing_metadata.create_all(op.get_bind())
    op.execute(tenant_function(SCHEMA))
    for table in (*TENANT_TABLES, *plumbing.tenant_tables):
        for ddl in tenant_isolation(SCHEMA, table):
            op.execute(ddl)
    for table in plumbing.open_tables:
        for ddl in dispatch_policy(SCHEMA, table):
            op.execute(ddl)
    op.execute(pruning_policy(SCHEMA, "idempotency_keys", "create_time", "7 days"))
    for ddl in service_grants(SCHEMA):
        op.execute(ddl)


def _create_catalog() -> None:
    op.create_table(
        "catalogs",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "products",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("sku", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("display_name", JSONB, nullable=False),
        sa.Column("aliases", ARRAY(sa.Text), nullable=False),
        sa.Column("category", JSONB, nullable=False),
        sa.Column("description", JSONB, nullable=False),
        sa.Column("lookup_names", ARRAY(sa.Text), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger, nullable=False),
        sa.Column("currency_code", sa.Text, nullable=False),
        sa.Column("fractional", sa.Boolean, nullable=False),
        sa.Column("min_quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("quantity_step", sa.Numeric(12, 3), nullable=False),
        sa.Column("max_quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("available", sa.Boolean, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("price_version", sa.BigInteger, nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
    op.create_index("products_by_position", "products", ["tenant_id", "position"], schema=SCHEMA)


def _create_orders() -> None:
    op.create_table(
        "order_counters",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("last_number", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    op.create_table(
        "orders",
        sa.Column("order_id", UUID, primary_key=True),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("conversation_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("currency_code", sa.Text, nullable=False),
        sa.Column("total_minor", sa.BigInteger, nullable=False),
        sa.Column("fulfillment", sa.Text, nullable=False),
        sa.Column("delivery_address", sa.Text, nullable=False),
        sa.Column("notes", sa.Text, nullable=False),
        sa.Column("wanted_date", sa.Date),
        sa.Column("cancel_reason", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("tenant_id", "number", name="orders_by_number"),
        schema=SCHEMA,
    )
    op.create_index("orders_by_customer", "orders", ["tenant_id", "customer_id", "number"], schema=SCHEMA)
    op.create_index("orders_by_status", "orders", ["tenant_id", "status", "number"], schema=SCHEMA)
    op.create_index(
        "orders_by_conversation",
        "orders",
        ["tenant_id", "conversation_id", "number"],
        schema=SCHEMA,
        postgresql_where=sa.text("conversation_id <> ''"),
    )
    _create_parts()


def _create_parts() -> None:
    op.create_table(
        "order_lines",
        sa.Column("order_id", UUID, sa.ForeignKey("orders.orders.order_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("sku", sa.Text, nullable=False),
        sa.Column("display_name", JSONB, nullable=False),
        sa.Column("quantity", sa.Numeric(12, 3), nullable=False),
        sa.Column("unit", sa.Text, nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger, nullable=False),
        sa.Column("line_total_minor", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    op.create_index("order_lines_by_sku", "order_lines", ["tenant_id", "sku", "order_id"], schema=SCHEMA)
    op.create_table(
        "order_timeline",
        sa.Column("order_id", UUID, sa.ForeignKey("orders.orders.order_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("tenant_id", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("actor_kind", sa.Text, nullable=False),
        sa.Column("actor_id", sa.Text, nullable=False),
        sa.Column("changes", JSONB, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
