"""Sessions that their people logged out of."""

import sqlalchemy as sa
from alembic import op

from services.common.plumbing import pruning_policy, service_grants, tenant_isolation

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "tenants"


def upgrade() -> None:
    op.create_table(
        "ended_sessions",
        sa.Column("tenant_id", sa.Text, sa.ForeignKey(f"{SCHEMA}.tenants.tenant_id"), primary_key=True),
        sa.Column("session_id", sa.Text, primary_key=True),
        sa.Column("create_time", sa.DateTime(timezone=True), nullable=False),
        sa.Index("ended_sessions_by_time", "create_time"),
        schema=SCHEMA,
    )
    for ddl in tenant_isolation(SCHEMA, "ended_sessions"):
        op.execute(ddl)
    op.execute(pruning_policy(SCHEMA, "ended_sessions", "create_time", "1 day"))
    for ddl in service_grants(SCHEMA):
        op.execute(ddl)


def downgrade() -> None:
    op.drop_table("ended_sessions", schema=SCHEMA)
