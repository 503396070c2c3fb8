"""Reading turns: how answers came about."""

import uuid
from typing import Any

from sqlalchemy import Integer, Text, and_, bindparam, select
from sqlalchemy.dialects.postgresql import UUID

from services.agent.tables import conversations, messages, system_prompts, turn_steps, turns
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_tenant = bindparam("tenant_id", type_=Text)


def _turn_columns() -> list[Any]:
    return [column for column in turns.c if column.name != "transcript"]


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
_MESSAGE_TURN = statement(
    select(messages.c.turn_id, messages.c.pending).where(
        messages.c.tenant_id == _tenant, messages.c.message_id == bindparam("message_id", type_=_UUID)
    )
)


async def get_turn(tx: Transaction, turn_id: uuid.UUID) -> Row | None:
    return await tx.fetch_one(_TURN, tenant_id=tx.tenant_id, turn_id=turn_id)


async def list_turns(tx: Transaction, conversation_id: uuid.UUID, before: int, limit: int) -> list[Row]:
    """Newest first, those that began before message count `before`."""
    return await tx.fetch_all(
        _TURNS, tenant_id=tx.tenant_id, conversation_id=conversation_id, before=before, limit=limit
    )


async def list_steps(tx: Transaction, turn_id: uuid.UUID) -> list[Row]:
    return await tx.fetch_all(_STEPS, tenant_id=tx.tenant_id, turn_id=turn_id)


async def turn_of_message(tx: Transaction, message_id: uuid.UUID) -> Row | None:
    """turn_id and pending of a message."""
    return await tx.fetch_one(_MESSAGE_TURN, tenant_id=tx.tenant_id, message_id=message_id)
