"""Customers and their channel identities."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, UUID

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

SCHEMA = "customers"


def upgrade() -> None:
    plumbing_metadata = sa.MetaData(schema=SCHEMA)
    plumbing = Plumbing(plumbing_metadata)
    plumbing_metadata.create_all(op.get_bind())
    _create_tables()
    op.execute(tenant_function(SCHEMA))
    for table in ("customers", "identities", *plumbing.tenant_tables):
        for ddl in tenant_isolation(SCHEMA, table):
            op.execute(ddl)
    for table in plumbing.open_tables:
        for ddl in dispatch_policy(SCHEMA, table):
            op.execute(ddl)
    op.execute(pruning_policy(SCHEMA, "idempotency_keys", "create_time", "7 days"))
    for ddl in service_grants(SCHEMA):
        op.execute(ddl)


def _create_tables() -> None:
    op.create_table(
        "customers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("customer_id", UUID, primary_key=True),
        *(
            sa.Column(fact, sa.Text, nullable=False, server_default="")
            for fact in ("name", "phone", "address", "language", "notes")
        ),
        sa.Column("sources", JSONB, nullable=False, server_default="{}"),
        sa.Column("version", sa.BigInteger, nullable=False, server_default="1"),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=SCHEMA,
    )
    op.create_index("customers_by_time", "customers", ["tenant_id", "create_time", "customer_id"], schema=SCHEMA)
    op.create_table(
        "identities",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("external_id", sa.Text, primary_key=True),
        sa.Column("customer_id", UUID, nullable=False),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("language_hint", sa.Text, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.ForeignKeyConstraint(
            ["tenant_id", "customer_id"], [f"{SCHEMA}.customers.tenant_id", f"{SCHEMA}.customers.customer_id"]
        ),
        schema=SCHEMA,
    )
    op.create_index("identities_by_customer", "identities", ["tenant_id", "customer_id"], schema=SCHEMA)
