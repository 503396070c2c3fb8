"""Tables of the schema `agent`."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.common.plumbing import Plumbing

metadata = MetaData(schema="agent")
plumbing = Plumbing(metadata)


def _time(name: str, *, nullable: bool = False, now: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable, server_default=func.now() if now else None)


def _text(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, server_default="")


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


conversations = Table(
    "conversations",
    metadata,
    Column("conversation_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("channel_account_id", Text, nullable=False),
    Column("external_chat_id", Text, nullable=False),
    _text("sender_id"),
    _text("display_name"),
    _text("language_hint"),
    _text("customer_id"),
    # Messages accepted since `hour_start`, for the cap on what one chat may cost.
    _time("hour_start", now=True),
    _count("hour_count"),
    _count("message_count"),  # customer messages and replies, as the product counts them
    _text("summary"),
    _count("summary_through"),  # watermark of the summary job
    _count("profile_through"),  # watermark of the profile job
    Column("blocked", Boolean, nullable=False, server_default="false"),
    _text("last_message"),
    _text("last_message_role"),
    _time("last_message_time", now=True),
    _time("create_time", now=True),
    # The tenant comes last in keys that name one row: an index that begins with it can be taken for a scan of all
    # the tenant has, as long as the planner believes that to be little.
    UniqueConstraint("channel_account_id", "external_chat_id", "tenant_id", name="conversations_chat_key"),
    Index("conversations_by_activity", "tenant_id", text("last_message_time DESC"), text("conversation_id DESC")),
)

# Narrow and open to workers, which claim for all tenants: who is due, who holds it, how often it was tried.
# `due_time` is NULL when nothing waits; while a turn runs it is the moment its lease expires. `arrivals` counts
# accepted messages, so that a commit can tell whether one came after it looked. `turn_id` stays over a crash,
# so the next worker continues the same turn.
due_conversations = Table(
    "due_conversations",
    metadata,
    Column("conversation_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    _time("due_time", nullable=True),
    _time("first_pending_time", nullable=True),
    _time("lease_until", nullable=True),
    Column("epoch", BigInteger, nullable=False, server_default="0"),
    Column("arrivals", BigInteger, nullable=False, server_default="0"),
    Column("turn_id", UUID),
    _count("attempts"),
    Column("holding_sent", Boolean, nullable=False, server_default="false"),
    Index("due_conversations_by_time", "due_time", postgresql_where=text("due_time IS NOT NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("role", Text, nullable=False),
    _text("kind"),
    _text("content"),
    Column("edited", Boolean, nullable=False, server_default="false"),
    # What waits for a turn; content that no turn can answer is stored with false.
    Column("pending", Boolean, nullable=False, server_default="false"),
    Column("channel_account_id", Text),
    Column("delivery_id", Text),  # the provider's id of the incoming delivery; NULL for what we said
    _text("external_message_id"),
    _time("edit_time", nullable=True),  # when the text was written that replaced the first one
    Column("turn_id", UUID),
    Column("ordinal", Integer),  # place among the counted messages, given when a turn consumes or says it
    _time("create_time", now=True),
    UniqueConstraint("channel_account_id", "delivery_id", "tenant_id", name="messages_delivery_key"),
    Index("messages_by_conversation", "conversation_id", "position"),
    Index("messages_pending", "conversation_id", "position", postgresql_where=text("pending")),
    Index("messages_by_turn", "turn_id"),
)

# Incoming deliveries that replaced the text of a message before a turn took it: each counts once, however often and
# however late it is repeated.
message_edits = Table(
    "message_edits",
    metadata,
    Column("channel_account_id", Text, primary_key=True),
    Column("delivery_id", Text, primary_key=True),
    Column("tenant_id", Text, primary_key=True),
    Column("conversation_id", UUID, nullable=False),
    Column("message_id", UUID, nullable=False),
    _time("create_time", now=True),
)

turns = Table(
    "turns",
    metadata,
    Column("turn_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("state", Text, nullable=False),  # running, completed, failed
    _count("attempts"),
    _count("count_before"),
    _count("count_after"),
    _count("window_start"),
    Column("has_summary", Boolean, nullable=False, server_default="false"),
    _text("model"),
    _text("system_prompt_hash"),
    Column("transcript", JSONB),  # messages as later turns see them
    Column("tool_calls", JSONB),
    Column("verdicts", JSONB),
    Column("incidents", JSONB),
    Column("replies", JSONB),
    Column("input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("output_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cache_creation_input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cache_read_input_tokens", BigInteger, nullable=False, server_default="0"),
    Column("cost_micro_usd", BigInteger, nullable=False, server_default="0"),
    _text("error"),
    _time("start_time", now=True),
    _time("end_time", nullable=True),
    Index("turns_by_count", "conversation_id", "count_after"),
)

# The journal: what was asked and answered, written before any tool of the answer runs.
turn_steps = Table(
    "turn_steps",
    metadata,
    Column("turn_id", UUID, primary_key=True),
    Column("sequence", Integer, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("input", JSONB, nullable=False),  # messages added to the request since the step before
    Column("response", JSONB, nullable=False),  # content, stop_reason, usage
    Column("seen", JSONB, nullable=False),  # catalog version and order etags the model knew, and messages consumed
    _count("latency_ms"),
    # What its tools brought, as blocks of the request that follows; NULL while nobody knows.
    Column("results", JSONB),
    _time("create_time", now=True),
    Index("turn_steps_by_time", "create_time"),  # for pruning
)

# System prompts by their hash: they change seldom and are long.
system_prompts = Table(
    "system_prompts",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("hash", Text, primary_key=True),
    Column("content", Text, nullable=False),
    _time("create_time", now=True),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("message_id", UUID, nullable=False),
    Column("part", Integer, nullable=False),
    Column("content", Text, nullable=False),
    Column("state", Text, nullable=False),  # pending, sent, failed, uncertain, undeliverable
    _count("attempts"),
    Column("uncertain", Boolean, nullable=False, server_default="false"),
    _text("external_message_id"),
    _text("error"),
    _time("create_time", now=True),
    _time("update_time", now=True),
    Index("deliveries_by_message", "message_id", "part"),
)

# The queue: narrow and open to leasing, which serves all tenants. A row lives until its send has ended; only the
# first row of a chat may be sent, which keeps the order and one send at a time.
delivery_dispatch = Table(
    "delivery_dispatch",
    metadata,
    Column("delivery_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("channel", Text, nullable=False),
    Column("channel_account_id", Text, nullable=False),
    Column("external_chat_id", Text, nullable=False),
    _time("due_time", now=True),
    _time("lease_until", nullable=True),
    _count("attempt"),
    _count("uncertain_count"),
    _time("create_time", now=True),
    Index("delivery_dispatch_by_chat", "channel_account_id", "external_chat_id", "tenant_id", "position"),
    Index("delivery_dispatch_by_time", "due_time"),
)

# Accounts that the channel asked to be left alone for a while.
delivery_parks = Table(
    "delivery_parks",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("channel_account_id", Text, primary_key=True),
    _time("until_time"),
)

attention = Table(
    "attention",
    metadata,
    Column("attention_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("reason", Text, nullable=False),
    _text("detail"),
    # One record for one cause, however often it is raised.
    Column("cause", Text, nullable=False),
    _time("create_time", now=True),
    _time("resolve_time", nullable=True),
    UniqueConstraint("tenant_id", "cause", name="attention_cause_key"),
    Index("attention_open", "tenant_id", text("create_time DESC"), postgresql_where=text("resolve_time IS NULL")),
)

TENANT_TABLES = (
    "conversations",
    "messages",
    "message_edits",
    "turns",
    "turn_steps",
    "system_prompts",
    "deliveries",
    "attention",
    *plumbing.tenant_tables,
)
OPEN_TABLES = ("due_conversations", "delivery_dispatch", "delivery_parks", *plumbing.open_tables)
