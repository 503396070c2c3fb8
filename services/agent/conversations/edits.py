"""Edits of messages: before a turn has taken the message they replace its text, each delivery once."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import DateTime, Text, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.conversations.accept import Accepted, find
from services.agent.tables import conversations, due_conversations, message_edits, messages
from services.common.db import Transaction, statement

_UUID = UUID(as_uuid=True)


def _lock_chat() -> Any:
    """Conversation first, then its due row, in the order in which accepting and committing lock them."""
    chat = (
        select(conversations.c.conversation_id)
        .where(
            conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
            conversations.c.channel_account_id == bindparam("channel_account_id", type_=Text),
            conversations.c.external_chat_id == bindparam("external_chat_id", type_=Text),
        )
        .with_for_update(key_share=True)
        .cte("chat")
    )
    due = due_conversations.c
    return (
        select(due.conversation_id, due.turn_id)
        .select_from(due_conversations.join(chat, due.conversation_id == chat.c.conversation_id))
        .with_for_update(of=due_conversations)
    )


_LOCK_CHAT = statement(_lock_chat())


def _replace() -> Any:
    tenant_id = bindparam("tenant_id", type_=Text)
    account = bindparam("channel_account_id", type_=Text)
    send_time = func.coalesce(bindparam("send_time", type_=DateTime(timezone=True)), func.now())
    target = (
        select(messages.c.message_id, messages.c.conversation_id)
        .where(
            messages.c.tenant_id == tenant_id,
            messages.c.conversation_id == bindparam("conversation_id", type_=_UUID),
            messages.c.external_message_id == bindparam("external_message_id", type_=Text),
            messages.c.pending,
        )
        .order_by(messages.c.position.desc())
        .limit(1)
        .cte("target")
    )
    noted = (
        insert(message_edits)
        .from_select(
            ["channel_account_id", "delivery_id", "tenant_id", "conversation_id", "message_id"],
            select(
                account,
                bindparam("delivery_id", type_=Text),
                tenant_id,
                target.c.conversation_id,
                target.c.message_id,
            ),
        )
        .cte("noted")
    )
    replaced = (
        update(messages)
        .where(messages.c.tenant_id == tenant_id, messages.c.message_id == target.c.message_id)
        # An older edit that comes after a newer one is noted, and the newer text stays.
        .where(or_(messages.c.edit_time.is_(None), messages.c.edit_time <= send_time))
        .values(content=bindparam("content", type_=Text), edit_time=send_time)
        .cte("replaced")
    )
    return select(target.c.conversation_id, target.c.message_id).add_cte(noted, replaced)


_REPLACE = statement(_replace())


async def replace_pending_text(
    tx: Transaction, message: Mapping[str, Any], send_time: datetime | None
) -> Accepted | None:
    """Put an edit's text in place of the message's; None when a turn has taken that, or it was never accepted.

    message: the values of a NewMessage; send_time: when the edit was written, as far as the channel told. The chat
    stays locked until the transaction ends: a worker claims it either before, and then the edit is a message of its
    own, or afterwards, and then it reads the new text. A delivery that was accepted before, as whatever, is a
    duplicate.
    """
    chat = await tx.fetch_one(
        _LOCK_CHAT,
        tenant_id=tx.tenant_id,
        channel_account_id=message["channel_account_id"],
        external_chat_id=message["external_chat_id"],
    )
    known = await find(tx, message["channel_account_id"], message["delivery_id"])
    if known or chat is None or chat["turn_id"] is not None or not message["external_message_id"]:
        return known
    row = await tx.fetch_one(
        _REPLACE,
        tenant_id=tx.tenant_id,
        conversation_id=chat["conversation_id"],
        send_time=send_time,
        **{name: message[name] for name in ("channel_account_id", "delivery_id", "external_message_id", "content")},
    )
    return Accepted(row["conversation_id"], row["message_id"], duplicate=False) if row else None
