"""Pruning takes old rows of every tenant, and can neither see nor take younger ones."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import Column, MetaData, Table, select
from structlog.testing import capture_logs

from services.common import pruning
from services.common.db import Database, statement
from services.common.errors import DomainError
from services.common.pruning import Prunable, prune, prune_regularly
from services.common.tests.conftest import Scratch, plumbing
from services.common.tests.waiting import eventually

_KEYS = statement(select(plumbing.idempotency_keys.c.tenant_id, plumbing.idempotency_keys.c.request_id))
_ADD = """
    INSERT INTO scratch.idempotency_keys (tenant_id, request_id, method, payload_hash, create_time)
    VALUES ($1, $2, 'm', '', now() - $3::interval)
"""


async def add_keys(scratch: Scratch, tenant_id: str) -> None:
    admin = await asyncpg.connect(scratch.admin_url)
    try:
        for tenant in (tenant_id, f"{tenant_id}_b"):
            await admin.execute("SELECT set_config('app.tenant_id', $1, false)", tenant)
            for request, age in (("old", timedelta(days=8)), ("young", timedelta(days=6))):
                await admin.execute(_ADD, tenant, request, age)
    finally:
        await admin.close()


async def left(database: Database, tenant_id: str) -> list[str]:
    async with database.transaction(tenant_id) as tx:
        return [row["request_id"] for row in await tx.fetch_all(_KEYS)]


async def test_old_keys_of_all_tenants_go_and_young_ones_stay(
    database: Database, scratch: Scratch, tenant_id: str
) -> None:
    await add_keys(scratch, tenant_id)
    assert (await prune(database, plumbing.prunables))["idempotency_keys"] >= 2
    for tenant in (tenant_id, f"{tenant_id}_b"):
        assert await left(database, tenant) == ["young"]


async def test_a_pruning_transaction_sees_nothing_else(database: Database, scratch: Scratch, tenant_id: str) -> None:
    await add_keys(scratch, tenant_id)
    async with database.pruning() as tx:
        seen = {row["request_id"] for row in await tx.fetch_all(_KEYS)}
    assert "young" not in seen


async def test_what_nobody_foresaw_costs_one_pass(
    database: Database, scratch: Scratch, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here: a table that is not there, as no service has it."""
    monkeypatch.setattr(pruning, "_EVERY_SECONDS", 0.01)
    prunables = [Prunable(Table("missing", MetaData("scratch"), Column("create_time")), timedelta())]
    going_on = asyncio.create_task(prune_regularly(database, prunables))
    with capture_logs() as told:

        async def failed() -> bool:
            return any(line["event"] == "pruning_failed" for line in told)

        await eventually(failed, "a pass that failed")
    prunables[:] = plumbing.prunables
    await add_keys(scratch, tenant_id)

    async def pruned() -> bool:
        return await left(database, tenant_id) == ["young"]

    await eventually(pruned, "a pass that pruned")
    going_on.cancel()
    await asyncio.wait([going_on])


@pytest.mark.parametrize("tenant", ["*", "pruning on", "a'b"])
async def test_no_tenant_can_pass_for_the_pruner(database: Database, tenant: str) -> None:
    with pytest.raises(DomainError, match="x-tenant-id"):
        async with database.transaction(tenant):
            pass
