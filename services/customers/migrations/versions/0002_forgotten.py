"""Ids of customers that were forgotten."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from services.common.plumbing import service_grants, tenant_isolation

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "customers"


def upgrade() -> None:
    op.create_table(
        "forgotten_customers",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("customer_id", UUID, primary_key=True),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("forget_time", sa.DateTime(timezone=True), nullable=False),
        schema=SCHEMA,
    )
    for ddl in (*tenant_isolation(SCHEMA, "forgotten_customers"), *service_grants(SCHEMA)):
        op.execute(ddl)


def downgrade() -> None:
    op.drop_table("forgotten_customers", schema=SCHEMA)
