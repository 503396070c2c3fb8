"""Staff step in: pauses, what has been read, staff messages and events; customers and orders as events tell of them."""

from alembic import op

from services.common.plumbing import service_grants, tenant_isolation

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

UPGRADE = """
ALTER TABLE agent.conversations
    ADD COLUMN paused_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN pause_time TIMESTAMP WITH TIME ZONE,
    ADD COLUMN paused_by TEXT DEFAULT '' NOT NULL,
    ADD COLUMN read_position BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN unread_count INTEGER DEFAULT '0' NOT NULL,
    ADD COLUMN last_order_number BIGINT DEFAULT '0' NOT NULL,
    ADD COLUMN last_order_status TEXT DEFAULT '' NOT NULL;

CREATE TABLE agent.customer_names (
    tenant_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    language TEXT DEFAULT '' NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, customer_id)
);

CREATE TABLE agent.conversation_orders (
    tenant_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    number BIGINT NOT NULL,
    status TEXT NOT NULL,
    version BIGINT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, order_id)
);

CREATE INDEX conversation_orders_by_time ON agent.conversation_orders (tenant_id, create_time);

ALTER TABLE agent.due_conversations ADD COLUMN paused_until TIMESTAMP WITH TIME ZONE;

CREATE INDEX due_conversations_paused ON agent.due_conversations (paused_until) WHERE paused_until IS NOT NULL;

ALTER TABLE agent.messages
    ADD COLUMN staff_name TEXT DEFAULT '' NOT NULL,
    ADD COLUMN event TEXT DEFAULT '' NOT NULL;

CREATE INDEX messages_between_turns ON agent.messages (conversation_id, ordinal)
    WHERE turn_id IS NULL AND ordinal IS NOT NULL;

ALTER TABLE agent.delivery_dispatch
    ADD COLUMN from_agent BOOLEAN DEFAULT 'true' NOT NULL,
    ADD COLUMN withdrawn BOOLEAN DEFAULT 'false' NOT NULL;

ALTER TABLE agent.attention ADD COLUMN resolved_by TEXT DEFAULT '' NOT NULL;

CREATE INDEX attention_of_conversation ON agent.attention (conversation_id) WHERE resolve_time IS NULL;
"""

DOWNGRADE = """
DROP INDEX agent.attention_of_conversation;
ALTER TABLE agent.attention DROP COLUMN resolved_by;
ALTER TABLE agent.delivery_dispatch DROP COLUMN from_agent, DROP COLUMN withdrawn;
DROP INDEX agent.messages_between_turns;
ALTER TABLE agent.messages DROP COLUMN staff_name, DROP COLUMN event;
DROP INDEX agent.due_conversations_paused;
ALTER TABLE agent.due_conversations DROP COLUMN paused_until;
DROP TABLE agent.conversation_orders;
DROP TABLE agent.customer_names;
ALTER TABLE agent.conversations
    DROP COLUMN paused_until,
    DROP COLUMN pause_time,
    DROP COLUMN paused_by,
    DROP COLUMN read_position,
    DROP COLUMN unread_count,
    DROP COLUMN last_order_number,
    DROP COLUMN last_order_status
"""


def upgrade() -> None:
    _run(UPGRADE)
    for table in ("customer_names", "conversation_orders"):
        for ddl in tenant_isolation("agent", table):
            op.execute(ddl)
    for ddl in service_grants("agent"):
        op.execute(ddl)


def downgrade() -> None:
    _run(DOWNGRADE)


def _run(statements: str) -> None:
    for ddl in filter(None, (part.strip() for part in statements.split(";"))):
        op.execute(ddl)
