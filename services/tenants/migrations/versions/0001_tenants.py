"""Tenants, their directory and their channel accounts."""

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

SCHEMA = "tenants"


def upgrade() -> None:
    plumbing_metadata = sa.MetaData(schema=SCHEMA)
    plumbing = Plumbing(plumbing_metadata)
    plumbing_metadata.create_all(op.get_bind())
    _create_tables()
    op.execute(tenant_function(SCHEMA))
    for table in ("tenants", "channel_accounts", *plumbing.tenant_tables):
        for ddl in tenant_isolation(SCHEMA, table):
            op.execute(ddl)
    for table in ("directory", *plumbing.open_tables):
        for ddl in dispatch_policy(SCHEMA, table):
            op.execute(ddl)
    op.execute(pruning_policy(SCHEMA, "idempotency_keys", "create_time", "7 days"))
    for ddl in service_grants(SCHEMA):
        op.execute(ddl)


def _create_tables() -> None:
    op.create_table(
        "tenants",
        sa.Column("tenant_id", sa.Text, primary_key=True),
        sa.Column("display_name", JSONB, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("persona", JSONB, nullable=False),
        sa.Column("settings", JSONB, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=SCHEMA,
    )
    op.create_table("directory", sa.Column("tenant_id", sa.Text, primary_key=True), schema=SCHEMA)
    op.create_table(
        "channel_accounts",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey(f"{SCHEMA}.tenants.tenant_id"), primary_key=True),
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("channel_account_id", UUID, nullable=False, unique=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("enabled", sa.Boolean, nullable=False),
        sa.Column("bot_token", sa.LargeBinary, nullable=False),
        sa.Column("webhook_secret", sa.LargeBinary, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("update_time", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        schema=SCHEMA,
    )
