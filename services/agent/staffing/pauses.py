"""Who has a conversation: staff take it over, and give it back or lose it by time.

Taking over silences the agent in one transaction: the epoch is raised, so that a turn that runs can neither journal nor
commit; what it had said and is not on its way is withdrawn; what is on its way is marked, so that it is not sent again.
"""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    DateTime,
    Integer,
    Interval,
    Text,
    bindparam,
    case,
    delete,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.conversations.history import PAUSED, RESUMED, RESUMED_BY_TIME, UNSENT, UNSURE
from services.agent.staffing import interruption, messages
from services.agent.tables import conversations, deliveries, delivery_dispatch, due_conversations
from services.common.db import Database, Row, Transaction, statement
from services.common.outbox import Outbox

_UUID = UUID(as_uuid=True)
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
_tenant = bindparam("tenant_id", type_=Text)
_id = bindparam("id", type_=_UUID)
_own = (conversations.c.tenant_id == _tenant, conversations.c.conversation_id == _id)
_due = due_conversations.c
_queue = delivery_dispatch.c
_until = func.now() + bindparam("pause", type_=Interval)

_LOCK_DUE = statement(
    select(_due.turn_id, _due.lease_until)
    .where(_due.tenant_id == _tenant, _due.conversation_id == _id)
    .with_for_update()
)
_PAUSE = statement(
    update(conversations)
    .where(*_own)
    .values(
        paused_until=_until,
        pause_time=func.coalesce(conversations.c.pause_time, func.now()),
        paused_by=case(
            (conversations.c.paused_until.is_not(None), conversations.c.paused_by),
            else_=bindparam("staff_name", type_=Text),
        ),
    )
)


def _silence() -> Any:
    """No worker claims it, and whoever holds it has lost it."""
    new = insert(due_conversations).values(conversation_id=_id, tenant_id=_tenant, paused_until=_until)
    return new.on_conflict_do_update(
        index_elements=["conversation_id"],
        set_={
            "paused_until": new.excluded.paused_until,
            "due_time": None,
            "lease_until": None,
            "epoch": _due.epoch + 1,
        },
    )


_SILENCE = statement(_silence())

_ANSWERED = statement(
    update(due_conversations)
    .where(_due.tenant_id == _tenant, _due.conversation_id == _id)
    .values(turn_id=None, attempts=0, holding_sent=False, first_pending_time=None)
)

_chat = (
    _queue.tenant_id == _tenant,
    _queue.channel_account_id == bindparam("channel_account_id", type_=Text),
    _queue.external_chat_id == bindparam("external_chat_id", type_=Text),
)
_MARK_WITHDRAWN = statement(update(delivery_dispatch).where(*_chat, _queue.from_agent).values(withdrawn=True))


def _withdraw() -> Any:
    left = (
        delete(delivery_dispatch)
        .where(*_chat, _queue.withdrawn, _queue.lease_until.is_(None))
        .returning(_queue.delivery_id, _queue.attempt, _queue.uncertain_count)
        .cte("left_queue")
    )
    return (
        update(deliveries)
        .where(deliveries.c.tenant_id == _tenant, deliveries.c.delivery_id == left.c.delivery_id)
        .values(
            state=literal("withdrawn", Text),
            attempts=left.c.attempt,
            uncertain=left.c.uncertain_count > 0,
            update_time=func.now(),
        )
        .returning(deliveries.c.delivery_id, deliveries.c.uncertain)
    )


_WITHDRAW = statement(_withdraw())

_UNPAUSE = statement(update(conversations).where(*_own).values(paused_until=None, pause_time=None, paused_by=""))


def _wake() -> Any:
    """Due at once if anything waits for an answer. A turn that was stopped goes on, so this is not its first try."""
    waits = or_(bindparam("waits", type_=Boolean), _due.turn_id.is_not(None))
    return (
        update(due_conversations)
        .where(_due.tenant_id == _tenant, _due.conversation_id == _id)
        .values(
            paused_until=None,
            due_time=case((waits, func.now()), else_=null()),
            first_pending_time=case((waits, func.now()), else_=null()),
            attempts=case((_due.turn_id.is_not(None), literal(1, Integer)), else_=literal(0, Integer)),
        )
        .returning(_due.due_time, _due.turn_id)
    )


_WAKE = statement(_wake())

