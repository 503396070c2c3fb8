"""Reads what a service wrote to its outbox, where no relay runs."""

from typing import Any

from sqlalchemy import MetaData, Text, bindparam, select

from services.common.db import Database, statement
from services.common.plumbing import Plumbing


async def written_events(database: Database, schema: str, tenant_id: str) -> list[tuple[str, bytes]]:
    """Subject and payload of a tenant's events in the order of writing."""
    plumbing = Plumbing(MetaData(schema=schema))
    outbox, dispatch = plumbing.outbox, plumbing.outbox_dispatch
    query: Any = statement(
        select(outbox.c.subject, outbox.c.payload)
        .join(dispatch, dispatch.c.event_id == outbox.c.event_id)
        .where(outbox.c.tenant_id == bindparam("tenant_id", type_=Text))
        .order_by(dispatch.c.create_time)
    )
    async with database.transaction(tenant_id) as tx:
        rows = await tx.fetch_all(query, tenant_id=tenant_id)
    return [(row["subject"], row["payload"]) for row in rows]
