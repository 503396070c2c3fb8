"""Reading conversations and their messages, for people."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Integer,
    Select,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.agent.conversations import search
from services.agent.tables import (
    attention,
    conversations,
    customer_names,
    deliveries,
    delivery_dispatch,
    due_conversations,
    messages,
    turns,
)
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_TIME = DateTime(timezone=True)
_tenant = bindparam("tenant_id", type_=Text)
_row = conversations.c

BEFORE_ALL = (datetime(9999, 1, 1, tzinfo=UTC), uuid.UUID(int=2**128 - 1))
"""A position before the newest conversation."""
AGENT, NEEDS_PERSON, PERSON = "agent", "needs_person", "person"
"""Who answers a conversation."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which conversations; every condition that is given must hold.

    query: see `search`; chat: its id at the channel; handlers: any of AGENT, NEEDS_PERSON, PERSON.
    """

    query: str = ""
    chat: str = ""
    channel: str = ""
    handlers: tuple[str, ...] = ()
    unread: bool = False


# What belongs to a conversation is looked up for the rows that are shown. Joined, it would be read for all
# conversations of the tenant, and the page sorted out of them.
_customer_name = (
    select(customer_names.c.name)
    .where(customer_names.c.tenant_id == _tenant, customer_names.c.customer_id == _row.customer_id)
    .correlate(conversations)
    .scalar_subquery()
)
_open_matters = (
    select(func.count())
    .where(attention.c.tenant_id == _tenant, attention.c.conversation_id == _row.conversation_id)
    .where(attention.c.resolve_time.is_(None))
    .correlate(conversations)
    .scalar_subquery()
)
_due = due_conversations.c
_answering = exists(
    select(literal_column("1"))
    .where(_due.conversation_id == _row.conversation_id, _due.lease_until > func.now())
    # Silenced turns have been given up, whatever is left of their lease.
    .where(_due.paused_until.is_(None))
    .correlate(conversations)
)


def _conversations() -> Select[Any]:
    """Conversations with their customer's name, open matters and whether a turn runs."""
    return select(
        conversations,
        func.coalesce(_customer_name, literal("", Text)).label("customer_name"),
        _open_matters.label("open_attention_count"),
        _answering.label("answering"),
    ).where(_row.tenant_id == _tenant)


def _page() -> Select[Any]:
    """Each condition that is not given is true of every row: one plan serves all, along the index by activity."""
    handlers = bindparam("handlers", type_=ARRAY(Text))
    handler = case(
        (_row.paused_until.is_not(None), literal(PERSON, Text)),
        (_open_matters > 0, literal(NEEDS_PERSON, Text)),
        else_=literal(AGENT, Text),
    )
    conditions = [
        or_(given == literal("", Text), column == given)
        for column, given in (
            (_row.external_chat_id, bindparam("chat", type_=Text)),
            (_row.channel, bindparam("channel", type_=Text)),
        )
    ]
    return (
        _conversations()
        .where(
            tuple_(_row.last_message_time, _row.conversation_id)
            < tuple_(bindparam("before_time", type_=_TIME), bindparam("before_id", type_=_UUID))
        )
        .where(*conditions, _row.forget_time.is_(None))
        .where(or_(~bindparam("unread", type_=Boolean), _row.unread_count > 0))
        .where(or_(func.cardinality(handlers) == 0, handler == func.any(handlers)))
        .where(search.holds(bindparam("query", type_=Text), _customer_name))
        .order_by(_row.last_message_time.desc(), _row.conversation_id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_PAGE = statement(_page())
_CONVERSATION = statement(_conversations().where(_row.conversation_id == bindparam("conversation_id", type_=_UUID)))
_MESSAGES = statement(
    select(messages)
    .where(messages.c.tenant_id == _tenant)
    .where(messages.c.conversation_id == bindparam("conversation_id", type_=_UUID))
    .where(messages.c.position < bindparam("before", type_=messages.c.position.type))
    .order_by(messages.c.position.desc())
    .limit(bindparam("limit", type_=Integer))
)
_leased = delivery_dispatch.c.lease_until.is_not(None)
_DELIVERIES = statement(
    select(
        deliveries.c.delivery_id,
        deliveries.c.message_id,
        deliveries.c.content,
        case(
            (and_(deliveries.c.state == literal("pending", Text), _leased), literal("sending", Text)),
            else_=deliveries.c.state,
        ).label("state"),
        func.coalesce(delivery_dispatch.c.attempt, deliveries.c.attempts).label("attempts"),
        or_(deliveries.c.uncertain, func.coalesce(delivery_dispatch.c.uncertain_count, 0) > 0).label("uncertain"),
        deliveries.c.external_message_id,
        deliveries.c.error,
    )
    .select_from(deliveries.outerjoin(delivery_dispatch, delivery_dispatch.c.delivery_id == deliveries.c.delivery_id))
    .where(deliveries.c.tenant_id == _tenant)
    .where(deliveries.c.message_id == func.any(bindparam("message_ids", type_=ARRAY(_UUID))))
    .order_by(deliveries.c.message_id, deliveries.c.part)
)
# A turn's reply stands at the place where its count ends; what else was said in its course (that it takes a while)
# stands before it, or has no place.
_TOOL_CALLS = statement(
    select(messages.c.message_id, turns.c.tool_calls)
    .select_from(
        messages.join(turns, and_(turns.c.turn_id == messages.c.turn_id, turns.c.count_after == messages.c.ordinal))
    )
    .where(messages.c.tenant_id == _tenant, turns.c.tenant_id == _tenant, turns.c.tool_calls.is_not(None))
    .where(messages.c.message_id == func.any(bindparam("message_ids", type_=ARRAY(_UUID))))
)


async def list_conversations(
    tx: Transaction, wanted: Filter, before: tuple[datetime, uuid.UUID], limit: int
) -> list[Row]:
    """Latest activity first, from behind `before`."""
    return await tx.fetch_all(
        _PAGE,
        tenant_id=tx.tenant_id,
        query=wanted.query,
        chat=wanted.chat,
        channel=wanted.channel,
        handlers=list(wanted.handlers),
        unread=wanted.unread,
        before_time=before[0],
        before_id=before[1],
        limit=limit,
    )


async def get_conversation(tx: Transaction, conversation_id: uuid.UUID) -> Row | None:
    return await tx.fetch_one(_CONVERSATION, tenant_id=tx.tenant_id, conversation_id=conversation_id)


async def list_messages(tx: Transaction, conversation_id: uuid.UUID, before: int, limit: int) -> list[Row]:
    """Newest first, from below position `before`."""
    return await tx.fetch_all(
        _MESSAGES, tenant_id=tx.tenant_id, conversation_id=conversation_id, before=before, limit=limit
    )


async def list_deliveries(tx: Transaction, message_ids: list[uuid.UUID]) -> list[Row]:
    return await tx.fetch_all(_DELIVERIES, tenant_id=tx.tenant_id, message_ids=message_ids)


async def list_tool_calls(tx: Transaction, message_ids: list[uuid.UUID]) -> dict[uuid.UUID, list[dict[str, Any]]]:
    """What the agent did to come to each of these replies, by message."""
    rows = await tx.fetch_all(_TOOL_CALLS, tenant_id=tx.tenant_id, message_ids=message_ids)
    return {row["message_id"]: row["tool_calls"] for row in rows}
