"""Names of customers and of staff, and indexes for the ways in which lists are sorted."""

import sqlalchemy as sa
from alembic import op

from services.common.plumbing import service_grants, tenant_isolation

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "orders"


def upgrade() -> None:
    op.create_table(
        "customer_names",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("search_name", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        schema=SCHEMA,
    )
    op.add_column("order_timeline", sa.Column("actor_name", sa.Text, nullable=False, server_default=""), schema=SCHEMA)
    op.create_index("orders_by_total", "orders", ["tenant_id", "total_minor", "number"], schema=SCHEMA)
    wanted_first = sa.text("coalesce(wanted_date, '-infinity'::date)")
    op.create_index("orders_by_wanted_date", "orders", ["tenant_id", wanted_first, "number"], schema=SCHEMA)
    for ddl in (*tenant_isolation(SCHEMA, "customer_names"), *service_grants(SCHEMA)):
        op.execute(ddl)
