"""Every edit's delivery is remembered, steps keep what their tools brought, and pruning finds old steps by an index."""

from alembic import op

from services.common.plumbing import service_grants, tenant_isolation

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

UPGRADE = """
CREATE TABLE agent.message_edits (
    channel_account_id TEXT NOT NULL,
    delivery_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    message_id UUID NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (channel_account_id, delivery_id, tenant_id)
);

ALTER TABLE agent.messages NO FORCE ROW LEVEL SECURITY;

INSERT INTO agent.message_edits (channel_account_id, delivery_id, tenant_id, conversation_id, message_id)
SELECT channel_account_id, edit_delivery_id, tenant_id, conversation_id, message_id
FROM agent.messages
WHERE edit_delivery_id <> ''
ON CONFLICT DO NOTHING;

ALTER TABLE agent.messages FORCE ROW LEVEL SECURITY;

ALTER TABLE agent.messages DROP COLUMN edit_delivery_id, ADD COLUMN edit_time TIMESTAMP WITH TIME ZONE;

ALTER TABLE agent.turn_steps ADD COLUMN results JSONB;

CREATE INDEX turn_steps_by_time ON agent.turn_steps (create_time);
"""


def upgrade() -> None:
    # The owner of the tables may read rows of all tenants only while row level security is not forced on it.
    for ddl in filter(None, (part.strip() for part in UPGRADE.split(";"))):
        op.execute(ddl)
    for ddl in (*tenant_isolation("agent", "message_edits"), *service_grants("agent")):
        op.execute(ddl)


def downgrade() -> None:
    op.execute("DROP INDEX agent.turn_steps_by_time")
    op.execute("ALTER TABLE agent.turn_steps DROP COLUMN results")
    # The index on it went with the column. Which delivery was the last to edit a message is not told again.
    op.execute("ALTER TABLE agent.messages DROP COLUMN edit_time, ADD COLUMN edit_delivery_id TEXT")
    op.execute(
        "CREATE INDEX messages_by_edit ON agent.messages (channel_account_id, edit_delivery_id) "
        "WHERE edit_delivery_id <> ''"
    )
    op.execute("DROP TABLE agent.message_edits")
