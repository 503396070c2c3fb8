"""When a conversation's customer was forgotten: nobody reads or continues it any more."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE agent.conversations ADD COLUMN forget_time TIMESTAMP WITH TIME ZONE")


def downgrade() -> None:
    op.execute("ALTER TABLE agent.conversations DROP COLUMN forget_time")
