"""Edits of messages: before a turn has taken the message they replace its text; those that change nothing are noted.

Channels tell of edits in which nothing changed that we see. Answered, such a one would be ordered a second time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Text, and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.conversations.accept import Accepted, find, said_under
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
        select(due.conversation_id, due.turn_id, due.due_time)
        .select_from(due_conversations.join(chat, due.conversation_id == chat.c.conversation_id))
        .with_for_update(of=due_conversations)
    )


_LOCK_CHAT = statement(_lock_chat())


def _settle() -> Any:
    tenant_id = bindparam("tenant_id", type_=Text)
    account = bindparam("channel_account_id", type_=Text)
    content = bindparam("content", type_=Text)
    send_time = func.coalesce(bindparam("send_time", type_=DateTime(timezone=True)), func.now())
    newest = _newest(tenant_id, content)
    settled = select(newest).where(or_(newest.c.same, newest.c.replaceable)).cte("settled")
    noted = (
        insert(message_edits)
        .from_select(
            ["channel_account_id", "delivery_id", "tenant_id", "conversation_id", "message_id"],
            select(
                account,
                bindparam("delivery_id", type_=Text),
                tenant_id,
                settled.c.conversation_id,
                settled.c.message_id,
            ),
        )
        .cte("noted")
    )
    replaced = (
        update(messages)
        .where(messages.c.tenant_id == tenant_id, messages.c.message_id == settled.c.message_id)
        # An older edit that comes after a newer one is noted, and the newer text stays.
        .where(settled.c.replaceable, or_(messages.c.edit_time.is_(None), messages.c.edit_time <= send_time))
        .values(content=content, edit_time=send_time)
        .cte("replaced")
    )
    return select(settled.c.conversation_id, settled.c.message_id, settled.c.replaceable).add_cte(noted, replaced)


def _newest(tenant_id: Any, content: Any) -> Any:
    """What was last said under a message's id, whether it says the same, and whether its text can be replaced."""
    return (
        select(
            messages.c.message_id,
            messages.c.conversation_id,
            and_(messages.c.kind == bindparam("kind", type_=Text), messages.c.content == content).label("same"),
            and_(messages.c.pending, bindparam("unclaimed", type_=Boolean)).label("replaceable"),
        )
        .where(
            messages.c.tenant_id == tenant_id,
            messages.c.conversation_id == bindparam("conversation_id", type_=_UUID),
            said_under(bindparam("external_message_id", type_=Text)),
        )
        # A message that is not an edit came first, also when it was accepted last.
        .order_by(messages.c.edited.desc(), messages.c.position.desc())
        .limit(1)
        .cte("newest")
    )


_SETTLE = statement(_settle())


async def settle(tx: Transaction, message: Mapping[str, Any], send_time: datetime | None) -> Accepted | None:
    """Put an edit's text in place of the message's, or note that it changes nothing.

    None when it is news: a turn has taken the message with another text, or the message was never accepted.

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
    if known or chat is None:
        return known
    names = ("channel_account_id", "delivery_id", "external_message_id", "kind", "content")
    row = await tx.fetch_one(
        _SETTLE,
        tenant_id=tx.tenant_id,
        conversation_id=chat["conversation_id"],
        unclaimed=chat["turn_id"] is None,
        send_time=send_time,
        **{name: message[name] for name in names},
    )
    if row is None:
        return None
    turn_due = row["replaceable"] and chat["due_time"] is not None
    return Accepted(row["conversation_id"], row["message_id"], duplicate=False, turn_due=turn_due)
