"""Which customers are forgotten: the rest of what makes them persons goes when their last order has ended."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

SCHEMA = "orders"


def upgrade() -> None:
    op.add_column(
        "customer_names", sa.Column("forgotten", sa.Boolean, nullable=False, server_default="false"), schema=SCHEMA
    )


def downgrade() -> None:
    op.drop_column("customer_names", "forgotten", schema=SCHEMA)
