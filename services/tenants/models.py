"""Tables of the tenants service, and what is derived from a version."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, LargeBinary, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.common.plumbing import Plumbing

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


def etag(version: int) -> str:
    """The opaque etag of a version."""
    return f'"{version}"'
