"""The schema as of the first release."""

from alembic import op

from services.common.plumbing import (
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

TENANT_TABLES = (
    "conversations",
    "messages",
    "turns",
    "turn_steps",
    "system_prompts",
    "deliveries",
    "attention",
    "outbox",
    "idempotency_keys",
)
OPEN_TABLES = (
    "due_conversations",
    "delivery_dispatch",
    "delivery_parks",
    "outbox_dispatch",
    "dead_letters",
)

TABLES = """
CREATE TABLE agent.attention (
    attention_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT DEFAULT '' NOT NULL,
    cause TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    resolve_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (attention_id),
    CONSTRAINT attention_cause_key UNIQUE (tenant_id, cause)
);

CREATE INDEX attention_open ON agent.attention (tenant_id, create_time DESC) WHERE resolve_time IS NULL;

CREATE TABLE agent.conversations (
    conversation_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    channel_account_id TEXT NOT NULL,
    external_chat_id TEXT NOT NULL,
    sender_id TEXT DEFAULT '' NOT NULL,
    display_name TEXT DEFAULT '' NOT NULL,
    language_hint TEXT DEFAULT '' NOT NULL,
    customer_id TEXT DEFAULT '' NOT NULL,
    hour_start TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    hour_count INTEGER DEFAULT '0' NOT NULL,
    message_count INTEGER DEFAULT '0' NOT NULL,
    summary TEXT DEFAULT '' NOT NULL,
    summary_through INTEGER DEFAULT '0' NOT NULL,
    profile_through INTEGER DEFAULT '0' NOT NULL,
    blocked BOOLEAN DEFAULT 'false' NOT NULL,
    last_message TEXT DEFAULT '' NOT NULL,
    last_message_role TEXT DEFAULT '' NOT NULL,
    last_message_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (conversation_id),
    CONSTRAINT conversations_chat_key UNIQUE (channel_account_id, external_chat_id, tenant_id)
);

CREATE INDEX conversations_by_activity ON agent.conversations (tenant_id, last_message_time DESC, conversation_id DESC);

CREATE TABLE agent.dead_letters (
    stream TEXT NOT NULL,
    consumer TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    subject TEXT NOT NULL,
    error TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (stream, consumer, sequence)
);

CREATE TABLE agent.deliveries (
    delivery_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    message_id UUID NOT NULL,
    part INTEGER NOT NULL,
    content TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    uncertain BOOLEAN DEFAULT 'false' NOT NULL,
    external_message_id TEXT DEFAULT '' NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    update_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (delivery_id)
);

CREATE INDEX deliveries_by_message ON agent.deliveries (message_id, part);

CREATE TABLE agent.delivery_dispatch (
    delivery_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    channel TEXT NOT NULL,
    channel_account_id TEXT NOT NULL,
    external_chat_id TEXT NOT NULL,
    due_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    lease_until TIMESTAMP WITH TIME ZONE,
    attempt INTEGER DEFAULT '0' NOT NULL,
    uncertain_count INTEGER DEFAULT '0' NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (delivery_id)
);

CREATE INDEX delivery_dispatch_by_chat
    ON agent.delivery_dispatch (channel_account_id, external_chat_id, tenant_id, position);

CREATE INDEX delivery_dispatch_by_time ON agent.delivery_dispatch (due_time);

CREATE TABLE agent.delivery_parks (
    tenant_id TEXT NOT NULL,
    channel_account_id TEXT NOT NULL,
    until_time TIMESTAMP WITH TIME ZONE NOT NULL,
    PRIMARY KEY (tenant_id, channel_account_id)
);

CREATE TABLE agent.due_conversations (
    conversation_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    due_time TIMESTAMP WITH TIME ZONE,
    first_pending_time TIMESTAMP WITH TIME ZONE,
    lease_until TIMESTAMP WITH TIME ZONE,
    epoch BIGINT DEFAULT '0' NOT NULL,
    arrivals BIGINT DEFAULT '0' NOT NULL,
    turn_id UUID,
    attempts INTEGER DEFAULT '0' NOT NULL,
    holding_sent BOOLEAN DEFAULT 'false' NOT NULL,
    PRIMARY KEY (conversation_id)
);

CREATE INDEX due_conversations_by_time ON agent.due_conversations (due_time) WHERE due_time IS NOT NULL;

CREATE TABLE agent.idempotency_keys (
    tenant_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    method TEXT NOT NULL,
    payload_hash BYTEA NOT NULL,
    response BYTEA,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, request_id, method)
);

CREATE INDEX idempotency_keys_by_time ON agent.idempotency_keys (create_time);

CREATE TABLE agent.messages (
    message_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    position BIGINT GENERATED ALWAYS AS IDENTITY,
    role TEXT NOT NULL,
    kind TEXT DEFAULT '' NOT NULL,
    content TEXT DEFAULT '' NOT NULL,
    edited BOOLEAN DEFAULT 'false' NOT NULL,
    pending BOOLEAN DEFAULT 'false' NOT NULL,
    channel_account_id TEXT,
    delivery_id TEXT,
    external_message_id TEXT DEFAULT '' NOT NULL,
    edit_delivery_id TEXT,
    turn_id UUID,
    ordinal INTEGER,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (message_id),
    CONSTRAINT messages_delivery_key UNIQUE (channel_account_id, delivery_id, tenant_id)
);

CREATE INDEX messages_by_conversation ON agent.messages (conversation_id, position);

CREATE INDEX messages_by_edit ON agent.messages (channel_account_id, edit_delivery_id) WHERE edit_delivery_id <> '';

CREATE INDEX messages_by_turn ON agent.messages (turn_id);

CREATE INDEX messages_pending ON agent.messages (conversation_id, position) WHERE pending;

CREATE TABLE agent.outbox_dispatch (
    event_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (event_id)
);

CREATE INDEX outbox_dispatch_by_time ON agent.outbox_dispatch (create_time);

CREATE TABLE agent.system_prompts (
    tenant_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    content TEXT NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE agent.turn_steps (
    turn_id UUID NOT NULL,
    sequence INTEGER NOT NULL,
    tenant_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    input JSONB NOT NULL,
    response JSONB NOT NULL,
    seen JSONB NOT NULL,
    latency_ms INTEGER DEFAULT '0' NOT NULL,
    create_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    PRIMARY KEY (turn_id, sequence)
);

CREATE TABLE agent.turns (
    turn_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    conversation_id UUID NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER DEFAULT '0' NOT NULL,
    count_before INTEGER DEFAULT '0' NOT NULL,
    count_after INTEGER DEFAULT '0' NOT NULL,
    window_start INTEGER DEFAULT '0' NOT NULL,
    has_summary BOOLEAN DEFAULT 'false' NOT NULL,
    model TEXT DEFAULT '' NOT NULL,
    system_prompt_hash TEXT DEFAULT '' NOT NULL,
    transcript JSONB,
    tool_calls JSONB,
    verdicts JSONB,
    incidents JSONB,
    replies JSONB,
    input_tokens BIGINT DEFAULT '0' NOT NULL,
    output_tokens BIGINT DEFAULT '0' NOT NULL,
    cache_creation_input_tokens BIGINT DEFAULT '0' NOT NULL,
    cache_read_input_tokens BIGINT DEFAULT '0' NOT NULL,
    cost_micro_usd BIGINT DEFAULT '0' NOT NULL,
    error TEXT DEFAULT '' NOT NULL,
    start_time TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    end_time TIMESTAMP WITH TIME ZONE,
    PRIMARY KEY (turn_id)
);

CREATE INDEX turns_by_count ON agent.turns (conversation_id, count_after);

CREATE TABLE agent.outbox (
    event_id UUID NOT NULL,
    tenant_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    payload BYTEA NOT NULL,
    traceparent TEXT DEFAULT '' NOT NULL,
    PRIMARY KEY (event_id),
    FOREIGN KEY(event_id) REFERENCES agent.outbox_dispatch (event_id) ON DELETE CASCADE
);
"""


def upgrade() -> None:
    for ddl in filter(None, (part.strip() for part in TABLES.split(";"))):
        op.execute(ddl)
    op.execute(tenant_function("agent"))
    for table in TENANT_TABLES:
        for ddl in tenant_isolation("agent", table):
            op.execute(ddl)
    for table in OPEN_TABLES:
        for ddl in dispatch_policy("agent", table):
            op.execute(ddl)
    op.execute(pruning_policy("agent", "idempotency_keys", "create_time", "7 days"))
    op.execute(pruning_policy("agent", "turn_steps", "create_time", "30 days"))
    for ddl in service_grants("agent"):
        op.execute(ddl)


def downgrade() -> None:
    for table in (*TENANT_TABLES, *OPEN_TABLES):
        op.execute(f"DROP TABLE IF EXISTS agent.{table} CASCADE")
    op.execute("DROP FUNCTION agent.current_tenant()")
