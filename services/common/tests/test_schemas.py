"""What every service's migrated schema must be like, read from PostgreSQL."""

import runpy
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.ext.asyncio import create_async_engine

from services.common.migrate import SERVICES, migrate, services_with_migrations

Connection = Any


@pytest.fixture
async def connection(postgres_admin_url: str) -> AsyncIterator[Connection]:
    opened = await asyncpg.connect(postgres_admin_url)
    yield opened
    await opened.close()


@pytest.fixture(params=services_with_migrations())
def schema(request: pytest.FixtureRequest) -> str:
    """Each service that owns a schema."""
    return str(request.param)


async def tables(connection: Connection, schema: str) -> list[asyncpg.Record]:
    rows: list[asyncpg.Record] = await connection.fetch(
        "SELECT c.oid, c.relname AS name, c.relrowsecurity AS secured, c.relforcerowsecurity AS forced, "
        "pg_get_userbyid(c.relowner) AS owner "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = $1 AND c.relkind IN ('r', 'p') AND c.relname <> 'alembic_version'",
        schema,
    )
    return rows


async def test_every_table_forces_row_level_security_on_everybody(connection: Connection, schema: str) -> None:
    found = await tables(connection, schema)
    assert found
    assert [row["name"] for row in found if not (row["secured"] and row["forced"])] == []


async def test_the_service_uses_its_tables_without_owning_them(connection: Connection, schema: str) -> None:
    assert f"{schema}_service" not in {row["owner"] for row in await tables(connection, schema)}
    role = await connection.fetchrow("SELECT * FROM pg_roles WHERE rolname = $1", f"{schema}_service")
    assert not any(role[power] for power in ("rolsuper", "rolbypassrls", "rolcreaterole", "rolcreatedb"))


async def test_only_tables_without_content_are_open_across_tenants(connection: Connection, schema: str) -> None:
    """Beside texts that are ids and names of places, an open table may hold no text, bytes or JSON."""
    for table in await tables(connection, schema):
        policies = await connection.fetch(
            "SELECT polname, pg_get_expr(polqual, polrelid) AS using FROM pg_policy WHERE polrelid = $1", table["oid"]
        )
        names = {policy["polname"] for policy in policies}
        assert names, table["name"]
        if "tenant_isolation" in names:
            (isolation,) = [policy for policy in policies if policy["polname"] == "tenant_isolation"]
            assert "current_tenant()" in isolation["using"]
        else:
            columns = await connection.fetch(
                "SELECT column_name, data_type FROM information_schema.columns "
                "WHERE table_schema = $1 AND table_name = $2",
                schema,
                table["name"],
            )
            content = [column["column_name"] for column in columns if column["data_type"] in ("jsonb", "json", "bytea")]
            assert content == [], table["name"]


async def test_no_service_reaches_into_the_schema_of_another(connection: Connection, schema: str) -> None:
    for other in services_with_migrations():
        may = await connection.fetchval("SELECT has_schema_privilege($1, $2, 'USAGE')", f"{other}_service", schema)
        assert may is (other == schema), other


async def test_the_models_say_what_the_migrations_made(
    postgres_admin_url: str, schema: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []
    monkeypatch.setattr("services.common.migrate.run_env", given.append)
    runpy.run_path(str(SERVICES / schema / "migrations/env.py"))
    (metadata,) = given
    engine = create_async_engine(postgres_admin_url.replace("postgresql://", "postgresql+asyncpg://"))

    def differences(sync_connection: Any) -> list[Any]:
        options = {
            "include_schemas": True,
            "include_name": lambda name, kind, _parents: kind != "schema" or name == schema,
            "include_object": lambda _object, name, kind, _reflected, _to: (kind, name) != ("table", "alembic_version"),
            "compare_type": True,
        }
        return list(compare_metadata(MigrationContext.configure(sync_connection, opts=options), metadata))

    try:
        async with engine.connect() as opened:
            assert await opened.run_sync(differences) == []
    finally:
        await engine.dispose()


async def test_migrating_again_changes_nothing(postgres_admin_url: str, schema: str, connection: Connection) -> None:
    before = await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version")
    password = "service-password-of-the-tests"
    await migrate(postgres_admin_url, [schema], password)
    assert await connection.fetchval(f"SELECT version_num FROM {schema}.alembic_version") == before
