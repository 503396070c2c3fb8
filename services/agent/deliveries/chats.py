"""Where deliveries go: the chats and accounts of what is queued, when they move, end or have to wait."""

import uuid
from datetime import timedelta
from typing import Any

from sqlalchemy import Interval, Text, bindparam, exists, func, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.tables import conversations, delivery_dispatch, delivery_parks
from services.common.db import Database, Transaction, statement

_UUID = UUID(as_uuid=True)
_queue = delivery_dispatch.c

_new_park = insert(delivery_parks).values(
    tenant_id=bindparam("tenant_id", type_=Text),
    channel_account_id=bindparam("channel_account_id", type_=Text),
    until_time=func.now() + bindparam("delay", type_=Interval),
)
_PARK = statement(
    _new_park.on_conflict_do_update(
        index_elements=["tenant_id", "channel_account_id"],
        set_={"until_time": func.greatest(delivery_parks.c.until_time, _new_park.excluded.until_time)},
    )
)

_CHAT = statement(
    select(_queue.channel_account_id, _queue.external_chat_id)
    .where(_queue.delivery_id == bindparam("delivery_id", type_=_UUID))
    .where(_queue.tenant_id == bindparam("tenant_id", type_=Text))
)

_CHAT_QUEUE = statement(
    select(_queue.delivery_id, _queue.attempt).where(
        _queue.tenant_id == bindparam("tenant_id", type_=Text),
        _queue.channel_account_id == bindparam("channel_account_id", type_=Text),
        _queue.external_chat_id == bindparam("external_chat_id", type_=Text),
    )
)

_MOVE_QUEUE = statement(
    update(delivery_dispatch)
    .where(
        _queue.tenant_id == bindparam("tenant_id", type_=Text),
        _queue.channel_account_id == bindparam("account", type_=Text),
        _queue.external_chat_id == bindparam("old_chat", type_=Text),
    )
    .values(external_chat_id=bindparam("new_chat", type_=Text), lease_until=None, due_time=func.now())
)


def _move_conversation() -> Any:
    taken = conversations.alias("taken")
    return (
        update(conversations)
        .where(
            conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
            conversations.c.channel_account_id == bindparam("account", type_=Text),
            conversations.c.external_chat_id == bindparam("old_chat", type_=Text),
            ~exists(
                select(taken.c.conversation_id).where(
                    taken.c.tenant_id == bindparam("tenant_id", type_=Text),
                    taken.c.channel_account_id == bindparam("account", type_=Text),
                    taken.c.external_chat_id == bindparam("new_chat", type_=Text),
                )
            ),
        )
        .values(external_chat_id=bindparam("new_chat", type_=Text))
        .returning(conversations.c.conversation_id)
    )


_MOVE_CONVERSATION = statement(_move_conversation())


async def park_account(database: Database, tenant_id: str, channel_account_id: str, delay: timedelta) -> None:
    """Lease nothing of this account for a while."""
    await database.execute(_PARK, tenant_id=tenant_id, channel_account_id=channel_account_id, delay=delay)


async def chat_of(tx: Transaction, delivery_id: uuid.UUID) -> tuple[str, str] | None:
    """Account and chat of a delivery that is still in the queue."""
    row = await tx.fetch_one(_CHAT, tenant_id=tx.tenant_id, delivery_id=delivery_id)
    return (row["channel_account_id"], row["external_chat_id"]) if row else None


async def queue_of_chat(tx: Transaction, account: str, chat: str) -> list[tuple[uuid.UUID, int]]:
    """All deliveries of a chat with their current attempt."""
    rows = await tx.fetch_all(_CHAT_QUEUE, tenant_id=tx.tenant_id, channel_account_id=account, external_chat_id=chat)
    return [(row["delivery_id"], row["attempt"]) for row in rows]


async def move_chat(tx: Transaction, account: str, old_chat: str, new_chat: str) -> bool:
    """A chat has a new id at its channel: move its conversation and what is queued, unless the new one has some."""
    move = {"tenant_id": tx.tenant_id, "account": account, "old_chat": old_chat, "new_chat": new_chat}
    if await tx.fetch_one(_MOVE_CONVERSATION, **move) is None:
        return False
    await tx.execute(_MOVE_QUEUE, **move)
    return True
