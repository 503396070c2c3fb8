"""What forgetting a customer does to the rows of a conversation: texts go, counts and times stay."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sales.customers.v1 import events_pb2
from sqlalchemy import (
    BigInteger,
    DateTime,
    Text,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    literal,
    literal_column,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID, insert

from services.agent.tables import (
    attention,
    conversations,
    customer_names,
    deliveries,
    delivery_dispatch,
    due_conversations,
    messages,
    turn_steps,
    turns,
)
from services.common.db import Row, Statement, Transaction, statement

_UUID = UUID(as_uuid=True)
_TIME = DateTime(timezone=True)
_tenant = bindparam("tenant_id", type_=Text)
_id = bindparam("id", type_=_UUID)
_customer = bindparam("of_customer", type_=Text)
_forget_time = bindparam("forgotten_at", type_=_TIME)
_nothing: Any = literal_column("''")
_row = conversations.c


def _own(table: Any) -> tuple[Any, Any]:
    return table.c.tenant_id == _tenant, table.c.conversation_id == _id


def _blank(table: Any, *names: str) -> dict[str, Any]:
    """New values that say nothing, for columns of text and JSON."""
    return {name: null() if isinstance(table.c[name].type, JSONB) else _nothing for name in names}


def _conversations_of() -> Any:
    """Theirs by id; until a first turn has ended by whom the channel names, as the customer was found."""
    known_as = (
        func.unnest(bindparam("channels", type_=ARRAY(Text)), bindparam("external_ids", type_=ARRAY(Text)))
        .table_valued("channel", "external_id", name="known_as")
        .render_derived()
    )
    person = func.coalesce(func.nullif(_row.sender_id, _nothing), _row.external_chat_id)
    by_name = tuple_(_row.channel, person).in_(select(known_as.c.channel, known_as.c.external_id))
    return (
        select(_row.conversation_id)
        .where(_row.tenant_id == _tenant, _row.forget_time.is_(None), _row.create_time <= _forget_time)
        .where(or_(_row.customer_id == _customer, and_(_row.customer_id == _nothing, by_name)))
        .order_by(_row.conversation_id)
    )


_CONVERSATIONS_OF = statement(_conversations_of())


def _erase_name() -> Any:
    new = insert(customer_names).values(
        tenant_id=_tenant,
        customer_id=_customer,
        name=_nothing,
        language=_nothing,
        version=bindparam("version", type_=BigInteger),
    )
    # The language stays: reports count by it. No name that is told late counts any more.
    return new.on_conflict_do_update(
        index_elements=["tenant_id", "customer_id"], set_={"name": _nothing, "version": new.excluded.version}
    )


_ERASE_NAME = statement(_erase_name())


def _let_go() -> Any:
    """No chat leads here any more, and no job that has begun can move a watermark."""
    return (
        update(conversations)
        .where(*_own(conversations))
        .values(
            forget_time=_forget_time,
            customer_id=_customer,
            external_chat_id=cast(_row.conversation_id, Text),
            summary_through=_row.message_count,
            profile_through=_row.message_count,
            paused_until=None,
            pause_time=None,
            unread_count=literal_column("0"),
            **_blank(conversations, "sender_id", "display_name", "language_hint", "summary", "last_message"),
        )
    )


# Before the rows that whoever holds it writes: from here on nobody does.
_STOP = statement(delete(due_conversations).where(*_own(due_conversations)))


def _unsend() -> Any:
    """Whatever waits is not sent any more; what is being sent at this moment arrives."""
    own = select(deliveries.c.delivery_id).join(messages, messages.c.message_id == deliveries.c.message_id)
    return (
        delete(delivery_dispatch)
        .where(delivery_dispatch.c.tenant_id == _tenant)
        .where(delivery_dispatch.c.delivery_id.in_(own.where(*_own(messages), deliveries.c.tenant_id == _tenant)))
        .returning(delivery_dispatch.c.delivery_id)
    )


_UNSEND = statement(_unsend())

_turns_of: Any = select(turns.c.turn_id).where(*_own(turns))
_messages_of: Any = select(messages.c.message_id).where(*_own(messages))
_ERASE: Sequence[Statement] = tuple(
    statement(erasing)
    for erasing in (
        update(deliveries)
        .where(deliveries.c.tenant_id == _tenant, deliveries.c.message_id.in_(_messages_of))
        .values(
            state=case(
                (deliveries.c.state == literal("pending", Text), literal("withdrawn", Text)), else_=deliveries.c.state
            ),
            **_blank(deliveries, "content", "error", "external_message_id"),
        ),
        delete(turn_steps).where(turn_steps.c.tenant_id == _tenant, turn_steps.c.turn_id.in_(_turns_of)),
        update(turns)
        .where(*_own(turns))
        .values(
            state=case((turns.c.state == literal("running", Text), literal("failed", Text)), else_=turns.c.state),
            end_time=func.coalesce(turns.c.end_time, func.now()),
            **_blank(turns, "transcript", "tool_calls", "verdicts", "incidents", "replies", "error"),
        ),
        update(attention)
        .where(*_own(attention))
        .values(resolve_time=func.coalesce(attention.c.resolve_time, func.now()), **_blank(attention, "detail")),
        update(messages)
        .where(*_own(messages))
        # Ids of deliveries stay: one that is repeated is a duplicate also now.
        .where(~and_(messages.c.pending, messages.c.create_time > _forget_time))
        .values(pending=False, **_blank(messages, "content", "external_message_id")),
    )
)
_LET_GO = statement(_let_go())


def _move() -> Any:
    """A new conversation of the same chat, with what was written since and waits for an answer; due at once."""
    new_id = bindparam("new_id", type_=_UUID)
    fields = ("channel", "channel_account_id", "external_chat_id", "sender_id", "display_name", "language_hint")
    values: dict[str, Any] = {name: bindparam(name, type_=Text) for name in fields}
    later = (
        update(messages)
        .where(*_own(messages), messages.c.pending)
        .values(conversation_id=new_id)
        .returning(messages.c.position, messages.c.content)
        .cte("later")
    )
    count = select(func.count()).select_from(later).scalar_subquery()
    columns: dict[str, Any] = {
        "conversation_id": new_id,
        "tenant_id": _tenant,
        **values,
        "last_message": later.c.content,
        "last_message_role": literal("customer", Text),
        "hour_count": count,
        "unread_count": count,
    }
    conversation = (
        insert(conversations)
        .from_select(list(columns), select(*columns.values()).order_by(later.c.position.desc()).limit(1))
        .returning(_row.conversation_id)
        .cte("conversation")
    )
    due = insert(due_conversations).from_select(
        ["conversation_id", "tenant_id", "due_time", "first_pending_time", "arrivals"],
        select(conversation.c.conversation_id, _tenant, func.now(), func.now(), cast(count, BigInteger)),
    )
    return select(conversation.c.conversation_id).add_cte(due.cte("due"))


_MOVE = statement(_move())


def _moment(event: events_pb2.CustomerForgotten) -> datetime:
    return event.forget_time.ToDatetime(UTC)


async def conversations_of(tx: Transaction, event: events_pb2.CustomerForgotten) -> list[uuid.UUID]:
    """Conversations of the forgotten customer that hold anything yet; none that began later."""
    rows = await tx.fetch_all(
        _CONVERSATIONS_OF,
        tenant_id=tx.tenant_id,
        of_customer=event.customer_id,
        forgotten_at=_moment(event),
        channels=[one.channel for one in event.identities],
        external_ids=[one.external_id for one in event.identities],
    )
    return [row["conversation_id"] for row in rows]


async def erase_name(tx: Transaction, event: events_pb2.CustomerForgotten) -> None:
    await tx.execute(_ERASE_NAME, tenant_id=tx.tenant_id, of_customer=event.customer_id, version=event.version)


async def erase(tx: Transaction, conversation: Row, event: events_pb2.CustomerForgotten) -> list[uuid.UUID]:
    """Everything in a locked conversation but what was written later; the deliveries that are not sent any more."""
    own: dict[str, Any] = {"tenant_id": tx.tenant_id, "id": conversation["conversation_id"]}
    await tx.execute(_STOP, **own)
    unsent = [row["delivery_id"] for row in await tx.fetch_all(_UNSEND, **own)]
    for erasing in _ERASE:
        more = {"forgotten_at": _moment(event)} if "forgotten_at" in erasing.names else {}
        await tx.execute(erasing, **own, **more)
    await tx.execute(_LET_GO, of_customer=event.customer_id, forgotten_at=_moment(event), **own)
    return unsent


async def move_later_messages(
    tx: Transaction, conversation: Row, event: events_pb2.CustomerForgotten
) -> uuid.UUID | None:
    """Give what the person wrote since, and nobody has answered, a conversation of its own; None when there is none.

    conversation: as it was before it was erased.
    """
    chat = ("channel", "channel_account_id", "external_chat_id", "sender_id", "display_name", "language_hint")
    row = await tx.fetch_one(
        _MOVE,
        tenant_id=tx.tenant_id,
        id=conversation["conversation_id"],
        new_id=uuid.uuid4(),
        **{name: conversation[name] for name in chat},
    )
    return row["conversation_id"] if row else None
