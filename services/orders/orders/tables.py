"""Tables of orders, their lines and their timeline."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.orders.catalog.models import QUANTITY
from services.orders.schema import SCHEMA, metadata

order_counters = Table(
    "order_counters",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("last_number", BigInteger, nullable=False),
)

# What customers are called, as their service last told; `search_name` is what a search compares.
customer_names = Table(
    "customer_names",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("customer_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("search_name", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    # Of a forgotten customer the name stays until the last open order has ended, see `forgetting`.
    Column("forgotten", Boolean, nullable=False, server_default="false"),
)

# Numbers rise in the order in which orders commit (the counter's row is locked until then): they are what
# lists are sorted and paged by.
orders = Table(
    "orders",
    metadata,
    Column("order_id", UUID, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("customer_id", Text, nullable=False),
    Column("conversation_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("currency_code", Text, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("fulfillment", Text, nullable=False),
    Column("delivery_address", Text, nullable=False),
    Column("notes", Text, nullable=False),
    Column("wanted_date", Date),
    Column("cancel_reason", Text, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False),
    UniqueConstraint("tenant_id", "number", name="orders_by_number"),
    Index("orders_by_customer", "tenant_id", "customer_id", "number"),
    Index("orders_by_status", "tenant_id", "status", "number"),
    Index(
        "orders_by_conversation",
        "tenant_id",
        "conversation_id",
        "number",
        postgresql_where=text("conversation_id <> ''"),
    ),
)

# As soon as possible comes before any date.
WANTED_FIRST = func.coalesce(orders.c.wanted_date, literal_column("'-infinity'::date"))
Index("orders_by_total", orders.c.tenant_id, orders.c.total_minor, orders.c.number)
Index("orders_by_wanted_date", orders.c.tenant_id, WANTED_FIRST, orders.c.number)

order_lines = Table(
    "order_lines",
    metadata,
    Column("order_id", UUID, ForeignKey(f"{SCHEMA}.orders.order_id", ondelete="CASCADE"), primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("sku", Text, nullable=False),
    Column("display_name", JSONB, nullable=False),
    Column("quantity", QUANTITY, nullable=False),
    Column("unit", Text, nullable=False),
    Column("unit_price_minor", BigInteger, nullable=False),
    Column("line_total_minor", BigInteger, nullable=False),
    Index("order_lines_by_sku", "tenant_id", "sku", "order_id"),
)

order_timeline = Table(
    "order_timeline",
    metadata,
    Column("order_id", UUID, ForeignKey(f"{SCHEMA}.orders.order_id", ondelete="CASCADE"), primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("tenant_id", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("actor_kind", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("actor_name", Text, nullable=False, server_default=""),
    Column("changes", JSONB, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
)
