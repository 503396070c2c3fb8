"""Reading attention records, with whose conversation they are of."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Integer, Select, Text, and_, bindparam, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import UUID

from services.agent.tables import attention, conversations, customer_names
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_tenant = bindparam("tenant_id", type_=Text)
_row = attention.c


def _matters() -> Select[Any]:
    return (
        select(
            attention,
            func.coalesce(
                func.nullif(customer_names.c.name, literal("", Text)), conversations.c.display_name, literal("", Text)
            ).label("customer_name"),
        )
        .select_from(
            attention.outerjoin(conversations, conversations.c.conversation_id == _row.conversation_id).outerjoin(
                customer_names,
                and_(
                    customer_names.c.tenant_id == _row.tenant_id,
                    customer_names.c.customer_id == conversations.c.customer_id,
                ),
            )
        )
        .where(_row.tenant_id == _tenant)
    )


def _page(*conditions: Any) -> Any:
    conversation_id = bindparam("conversation_id", type_=_UUID)
    return (
        _matters()
        .where(
            tuple_(_row.create_time, _row.attention_id)
            < tuple_(bindparam("before_time", type_=DateTime(timezone=True)), bindparam("before_id", type_=_UUID))
        )
        .where(or_(conversation_id.is_(None), _row.conversation_id == conversation_id))
        .where(*conditions)
        .order_by(_row.create_time.desc(), _row.attention_id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


# Two statements, each with an index of its own: open ones are few among all.
_OPEN = statement(_page(_row.resolve_time.is_(None)))
_ALL = statement(_page())
_ONE = statement(_matters().where(_row.attention_id == bindparam("attention_id", type_=_UUID)))


async def list_matters(
    tx: Transaction,
    before: tuple[datetime, uuid.UUID],
    limit: int,
    *,
    conversation_id: uuid.UUID | None = None,
    with_resolved: bool = False,
) -> list[Row]:
    """Newest first, from behind `before`: the open ones, or all; of one conversation if it is given."""
    return await tx.fetch_all(
        _ALL if with_resolved else _OPEN,
        tenant_id=tx.tenant_id,
        conversation_id=conversation_id,
        before_time=before[0],
        before_id=before[1],
        limit=limit,
    )


async def get_matter(tx: Transaction, attention_id: uuid.UUID) -> Row | None:
    return await tx.fetch_one(_ONE, tenant_id=tx.tenant_id, attention_id=attention_id)
