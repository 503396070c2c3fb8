"""Messages that no turn says: of staff, notes, events, and what the platform tells of orders."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, func, literal, select, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.agent.deliveries.parts import ADDRESS, UNSENT_CHANNELS, part_values, queue_parts
from services.agent.deliveries.split import limit_of, split
from services.agent.guarded import insert_from
from services.agent.tables import conversations, messages
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_tenant = bindparam("tenant_id", type_=Text)
_own = (conversations.c.tenant_id == _tenant, conversations.c.conversation_id == bindparam("id", type_=_UUID))

_LOCK = statement(
    select(conversations).where(*_own, conversations.c.forget_time.is_(None)).with_for_update(key_share=True)
)

_SAY_VALUES: dict[str, Any] = {
    "role": Text,
    "kind": Text,
    "content": Text,
    "ordinal": Integer,
    "staff_name": Text,
    "event": Text,
}


def _say() -> Any:
    message_id = bindparam("message_id", type_=_UUID)
    guard = select(conversations.c.conversation_id).where(*_own).cte("guard")
    values = {name: bindparam(f"new_{name}", type_=type_) for name, type_ in _SAY_VALUES.items()}
    said = (
        insert_from(
            messages,
            {"message_id": message_id, "tenant_id": _tenant, "conversation_id": guard.c.conversation_id, **values},
            guard,
        )
        .returning(messages.c.position)
        .cte("said")
    )
    return select(said.c.position).add_cte(*queue_parts(guard, _tenant, message_id, from_agent=False))


_SAY = statement(_say())

_MESSAGE = statement(
    select(messages).where(
        messages.c.tenant_id == _tenant,
        messages.c.conversation_id == bindparam("id", type_=_UUID),
        messages.c.message_id == bindparam("message_id", type_=_UUID),
    )
)
_PENDING = statement(
    select(messages.c.message_id)
    .where(messages.c.tenant_id == _tenant, messages.c.conversation_id == bindparam("id", type_=_UUID))
    .where(messages.c.pending)
    .order_by(messages.c.position)
)
_taken = bindparam("message_ids", type_=ARRAY(_UUID))
_CONSUME = statement(
    update(messages)
    .where(messages.c.tenant_id == _tenant, messages.c.conversation_id == bindparam("id", type_=_UUID))
    .where(messages.c.message_id == func.any(_taken), messages.c.pending)
    .values(
        pending=False,
        turn_id=bindparam("taken_by", type_=_UUID),
        ordinal=bindparam("count_before", type_=Integer) + func.array_position(_taken, messages.c.message_id),
    )
)
_SHOW_LAST = statement(
    update(conversations)
    .where(*_own)
    .values(
        last_message=bindparam("text", type_=Text),
        last_message_role=bindparam("role", type_=Text),
        last_message_time=func.now(),
        message_count=bindparam("count", type_=Integer),
    )
)


def _read() -> Any:
    """Whoever has seen a message has seen those before it."""
    position = func.greatest(conversations.c.read_position, bindparam("position", type_=BigInteger))
    unread = (
        select(func.count())
        .where(messages.c.tenant_id == _tenant, messages.c.conversation_id == conversations.c.conversation_id)
        .where(messages.c.position > position, messages.c.role == literal("customer", Text))
        .correlate(conversations)
        .scalar_subquery()
    )
    return update(conversations).where(*_own).values(read_position=position, unread_count=unread)


_READ = statement(_read())


@dataclass(frozen=True, slots=True)
class Said:
    """A message that was written: its place in the thread, and the parts that go out by delivery id."""

    message_id: uuid.UUID
    position: int
    texts: dict[uuid.UUID, str] = field(default_factory=dict)


async def lock(tx: Transaction, conversation_id: uuid.UUID) -> Row | None:
    """The conversation, locked until the transaction ends: neither accepted nor committed into meanwhile. None when
    there is none, or its customer was forgotten."""
    return await tx.fetch_one(_LOCK, tenant_id=tx.tenant_id, id=conversation_id)


async def say(
    tx: Transaction,
    conversation: Row,
    role: str,
    content: str,
    *,
    ordinal: int | None,
    staff_name: str = "",
    kind: str = "text",
    event: str = "",
    sent: bool = False,
) -> Said:
    """Write a message; with `sent` it goes to the customer behind whatever is on its way."""
    queued = sent and conversation["channel"] not in UNSENT_CHANNELS
    parts = split(content, limit_of(conversation["channel"])) if sent else []
    said = Said(uuid.uuid4(), 0, {uuid.uuid4(): part for part in parts})
    row = await tx.fetch_one(
        _SAY,
        tenant_id=tx.tenant_id,
        id=conversation["conversation_id"],
        message_id=said.message_id,
        new_role=role,
        new_kind=kind,
        new_content=content,
        new_ordinal=ordinal,
        new_staff_name=staff_name,
        new_event=event,
        **part_values(said.texts, queued=queued),
        **{name: conversation[name] for name in ADDRESS},
    )
    if row is None:
        raise AssertionError("the conversation is locked, so it is there")
    return Said(said.message_id, row["position"], said.texts if queued else {})


async def show_last(tx: Transaction, conversation: Row, role: str, text: str, count: int) -> None:
    """Make a message the conversation's latest, which now has `count` counted ones."""
    await tx.execute(
        _SHOW_LAST, tenant_id=tx.tenant_id, id=conversation["conversation_id"], text=text, role=role, count=count
    )


async def mark_read(tx: Transaction, conversation: Row, position: int) -> None:
    """Somebody has seen the conversation, which is locked, up to a message."""
    await tx.execute(_READ, tenant_id=tx.tenant_id, id=conversation["conversation_id"], position=position)


async def get(tx: Transaction, conversation_id: uuid.UUID, message_id: uuid.UUID) -> Row | None:
    return await tx.fetch_one(_MESSAGE, tenant_id=tx.tenant_id, id=conversation_id, message_id=message_id)


async def pending(tx: Transaction, conversation_id: uuid.UUID) -> list[uuid.UUID]:
    """The customer's messages that nobody has answered, oldest first."""
    rows = await tx.fetch_all(_PENDING, tenant_id=tx.tenant_id, id=conversation_id)
    return [row["message_id"] for row in rows]


async def consume(
    tx: Transaction,
    conversation_id: uuid.UUID,
    message_ids: Sequence[uuid.UUID],
    count_before: int,
    turn_id: uuid.UUID | None = None,
) -> int:
    """Count messages that waited as answered: by staff, or by a turn. The count after them."""
    if message_ids:
        await tx.execute(
            _CONSUME,
            tenant_id=tx.tenant_id,
            id=conversation_id,
            message_ids=list(message_ids),
            count_before=count_before,
            taken_by=turn_id,
        )
    return count_before + len(message_ids)
