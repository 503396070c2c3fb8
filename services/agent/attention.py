"""Attention records: matters for a person, one for each cause."""

import uuid
from typing import Any

from sales.agent.v1 import events_pb2
from sqlalchemy import Text, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.tables import attention, due_conversations
from services.common.db import Database, Statement, Transaction, statement
from services.common.outbox import Outbox

_UUID = UUID(as_uuid=True)

HUMAN_REQUESTED = "human_requested"  # the customer asked for a person, or the model needs one
TURN_FAILED = "turn_failed"  # given up after its last try; the customer got an apology
TURN_INTERRUPTED = "turn_interrupted"  # staff stopped it after it had written orders that the customer was not told of
DELIVERY_FAILED = "delivery_failed"  # a message did not arrive, or nobody knows whether it did
MESSAGE_LIMIT = "message_limit"  # the chat or the tenant sends more than is answered in an hour

_RAISE = statement(
    insert(attention)
    .values(
        {
            "attention_id": bindparam("attention_id", type_=_UUID),
            "tenant_id": bindparam("tenant_id", type_=Text),
            "conversation_id": bindparam("conversation_id", type_=_UUID),
            "reason": bindparam("reason", type_=Text),
            "detail": bindparam("detail", type_=Text),
            "cause": bindparam("cause", type_=Text),
        }
    )
    .on_conflict_do_nothing(constraint="attention_cause_key")
)

_open: Any = attention.c.resolve_time.is_(None)


def _resolve(*which: Any) -> Statement:
    """Somebody took care of open records, or they ended by themselves; those that are resolved stay as they are."""
    return statement(
        update(attention)
        .where(attention.c.tenant_id == bindparam("tenant", type_=Text), *which, attention.c.resolve_time.is_(None))
        .values(resolve_time=func.now(), resolved_by=bindparam("who", type_=Text))
    )


_RESOLVE = _resolve(attention.c.attention_id == bindparam("id", type_=_UUID))
_RESOLVE_CAUSE = _resolve(attention.c.cause == bindparam("of_cause", type_=Text))
_RESOLVE_REQUESTS = _resolve(
    attention.c.conversation_id == bindparam("id", type_=_UUID), attention.c.reason == literal(HUMAN_REQUESTED, Text)
)
_TENANTS = statement(select(due_conversations.c.tenant_id).distinct())
_COUNT = statement(
    select(func.count().label("count"))
    .select_from(attention)
    .where(attention.c.tenant_id == bindparam("tenant_id", type_=Text), _open)
)


async def raise_attention(
    tx: Transaction, outbox: Outbox, conversation_id: uuid.UUID, reason: str, detail: str, cause: str
) -> None:
    """Write a record and its event, unless this cause was recorded before."""
    attention_id = uuid.uuid4()
    written = await tx.execute(
        _RAISE,
        attention_id=attention_id,
        tenant_id=tx.tenant_id,
        conversation_id=conversation_id,
        reason=reason,
        detail=detail[:2000],
        cause=cause,
    )
    if not written:
        return
    event = events_pb2.AttentionRaised(
        conversation_id=str(conversation_id), attention_id=str(attention_id), reason=reason
    )
    event.event_time.GetCurrentTime()
    await outbox.add(tx, "sales.agent.v1.attention_raised", event)


async def resolve(tx: Transaction, attention_id: uuid.UUID, who: str) -> bool:
    """Somebody took care of it; False when it was resolved before, or is not there."""
    return await tx.execute(_RESOLVE, tenant=tx.tenant_id, id=attention_id, who=who) == 1


async def resolve_cause(tx: Transaction, cause: str) -> None:
    """What caused it is over by itself."""
    await tx.execute(_RESOLVE_CAUSE, tenant=tx.tenant_id, of_cause=cause, who="")


async def resolve_requests(tx: Transaction, conversation_id: uuid.UUID, who: str) -> None:
    """The customer asked for a person, and one has answered."""
    await tx.execute(_RESOLVE_REQUESTS, tenant=tx.tenant_id, id=conversation_id, who=who)


async def count_open(database: Database) -> int:
    """Open records of all tenants, counted tenant by tenant because nobody reads them without one."""
    count = 0
    for row in await database.fetch_all(_TENANTS):
        async with database.transaction(row["tenant_id"]) as tx:
            found = await tx.fetch_one(_COUNT, tenant_id=tx.tenant_id)
            count += found["count"] if found else 0
    return count
