"""API keys and login codes of the people who work at a tenant."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import UUID

from services.common.plumbing import pruning_policy, service_grants, tenant_isolation

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEMA = "tenants"


def upgrade() -> None:
    _create_tables()
    for table in ("api_keys", "login_codes"):
        for ddl in tenant_isolation(SCHEMA, table):
            op.execute(ddl)
    op.execute(pruning_policy(SCHEMA, "login_codes", "create_time", "1 day"))
    for ddl in service_grants(SCHEMA):
        op.execute(ddl)


def downgrade() -> None:
    op.drop_table("login_codes", schema=SCHEMA)
    op.drop_table("api_keys", schema=SCHEMA)


def _create_tables() -> None:
    op.create_table(
        "api_keys",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey(f"{SCHEMA}.tenants.tenant_id"), primary_key=True),
        sa.Column("api_key_id", UUID, primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.SmallInteger, nullable=False),
        sa.Column("key_hash", sa.LargeBinary, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_use_time", sa.DateTime(timezone=True)),
        sa.Column("revoke_time", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("tenant_id", "key_hash", name="api_keys_by_hash"),
        schema=SCHEMA,
    )
    op.create_table(
        "login_codes",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey(f"{SCHEMA}.tenants.tenant_id"), primary_key=True),
        sa.Column("login_code_id", UUID, primary_key=True),
        sa.Column("display_name", sa.Text, nullable=False),
        sa.Column("role", sa.SmallInteger, nullable=False),
        sa.Column("code_hash", sa.LargeBinary, nullable=False),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expire_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("use_time", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("tenant_id", "code_hash", name="login_codes_by_hash"),
        sa.Index("login_codes_by_time", "create_time"),
        schema=SCHEMA,
    )
