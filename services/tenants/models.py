"""Tables of the tenants service, and what is derived from a version."""

from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.common.plumbing import Plumbing
from services.common.pruning import Prunable

SCHEMA = "tenants"
metadata = MetaData(schema=SCHEMA)
plumbing = Plumbing(metadata)

# Display name, persona and settings are the messages of tenants.proto in JSON, always read and written whole.
tenants = Table(
    "tenants",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("display_name", JSONB, nullable=False),
    Column("description", Text, nullable=False),
    Column("persona", JSONB, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("version", BigInteger, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("update_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Which tenants there are, and nothing about them: read by work that starts without a tenant.
directory = Table("directory", metadata, Column("tenant_id", Text, primary_key=True))

channel_accounts = Table(
    "channel_accounts",
    metadata,
    Column("tenant_id", Text, ForeignKey(tenants.c.tenant_id), primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("channel_account_id", UUID, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("bot_token", LargeBinary, nullable=False),  # encrypted, see crypto.py
    Column("webhook_secret", LargeBinary, nullable=False),  # encrypted
    Column("version", BigInteger, nullable=False),
    Column("update_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
)

# Keys of people and scripts. What they prove themselves with is told once; here is only its SHA-256.
api_keys = Table(
    "api_keys",
    metadata,
    Column("tenant_id", Text, ForeignKey(tenants.c.tenant_id), primary_key=True),
    Column("api_key_id", UUID, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", SmallInteger, nullable=False),  # services.common.staff.Role
    Column("key_hash", LargeBinary, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("last_use_time", DateTime(timezone=True)),
    Column("revoke_time", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "key_hash", name="api_keys_by_hash"),
)

# Codes that open one session. A used one stays as long as its session may be renewed.
login_codes = Table(
    "login_codes",
    metadata,
    Column("tenant_id", Text, ForeignKey(tenants.c.tenant_id), primary_key=True),
    Column("login_code_id", UUID, primary_key=True),
    Column("display_name", Text, nullable=False),
    Column("role", SmallInteger, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Column("expire_time", DateTime(timezone=True), nullable=False),
    Column("use_time", DateTime(timezone=True)),
    UniqueConstraint("tenant_id", "code_hash", name="login_codes_by_hash"),
    Index("login_codes_by_time", "create_time"),
)

# Sessions that somebody logged out of; kept until their tokens could not be renewed anyway.
ended_sessions = Table(
    "ended_sessions",
    metadata,
    Column("tenant_id", Text, ForeignKey(tenants.c.tenant_id), primary_key=True),
    Column("session_id", Text, primary_key=True),
    Column("create_time", DateTime(timezone=True), nullable=False),
    Index("ended_sessions_by_time", "create_time"),
)

PRUNABLES = [
    *plumbing.prunables,
    Prunable(login_codes, timedelta(days=1)),
    Prunable(ended_sessions, timedelta(days=1)),
]


def etag(version: int) -> str:
    """The opaque etag of a version."""
    return f'"{version}"'
