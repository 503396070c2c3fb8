"""Who works on which conversation: claiming due ones, renewing leases, putting them off.

All of it runs on the narrow table `due_conversations`, for all tenants at once. A claim raises the epoch; whatever
a worker writes later is guarded by the epoch it claimed with, so a worker that lost its lease changes nothing.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, Interval, and_, bindparam, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.agent.tables import due_conversations
from services.common.db import Database, Statement, statement

_UUID = UUID(as_uuid=True)
_due = due_conversations.c


class LeaseLostError(Exception):
    """Another worker has claimed the conversation: stop, and change nothing."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A conversation that this worker may answer until its lease ends. attempts counts this one."""

    conversation_id: uuid.UUID
    tenant_id: str
    turn_id: uuid.UUID
    epoch: int
    attempts: int
    waiting_since: datetime
    holding_sent: bool


def _claim() -> Any:
    due = (
        select(_due.conversation_id)
        .where(_due.due_time <= func.now())
        .order_by(_due.due_time)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    lease_end = func.now() + bindparam("lease", type_=Interval)
    return (
        update(due_conversations)
        .where(_due.conversation_id == due.c.conversation_id)
        .values(
            due_time=lease_end,
            lease_until=lease_end,
            epoch=_due.epoch + 1,
            attempts=_due.attempts + 1,
            turn_id=func.coalesce(_due.turn_id, func.gen_random_uuid()),
        )
        .returning(
            _due.conversation_id,
            _due.tenant_id,
            _due.turn_id,
            _due.epoch,
            _due.attempts,
            func.coalesce(_due.first_pending_time, func.now()).label("waiting_since"),
            _due.holding_sent,
        )
    )


_CLAIM = statement(_claim())


def _renew(*, waiting: bool) -> Any:
    """Extend leases; without `waiting`, only of rows that nobody has locked at this moment."""
    held = (
        func.unnest(bindparam("conversation_ids", type_=ARRAY(_UUID)), bindparam("epochs", type_=ARRAY(BigInteger)))
        .table_valued("conversation_id", "epoch", name="held")
        .render_derived()
    )
    own = (
        select(_due.conversation_id)
        .join(held, and_(_due.conversation_id == held.c.conversation_id, _due.epoch == held.c.epoch))
        .where(_due.lease_until.is_not(None))
        .with_for_update(of=due_conversations, skip_locked=not waiting)
        .cte("own")
    )
    lease_end = func.now() + bindparam("lease", type_=Interval)
    return (
        update(due_conversations)
        .where(_due.conversation_id == own.c.conversation_id)
        .values(due_time=lease_end, lease_until=lease_end)
        .returning(_due.conversation_id)
    )


_RENEW_FREE = statement(_renew(waiting=False))
_RENEW = statement(_renew(waiting=True))

# A commit takes the turn's id away: what ended can neither be put off nor released.
_own_lease = and_(
    _due.conversation_id == bindparam("id", type_=_UUID),
    _due.epoch == bindparam("held_epoch", type_=BigInteger),
    _due.turn_id == bindparam("held_turn_id", type_=_UUID),
)

_PUT_OFF = statement(
    update(due_conversations)
    .where(_own_lease)
    .values(
        due_time=func.now() + bindparam("delay", type_=Interval),
        lease_until=None,
        # Never as if nobody had tried: whoever comes next reads the journal, and the orders anew.
        attempts=func.greatest(_due.attempts - bindparam("uncounted", type_=Integer), 1),
    )
)

_RELEASE = statement(
    update(due_conversations)
    .where(_own_lease, _due.arrivals == bindparam("seen", type_=BigInteger))
    .values(due_time=None, lease_until=None, first_pending_time=None, turn_id=None, attempts=0)
)

_STATE = statement(
    select(_due.epoch, _due.arrivals, _due.turn_id).where(_due.conversation_id == bindparam("id", type_=_UUID))
)

_BACKLOG = statement(
    select(
        func.count().label("count"),
        func.coalesce(func.now() - func.min(_due.due_time), literal_column("interval '0'")).label("age"),
    ).where(_due.due_time <= func.now())
)


async def claim(database: Database, limit: int, lease: timedelta) -> list[Claim]:
    """Claim up to `limit` conversations that are due, the longest waiting first."""
    rows = await database.fetch_all(_CLAIM, limit=limit, lease=lease)
    return [Claim(**row) for row in rows]


async def renew(database: Database, claims: list[Claim], lease: timedelta) -> set[uuid.UUID]:
    """Extend the leases still held; returns the conversations that are.

    Rows that are locked, because a message is being stored, are waited for one at a time: whoever waits for one row
    with others in hand may be waited for by who has it.
    """

    async def extend(renewal: Statement, some: list[Claim]) -> set[uuid.UUID]:
        ids, epochs = [claim.conversation_id for claim in some], [claim.epoch for claim in some]
        rows = await database.fetch_all(renewal, conversation_ids=ids, epochs=epochs, lease=lease)
        return {row["conversation_id"] for row in rows}

    kept = await extend(_RENEW_FREE, claims)
    for claim in claims:
        if claim.conversation_id not in kept:
            kept |= await extend(_RENEW, [claim])
    return kept


async def put_off(database: Database, claim: Claim, delay: timedelta, *, counted: bool = True) -> None:
    """End the lease and make the same turn due again after `delay`; uncounted when the try was broken off
    for no fault of the turn's."""
    await database.execute(
        _PUT_OFF,
        id=claim.conversation_id,
        held_epoch=claim.epoch,
        held_turn_id=claim.turn_id,
        delay=delay,
        uncounted=0 if counted else 1,
    )


async def release(database: Database, claim: Claim, arrivals: int) -> None:
    """Give back a conversation in which nothing waits, unless a message has come since."""
    await database.execute(
        _RELEASE, id=claim.conversation_id, held_epoch=claim.epoch, held_turn_id=claim.turn_id, seen=arrivals
    )


async def still_held(database: Database, claim: Claim) -> bool:
    """Whether no other worker has claimed the conversation since."""
    row = await database.fetch_one(_STATE, id=claim.conversation_id)
    return row is not None and row["epoch"] == claim.epoch and row["turn_id"] == claim.turn_id


async def backlog(database: Database) -> tuple[int, timedelta]:
    """How many conversations are due and unclaimed, and for how long the first of them has been."""
    row = await database.fetch_one(_BACKLOG)
    return (row["count"], row["age"]) if row else (0, timedelta())