_EXPIRED = statement(
    select(_due.paused_until, _due.conversation_id, _due.tenant_id)
    .where(_due.paused_until <= func.now())
    .where(
        tuple_(_due.paused_until, _due.conversation_id)
        > tuple_(bindparam("after_time", type_=DateTime(timezone=True)), bindparam("after_id", type_=_UUID))
    )
    .order_by(_due.paused_until, _due.conversation_id)
    .limit(bindparam("limit", type_=Integer))
)
_IS_EXPIRED = statement(
    select(_due.conversation_id).where(
        _due.tenant_id == _tenant, _due.conversation_id == _id, _due.paused_until <= func.now()
    )
)


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A conversation that staff have. stopped: a turn was running; turn_id: of one that is not ended, running or not;
    withdrawn: deliveries that will not be sent."""

    stopped: bool
    turn_id: uuid.UUID | None
    withdrawn: tuple[uuid.UUID, ...] = ()


async def take_over(tx: Transaction, outbox: Outbox, conversation: Row, staff_name: str, pause: timedelta) -> TakenOver:
    """Silence the agent in a conversation that is locked; one that staff have gets its time anew."""
    conversation_id = conversation["conversation_id"]
    due = await tx.fetch_one(_LOCK_DUE, tenant_id=tx.tenant_id, id=conversation_id)
    turn_id = due["turn_id"] if due else None
    await tx.execute(_PAUSE, tenant_id=tx.tenant_id, id=conversation_id, pause=pause, staff_name=staff_name)
    await tx.execute(_SILENCE, tenant_id=tx.tenant_id, id=conversation_id, pause=pause)
    if conversation["paused_until"] is not None:
        return TakenOver(stopped=False, turn_id=turn_id)
    withdrawn, kind = await _withdraw_replies(tx, conversation)
    await messages.say(
        tx,
        conversation,
        "event",
        "",
        ordinal=conversation["message_count"],
        staff_name=staff_name,
        kind=kind,
        event=PAUSED,
    )
    if turn_id is not None:
        await interruption.call_person(tx, outbox, conversation_id, turn_id)
    stopped = due is not None and due["lease_until"] is not None
    return TakenOver(stopped, turn_id, withdrawn)


async def _withdraw_replies(tx: Transaction, conversation: Row) -> tuple[tuple[uuid.UUID, ...], str]:
    """First all are marked, which waits for a lease that is just being taken; then those without one are removed.

    These, and the kind of the event: one that was tried without a clear answer may have reached the customer.
    """
    chat = {name: conversation[name] for name in ("channel_account_id", "external_chat_id")}
    if not await tx.execute(_MARK_WITHDRAWN, tenant_id=tx.tenant_id, **chat):
        return (), ""
    rows = await tx.fetch_all(_WITHDRAW, tenant_id=tx.tenant_id, **chat)
    kind = UNSURE if any(row["uncertain"] for row in rows) else UNSENT if rows else ""
    return tuple(row["delivery_id"] for row in rows), kind


async def answered(tx: Transaction, conversation_id: uuid.UUID) -> None:
    """Nothing waits for the agent any more in a conversation that staff have."""
    await tx.execute(_ANSWERED, tenant_id=tx.tenant_id, id=conversation_id)


async def give_back(tx: Transaction, conversation: Row, *, staff_name: str = "") -> bool:
    """Return a locked conversation to the agent: by somebody, or by time. Whether it has something to answer."""
    conversation_id = conversation["conversation_id"]
    await tx.execute(_UNPAUSE, tenant_id=tx.tenant_id, id=conversation_id)
    waits = bool(await messages.pending(tx, conversation_id))
    row = await tx.fetch_one(_WAKE, tenant_id=tx.tenant_id, id=conversation_id, waits=waits)
    await messages.say(
        tx,
        conversation,
        "event",
        "",
        ordinal=conversation["message_count"],
        staff_name=staff_name,
        kind="",
        event=RESUMED if staff_name else RESUMED_BY_TIME,
    )
    if row is None:
        return False
    if row["turn_id"] is not None:
        await interruption.goes_on(tx, row["turn_id"])
    return row["due_time"] is not None


@dataclass(frozen=True, slots=True)
class Expired:
    """A pause whose time is over."""

    end: datetime
    conversation_id: uuid.UUID
    tenant_id: str


async def expired(database: Database, limit: int, after: Expired | None = None) -> list[Expired]:
    """Pauses whose time is over, the longest first; those that come after one, if it is given."""
    end, conversation_id = (after.end, after.conversation_id) if after else (_BEFORE_ALL, uuid.UUID(int=0))
    rows = await database.fetch_all(_EXPIRED, limit=limit, after_time=end, after_id=conversation_id)
    return [Expired(row["paused_until"], row["conversation_id"], row["tenant_id"]) for row in rows]


async def is_expired(tx: Transaction, conversation_id: uuid.UUID) -> bool:
    """Whether the pause of a locked conversation is still one whose time is over."""
    return await tx.fetch_one(_IS_EXPIRED, tenant_id=tx.tenant_id, id=conversation_id) is not None
