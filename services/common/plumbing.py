"""Tables that every service with a database has: outbox, idempotency keys, dead letters; and row level security."""

from datetime import timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import UUID

from services.common.pruning import Prunable

KEYS_KEPT = timedelta(days=7)
"""How long a repeated request is known to be one. Whoever may repeat a call so late must not."""


class Plumbing:
    """The plumbing tables of one schema."""

    def __init__(self, metadata: MetaData) -> None:
        schema = metadata.schema
        # Narrow and open to the relay, which works for all tenants; deleting a row here deletes the event too.
        self.outbox_dispatch = Table(
            "outbox_dispatch",
            metadata,
            Column("event_id", UUID, primary_key=True),
            Column("tenant_id", Text, nullable=False),
            Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Index("outbox_dispatch_by_time", "create_time"),
        )
        self.outbox = Table(
            "outbox",
            metadata,
            Column(
                "event_id",
                UUID,
                ForeignKey(f"{schema}.outbox_dispatch.event_id", ondelete="CASCADE"),
                primary_key=True,
            ),
            Column("tenant_id", Text, nullable=False),
            Column("subject", Text, nullable=False),
            Column("payload", LargeBinary, nullable=False),
            Column("traceparent", Text, nullable=False, server_default=""),
        )
        self.idempotency_keys = Table(
            "idempotency_keys",
            metadata,
            Column("tenant_id", Text, primary_key=True),
            Column("request_id", Text, primary_key=True),
            Column("method", Text, primary_key=True),
            Column("payload_hash", LargeBinary, nullable=False),
            Column("response", LargeBinary),
            Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
            Index("idempotency_keys_by_time", "create_time"),
        )
        # Names the place of an event in its stream, not its content.
        self.dead_letters = Table(
            "dead_letters",
            metadata,
            Column("stream", Text, primary_key=True),
            Column("consumer", Text, primary_key=True),
            Column("sequence", BigInteger, primary_key=True),
            Column("subject", Text, nullable=False),
            Column("error", Text, nullable=False),
            Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
        )

    @property
    def prunables(self) -> list[Prunable]:
        """Idempotency keys after a week: no caller repeats a request so late."""
        return [Prunable(self.idempotency_keys, KEYS_KEPT)]

    @property
    def tenant_tables(self) -> list[str]:
        return ["outbox", "idempotency_keys"]

    @property
    def open_tables(self) -> list[str]:
        return ["outbox_dispatch", "dead_letters"]


def tenant_function(schema: str) -> str:
    """DDL of the function that policies call: the transaction's tenant, or an error when there is none.

    `SET LOCAL` leaves '' behind on a pooled connection, so both NULL and '' mean "none".
    """
    return f"""
    CREATE FUNCTION {schema}.current_tenant() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
    DECLARE tenant text := current_setting('app.tenant_id', true);
    BEGIN
        IF tenant IS NULL OR tenant = '' THEN
            RAISE EXCEPTION 'no tenant: this table is only read and written inside a tenant transaction'
                USING ERRCODE = 'insufficient_privilege';
        END IF;
        RETURN tenant;
    END $$"""


def tenant_isolation(schema: str, table: str) -> list[str]:
    """DDL that lets a table show and take only rows of the transaction's tenant, its owner included."""
    return [
        f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_isolation ON {schema}.{table} "
        f"USING (tenant_id = {schema}.current_tenant()) WITH CHECK (tenant_id = {schema}.current_tenant())",
    ]


def dispatch_policy(schema: str, table: str) -> list[str]:
    """DDL for a narrow table without content that work without a tenant may read and write."""
    return [
        f"ALTER TABLE {schema}.{table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {schema}.{table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY dispatch ON {schema}.{table} USING (true) WITH CHECK (true)",
    ]


def pruning_policy(schema: str, table: str, column: str, age: str) -> str:
    """DDL that lets a pruning transaction (app.pruning on) see rows older than `age` of every tenant."""
    return (
        f"CREATE POLICY pruning ON {schema}.{table} USING ("
        f"current_setting('app.pruning', true) = 'on' AND {column} < now() - interval '{age}')"
    )


def service_grants(schema: str) -> list[str]:
    """DDL that lets the service's role use the tables without owning them."""
    role = f"{schema}_service"
    return [
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"REVOKE ALL ON {schema}.alembic_version FROM {role}",
        f"GRANT SELECT ON {schema}.alembic_version TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {schema} TO {role}",
    ]
