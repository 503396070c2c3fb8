"""Accepting a message: one statement that stores it, keeps its conversation and makes that due."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Interval,
    Text,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.tables import conversations, due_conversations, message_edits, messages
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of a message; `message_id` is that of the first acceptance when it is a duplicate.

    turn_due: whether a turn is due that will answer it; never of a duplicate.
    """

    conversation_id: uuid.UUID
    message_id: uuid.UUID
    duplicate: bool
    turn_due: bool


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message to accept.

    values: channel, channel_account_id, delivery_id, external_chat_id, external_message_id, sender_id, display_name,
    language_hint, kind, content, edited. With `pending` false it is stored and not answered; so is one whose edit came
    before it. It is due when nothing more has come for `silence`, at the latest `max_wait` after the first.
    """

    values: Mapping[str, Any]
    pending: bool
    silence: timedelta = timedelta()
    max_wait: timedelta = timedelta()


def _accept() -> Any:
    tenant_id = bindparam("tenant_id", type_=Text)
    account = bindparam("channel_account_id", type_=Text)
    delivery = bindparam("delivery_id", type_=Text)
    content = bindparam("content", type_=Text)
    same = (
        select(messages.c.message_id)
        .where(
            messages.c.tenant_id == tenant_id,
            messages.c.channel_account_id == account,
            messages.c.delivery_id == delivery,
        )
        .cte("same")
    )
    known = exists(select(same.c.message_id))
    new_conversation = insert(conversations).values(
        conversation_id=bindparam("conversation_id", type_=_UUID),
        tenant_id=tenant_id,
        channel=bindparam("channel", type_=Text),
        channel_account_id=account,
        external_chat_id=bindparam("external_chat_id", type_=Text),
        sender_id=bindparam("sender_id", type_=Text),
        display_name=bindparam("display_name", type_=Text),
        language_hint=bindparam("language_hint", type_=Text),
        last_message=content,
        last_message_role="customer",
        hour_count=1,
        unread_count=1,
    )
    given = new_conversation.excluded
    conversation = (
        new_conversation.on_conflict_do_update(
            constraint="conversations_chat_key",
            set_={
                # Updates of kinds that we do not know name nobody.
                "display_name": func.coalesce(
                    func.nullif(given.display_name, literal("", Text)), conversations.c.display_name
                ),
                "sender_id": given.sender_id,
                # Whoever writes can be reached again; a repeated delivery tells nothing new.
                "blocked": case((known, conversations.c.blocked), else_=literal_column("false")),
                "last_message": case((known, conversations.c.last_message), else_=given.last_message),
                "last_message_role": case((known, conversations.c.last_message_role), else_=literal("customer", Text)),
                **_hourly(known),
                "last_message_time": case((known, conversations.c.last_message_time), else_=func.now()),
                "unread_count": case(
                    (known, conversations.c.unread_count), else_=conversations.c.unread_count + literal_column("1")
                ),
            },
        )
        .returning(conversations.c.conversation_id)
        .cte("conversation")
    )
    message = (
        insert(messages)
        .from_select(
            [
                "message_id",
                "tenant_id",
                "conversation_id",
                "role",
                "kind",
                "content",
                "edited",
                "pending",
                "channel_account_id",
                "delivery_id",
                "external_message_id",
            ],
            select(
                bindparam("message_id", type_=_UUID),
                tenant_id,
                conversation.c.conversation_id,
                literal("customer", Text),
                bindparam("kind", type_=Text),
                content,
                bindparam("edited", type_=Boolean),
                and_(bindparam("pending", type_=Boolean), ~_outdated(tenant_id, conversation)),
                account,
                delivery,
                bindparam("external_message_id", type_=Text),
            ),
        )
        .on_conflict_do_nothing(constraint="messages_delivery_key")
        .returning(messages.c.message_id, messages.c.pending)
        .cte("message")
    )
    due = _due(tenant_id, conversation, message)
    # `same` is named here first: compiled inside an ON CONFLICT clause its table would lose the schema.
    return (
        select(conversation.c.conversation_id, message.c.message_id, due.c.due_time.is_not(None).label("turn_due"))
        .select_from(conversation.outerjoin(message, literal_column("true")).outerjoin(due, literal_column("true")))
        .add_cte(same)
    )


def _hourly(known: Any) -> dict[str, Any]:
    row = conversations.c
    expired = row.hour_start < func.now() - literal_column("interval '1 hour'")
    return {
        "hour_start": case((and_(~known, expired), func.now()), else_=row.hour_start),
        "hour_count": case((known, row.hour_count), (expired, literal_column("1")), else_=row.hour_count + 1),
    }


def said_under(external_message_id: Any) -> Any:
    """Messages that the channel gave this id: a message and its edits. Within a conversation they have an index."""
    own = messages.c.external_message_id
    return and_(own == external_message_id, own != literal_column("''"))


def _outdated(tenant_id: Any, conversation: Any) -> Any:
    """Whether the message is none but its own first version: its first delivery failed, and the edit came meanwhile."""
    edit = (
        select(messages.c.message_id)
        .where(
            messages.c.tenant_id == tenant_id,
            messages.c.conversation_id == conversation.c.conversation_id,
            said_under(bindparam("external_message_id", type_=Text)),
            messages.c.edited,
        )
        .correlate(conversation)
    )
    return and_(~bindparam("edited", type_=Boolean), exists(edit))


def _due(tenant_id: Any, conversation: Any, message: Any) -> Any:
    """Make the conversation due after the silence window, at the latest when the maximum wait is over.

    Gives when it is due, and no row when the message waits for no turn.
    """
    silence = bindparam("silence", type_=Interval)
    row = due_conversations.c
    new = insert(due_conversations).from_select(
        ["conversation_id", "tenant_id", "due_time", "first_pending_time", "arrivals"],
        select(
            conversation.c.conversation_id, tenant_id, func.now() + silence, func.now(), literal_column("1")
        ).select_from(conversation.join(message, message.c.pending)),
    )
    first_pending = func.coalesce(row.first_pending_time, func.now())
    updated = new.on_conflict_do_update(
        index_elements=["conversation_id"],
        set_={
            "arrivals": row.arrivals + 1,
            "first_pending_time": first_pending,
            # While staff have the conversation nobody else answers. While a turn runs (or waits for its retry), that
            # turn takes the message along.
            "due_time": case(
                (row.paused_until.is_not(None), row.due_time),
                (and_(row.due_time.is_not(None), row.turn_id.is_not(None)), row.due_time),
                else_=func.least(func.now() + silence, first_pending + bindparam("max_wait", type_=Interval)),
            ),
        },
    )
    return updated.returning(row.due_time).cte("due")


_ACCEPT = statement(_accept())


def _find() -> Any:
    """Where a delivery went: into a message, or into the text of one."""
    return union_all(
        *(
            select(table.c.message_id, table.c.conversation_id).where(
                table.c.tenant_id == bindparam("tenant_id", type_=Text),
                table.c.channel_account_id == bindparam("channel_account_id", type_=Text),
                table.c.delivery_id == bindparam("delivery_id", type_=Text),
            )
            for table in (messages, message_edits)
        )
    )


_FIND = statement(_find())

_SET_REACHABILITY = statement(
    update(conversations)
    .where(
        conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
        conversations.c.channel_account_id == bindparam("channel_account_id", type_=Text),
        conversations.c.external_chat_id == bindparam("external_chat_id", type_=Text),
    )
    .values(blocked=bindparam("blocked", type_=Boolean))
)


async def accept(tx: Transaction, messages: Sequence[NewMessage]) -> list[Accepted]:
    """Store each message once, by channel account and delivery id, and make its conversation due."""
    parameters = [
        {
            "tenant_id": tx.tenant_id,
            "conversation_id": uuid.uuid4(),
            "message_id": uuid.uuid4(),
            "pending": message.pending,
            "silence": message.silence,
            "max_wait": message.max_wait,
            **message.values,
        }
        for message in messages
    ]
    rows = await tx.fetch_each(_ACCEPT, parameters)
    return [await _accepted(tx, message, row) for message, row in zip(messages, rows, strict=True)]


async def _accepted(tx: Transaction, message: NewMessage, row: Row) -> Accepted:
    if row["message_id"] is not None:
        return Accepted(row["conversation_id"], row["message_id"], duplicate=False, turn_due=row["turn_due"])
    first = await find(tx, message.values["channel_account_id"], message.values["delivery_id"])
    if first is None:
        raise AssertionError("a message that conflicts exists")
    return first


async def find(tx: Transaction, channel_account_id: str, delivery_id: str) -> Accepted | None:
    """The message accepted under a delivery id, as a duplicate."""
    row = await tx.fetch_one(
        _FIND, tenant_id=tx.tenant_id, channel_account_id=channel_account_id, delivery_id=delivery_id
    )
    return Accepted(row["conversation_id"], row["message_id"], duplicate=True, turn_due=False) if row else None


async def set_reachability(tx: Transaction, channel_account_id: str, external_chat_id: str, *, blocked: bool) -> None:
    await tx.execute(
        _SET_REACHABILITY,
        tenant_id=tx.tenant_id,
        channel_account_id=channel_account_id,
        external_chat_id=external_chat_id,
        blocked=blocked,
    )
