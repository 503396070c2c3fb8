"""A schema of its own for tests of the plumbing: one table with content, one role, the usual policies."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
from nats.aio.client import Client
from sqlalchemy import Column, MetaData, Table, Text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from devstack import processes
from services.common import nats_client
from services.common.db import Database
from services.common.plumbing import (
    Plumbing,
    dispatch_policy,
    pruning_policy,
    service_grants,
    tenant_function,
    tenant_isolation,
)

SCHEMA = "scratch"
metadata = MetaData(schema=SCHEMA)
plumbing = Plumbing(metadata)
notes = Table("notes", metadata, Column("tenant_id", Text, primary_key=True), Column("note", Text, primary_key=True))
_PASSWORD = "scratch"


@dataclass(frozen=True)
class Scratch:
    """Where the scratch schema is, for its service's role and for its owner."""

    url: str
    admin_url: str


@pytest.fixture(scope="session")
def scratch(postgres_admin_url: str) -> Scratch:
    """The scratch schema in this process's database."""
    asyncio.run(create_scratch_schema(postgres_admin_url))
    parts = urlsplit(postgres_admin_url)
    account = f"{SCHEMA}_service:{_PASSWORD}@{parts.hostname}:{parts.port}"
    return Scratch(urlunsplit(parts._replace(netloc=account)), postgres_admin_url)


@pytest.fixture
async def database(scratch: Scratch) -> AsyncIterator[Database]:
    """The scratch schema as its service sees it."""
    opened = await Database.connect(scratch.url, pool_size=4)
    yield opened
    await opened.close()


@pytest.fixture
async def admin(scratch: Scratch) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The owner of all tables, whom forced row level security binds no more than a superuser."""
    connection = await asyncpg.connect(scratch.admin_url)
    yield connection
    await connection.close()


@pytest.fixture
async def client(nats_url: str) -> AsyncIterator[Client]:
    """A connection to this process's NATS."""
    connected = await nats_client.connect(nats_url, "test")
    yield connected
    await connected.close()


@pytest.fixture
def lasting_port() -> int:
    """A free port that the system hands out to nobody: it stays free while its server is stopped."""
    return processes.free_port()


@pytest.fixture
def name() -> str:
    """A name for a stream or consumer that no other test uses."""
    return f"N{secrets.token_hex(4)}"


async def create_scratch_schema(admin_url: str) -> None:
    """What a service's first migration does, for the scratch schema."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    ddl = [
        # Roles belong to the cluster, which other test processes share.
        f"DO $$ BEGIN CREATE ROLE {SCHEMA}_service LOGIN PASSWORD '{_PASSWORD}'; "
        "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
        f"CREATE SCHEMA {SCHEMA}",
        f"CREATE TABLE {SCHEMA}.alembic_version (version_num text)",
        *(str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables),
        *(
            str(CreateIndex(index).compile(dialect=dialect))
            for table in metadata.sorted_tables
            for index in table.indexes
        ),
        tenant_function(SCHEMA),
        *(ddl for table in ("notes", *plumbing.tenant_tables) for ddl in tenant_isolation(SCHEMA, table)),
        *(ddl for table in plumbing.open_tables for ddl in dispatch_policy(SCHEMA, table)),
        pruning_policy(SCHEMA, "idempotency_keys", "create_time", "7 days"),
        *service_grants(SCHEMA),
    ]
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(";\n".join(ddl))
    finally:
        await connection.close()
