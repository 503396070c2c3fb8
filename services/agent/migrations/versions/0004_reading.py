"""Indexes for what people read: reports of a range of days, and matters that were taken care of."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

INDEXES = {
    "messages_of_customers": "agent.messages (tenant_id, create_time) INCLUDE (conversation_id) "
    "WHERE role = 'customer'",
    "messages_of_staff": "agent.messages (tenant_id, create_time) INCLUDE (conversation_id) "
    "WHERE role = 'staff' OR event = 'paused'",
    "turns_by_end": "agent.turns (tenant_id, end_time)",
    "attention_by_time": "agent.attention (tenant_id, create_time DESC, attention_id DESC)",
}


def upgrade() -> None:
    for name, definition in INDEXES.items():
        op.execute(f"CREATE INDEX {name} ON {definition}")


def downgrade() -> None:
    for name in INDEXES:
        op.execute(f"DROP INDEX agent.{name}")
