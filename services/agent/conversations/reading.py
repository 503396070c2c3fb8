"""Reading conversations, messages and turns, for people."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Integer, Text, and_, bindparam, case, func, literal, or_, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.agent.tables import (
    conversations,
    deliveries,
    delivery_dispatch,
    messages,
    system_prompts,
    turn_steps,
    turns,
)
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_TIME = DateTime(timezone=True)
_tenant = bindparam("tenant_id", type_=Text)

BEFORE_ALL = (datetime(9999, 1, 1, tzinfo=UTC), uuid.UUID(int=2**128 - 1))
"""A position before the newest conversation."""


def _turn_columns() -> list[Any]:
    return [column for column in turns.c if column.name != "transcript"]


_CONVERSATIONS = statement(
    select(conversations)
    .where(conversations.c.tenant_id == _tenant)
    .where(
        tuple_(conversations.c.last_message_time, conversations.c.conversation_id)
        < tuple_(bindparam("before_time", type_=_TIME), bindparam("before_id", type_=_UUID))
    )
    .where(
        or_(
            bindparam("chat", type_=Text) == literal("", Text),
            conversations.c.external_chat_id == bindparam("chat", type_=Text),
        )
    )
    .order_by(conversations.c.last_message_time.desc(), conversations.c.conversation_id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_CONVERSATION = statement(
    select(conversations)
    .where(conversations.c.tenant_id == _tenant)
    .where(conversations.c.conversation_id == bindparam("conversation_id", type_=_UUID))
)
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
_TURN = statement(
    select(
        *_turn_columns(),
        system_prompts.c.content.label("system_prompt"),
        conversations.c.external_chat_id,
        conversations.c.summary_through,
        conversations.c.profile_through,
    )
    .select_from(
        turns.join(conversations, conversations.c.conversation_id == turns.c.conversation_id).outerjoin(
            system_prompts,
            and_(system_prompts.c.tenant_id == turns.c.tenant_id, system_prompts.c.hash == turns.c.system_prompt_hash),
        )
    )
    .where(turns.c.tenant_id == _tenant, turns.c.turn_id == bindparam("turn_id", type_=_UUID))
)
_TURNS = statement(
    select(
        *_turn_columns(),
        conversations.c.external_chat_id,
        conversations.c.summary_through,
        conversations.c.profile_through,
    )
    .select_from(turns.join(conversations, conversations.c.conversation_id == turns.c.conversation_id))
    .where(turns.c.tenant_id == _tenant)
    .where(turns.c.conversation_id == bindparam("conversation_id", type_=_UUID))
    .where(turns.c.count_before < bindparam("before", type_=Integer))
    .order_by(turns.c.count_before.desc())
    .limit(bindparam("limit", type_=Integer))
)
_STEPS = statement(
    select(turn_steps)
    .where(turn_steps.c.tenant_id == _tenant, turn_steps.c.turn_id == bindparam("turn_id", type_=_UUID))
    .order_by(turn_steps.c.sequence)
)
_TRANSCRIPTS = statement(
    select(turns.c.transcript)
    .where(turns.c.tenant_id == _tenant)
    .where(turns.c.conversation_id == bindparam("conversation_id", type_=_UUID))
    .where(turns.c.count_after > bindparam("window_start", type_=Integer))
    .where(turns.c.count_after <= bindparam("count_before", type_=Integer), turns.c.transcript.is_not(None))
    .order_by(turns.c.count_after)
)
_MESSAGE_TURN = statement(
    select(messages.c.turn_id, messages.c.pending).where(
        messages.c.tenant_id == _tenant, messages.c.message_id == bindparam("message_id", type_=_UUID)
    )
)


async def list_conversations(tx: Transaction, before: tuple[datetime, uuid.UUID], chat: str, limit: int) -> list[Row]:
    """Latest activity first, from behind `before`; of one chat only, unless `chat` is empty."""
    return await tx.fetch_all(
        _CONVERSATIONS, tenant_id=tx.tenant_id, before_time=before[0], before_id=before[1], chat=chat, limit=limit
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


async def get_turn(tx: Transaction, turn_id: uuid.UUID) -> Row | None:
    return await tx.fetch_one(_TURN, tenant_id=tx.tenant_id, turn_id=turn_id)


async def list_turns(tx: Transaction, conversation_id: uuid.UUID, before: int, limit: int) -> list[Row]:
    """Newest first, those that began before message count `before`."""
    return await tx.fetch_all(
        _TURNS, tenant_id=tx.tenant_id, conversation_id=conversation_id, before=before, limit=limit
    )


async def list_steps(tx: Transaction, turn_id: uuid.UUID) -> list[Row]:
    return await tx.fetch_all(_STEPS, tenant_id=tx.tenant_id, turn_id=turn_id)


async def transcripts_before(tx: Transaction, turn: Row) -> list[list[dict[str, Any]]]:
    """The history that a turn's first request held."""
    rows = await tx.fetch_all(
        _TRANSCRIPTS,
        tenant_id=tx.tenant_id,
        conversation_id=turn["conversation_id"],
        window_start=turn["window_start"],
        count_before=turn["count_before"],
    )
    return [row["transcript"] for row in rows]


async def turn_of_message(tx: Transaction, message_id: uuid.UUID) -> Row | None:
    """turn_id and pending of a message."""
    return await tx.fetch_one(_MESSAGE_TURN, tenant_id=tx.tenant_id, message_id=message_id)
