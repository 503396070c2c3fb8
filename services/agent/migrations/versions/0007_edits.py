"""An index by which a message and its edits are found; on a large table it is made by hand before (operations.md)."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "CREATE INDEX IF NOT EXISTS messages_by_external_id ON agent.messages (conversation_id, external_message_id) "
        "WHERE external_message_id <> ''"
    )


def downgrade() -> None:
    op.execute("DROP INDEX agent.messages_by_external_id")
