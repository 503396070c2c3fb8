"""Removes by age what is kept only to make repeats safe or to explain the recent past."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import Interval, Table, bindparam, delete, func

from services.common.db import Database, Statement, one_pass, statement

log = structlog.get_logger()

_EVERY_SECONDS = 3600.0


@dataclass(frozen=True)
class Prunable:
    """A table with `create_time` whose rows may go at `age`; its pruning policy shows the pruner no younger ones."""

    table: Table
    age: timedelta


def _delete(table: Table) -> Statement:
    return statement(delete(table).where(table.c.create_time < func.now() - bindparam("age", type_=Interval)))


async def prune(database: Database, prunables: list[Prunable]) -> dict[str, int]:
    """Delete old rows of every tenant; how many, by table."""
    pruned = {}
    for prunable in prunables:
        async with database.pruning() as tx:
            pruned[prunable.table.name] = await tx.execute(_delete(prunable.table), age=prunable.age)
    return pruned


async def prune_regularly(database: Database, prunables: list[Prunable]) -> None:
    """Prune every hour until cancelled."""
    while True:
        with one_pass("pruning_failed"):
            log.info("pruned", **await prune(database, prunables))
        await asyncio.sleep(_EVERY_SECONDS)
