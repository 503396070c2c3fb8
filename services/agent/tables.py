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
    # While staff have it: until when, since when and who took it over. Workers read the same in `due_conversations`.
    _time("paused_until", nullable=True),
    _time("pause_time", nullable=True),
    _text("paused_by"),
    # Position of the last message that somebody at the business has seen; customer messages behind it are unread.
    Column("read_position", BigInteger, nullable=False, server_default="0"),
    _count("unread_count"),
    # The order of the highest number that came from here, as `conversation_orders` has it; 0: none.
    Column("last_order_number", BigInteger, nullable=False, server_default="0"),
    _text("last_order_status"),
    # When its customer was forgotten: what is left are counts and times.
    _time("forget_time", nullable=True),
    _time("create_time", now=True),
    # The tenant comes last in keys that name one row: an index that begins with it can be taken for a scan of all
    # the tenant has, as long as the planner believes that to be little.
    UniqueConstraint("channel_account_id", "external_chat_id", "tenant_id", name="conversations_chat_key"),
    Index("conversations_by_activity", "tenant_id", text("last_message_time DESC"), text("conversation_id DESC")),
)

# Customers as events of the customers service tell of them, in the order of their versions. Kept by customer and not
# in `conversations`: events about a customer come before the first turn has told whose conversation it is.
customer_names = Table(
    "customer_names",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    _text("name"),
    _text("language"),
    Column("version", BigInteger, nullable=False),
)

# Orders that came from conversations, as events of the orders service tell of them, in the order of their versions.
conversation_orders = Table(
    "conversation_orders",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("order_id", Text, primary_key=True),
    Column("conversation_id", UUID, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    _time("create_time"),  # when it was placed
    Index("conversation_orders_by_time", "tenant_id", "create_time"),
)

# Narrow and open to workers, which claim for all tenants: who is due, who holds it, how often it was tried.
# `due_time` is NULL when nothing waits; while a turn runs it is the moment its lease expires. `arrivals` counts
# accepted messages, so that a commit can tell whether one came after it looked. `turn_id` stays over a crash,
# so the next worker continues the same turn. While staff have the conversation `paused_until` is set, `due_time` is
# NULL, and neither is set or claimed by anything but the end of the pause.
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
    _time("paused_until", nullable=True),
    Index("due_conversations_by_time", "due_time", postgresql_where=text("due_time IS NOT NULL")),
    Index("due_conversations_paused", "paused_until", postgresql_where=text("paused_until IS NOT NULL")),
)

messages = Table(
    "messages",
    metadata,
    Column("message_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("position", BigInteger, Identity(always=True), nullable=False),
    Column("role", Text, nullable=False),  # customer, agent, staff, system, note, event
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
    # Place among the counted messages, given when a turn consumes or says it, or when staff answer. Events and what
    # the platform says of orders do not count: they share the place of the message before them.
    Column("ordinal", Integer),
    _text("staff_name"),  # who wrote it or did it, when it was staff
    _text("event"),  # paused, resumed, resumed_by_time; only with the role event
    _time("create_time", now=True),
    UniqueConstraint("channel_account_id", "delivery_id", "tenant_id", name="messages_delivery_key"),
    Index("messages_by_conversation", "conversation_id", "position"),
    Index("messages_pending", "conversation_id", "position", postgresql_where=text("pending")),
    Index("messages_by_turn", "turn_id"),
    # A message and its edits.
    Index(
        "messages_by_external_id",
        "conversation_id",
        "external_message_id",
        postgresql_where=text("external_message_id <> ''"),
    ),
    # What the history holds besides turns.
    Index(
        "messages_between_turns",
        "conversation_id",
        "ordinal",
        postgresql_where=text("turn_id IS NULL AND ordinal IS NOT NULL"),
    ),
    # For reports of a range of days: who wrote, and whom a person answered.
    Index(
        "messages_of_customers",
        "tenant_id",
        "create_time",
        postgresql_include=["conversation_id"],
        postgresql_where=text("role = 'customer'"),
    ),
    Index(
        "messages_of_staff",
        "tenant_id",
        "create_time",
        postgresql_include=["conversation_id"],
        postgresql_where=text("role = 'staff' OR event = 'paused'"),
    ),
)

# Incoming deliveries that replaced the text of a message before a turn took it, or changed nothing of it: each counts
# once, however often and however late it is repeated.
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
    Index("turns_by_end", "tenant_id", "end_time"),
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
    # What its tools brought, as blocks of the request that follows, with the orders' etags; NULL while nobody knows.
    Column("results", JSONB),
    _time("create_time", now=True),
    Index("turn_steps_by_time", "create_time"),  # for pruning
)

# What background jobs used the model for. Turns carry their own usage.
job_usage = Table(
    "job_usage",
    metadata,
    Column("job_usage_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("conversation_id", UUID, nullable=False),
    Column("kind", Text, nullable=False),  # summary, profile
    Column("model", Text, nullable=False),
    Column("input_tokens", BigInteger, nullable=False),
    Column("output_tokens", BigInteger, nullable=False),
    Column("cache_creation_input_tokens", BigInteger, nullable=False),
    Column("cache_read_input_tokens", BigInteger, nullable=False),
    Column("cost_micro_usd", BigInteger, nullable=False),
    _time("create_time", now=True),
    Index("job_usage_by_time", "tenant_id", "create_time"),
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
    Column("state", Text, nullable=False),  # pending, sent, failed, uncertain, undeliverable, withdrawn
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
    # What the agent says is withdrawn when staff take over; what staff write and what becomes of orders is not. A row
    # that was on its way at that moment stays, marked, so that it is not sent again.
    Column("from_agent", Boolean, nullable=False, server_default="true"),
    Column("withdrawn", Boolean, nullable=False, server_default="false"),
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
    Column("reason", Text, nullable=False),  # one of those in services.agent.attention
    _text("detail"),
    # One record for one cause, however often it is raised.
    Column("cause", Text, nullable=False),
    _time("create_time", now=True),
    _time("resolve_time", nullable=True),
    _text("resolved_by"),  # empty while open, and when it ended by itself
    UniqueConstraint("tenant_id", "cause", name="attention_cause_key"),
    Index("attention_open", "tenant_id", text("create_time DESC"), postgresql_where=text("resolve_time IS NULL")),
    Index("attention_by_time", "tenant_id", text("create_time DESC"), text("attention_id DESC")),
    Index("attention_of_conversation", "conversation_id", postgresql_where=text("resolve_time IS NULL")),
)

TENANT_TABLES = (
    "conversations",
    "customer_names",
    "conversation_orders",
    "messages",
    "message_edits",
    "turns",
    "turn_steps",
    "job_usage",
    "system_prompts",
    "deliveries",
    "attention",
    *plumbing.tenant_tables,
)
OPEN_TABLES = ("due_conversations", "delivery_dispatch", "delivery_parks", *plumbing.open_tables)
