"""The delivery queue: leasing the next replies of each chat, and what becomes of them.

A row of `delivery_dispatch` lives until its send has ended. Only the first row of a chat can be leased, so replies
leave in order and at most one is in flight; a send without a clear answer is repeated once and counted.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Interval,
    Text,
    bindparam,
    case,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.agent.tables import deliveries, delivery_dispatch, delivery_parks
from services.common.db import Database, Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_queue = delivery_dispatch.c

UNCERTAIN_LIMIT = 2
"""Sends without a clear answer before we stop: the first may have arrived, so it is repeated once and no more."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A delivery that the caller may send now. uncertain_count tells of earlier sends without a clear answer.

    withdrawn: staff took over while it was on its way, and it came back; it is not to be sent again.
    """

    delivery_id: uuid.UUID
    tenant_id: str
    channel: str
    channel_account_id: str
    external_chat_id: str
    attempt: int
    uncertain_count: int
    withdrawn: bool


def _lease() -> Any:
    earlier = delivery_dispatch.alias("earlier")
    head = (
        select(_queue.delivery_id)
        .where(_queue.due_time <= func.now())
        .where(_queue.channel == func.any(bindparam("channels", type_=ARRAY(Text))))
        .where(
            ~exists(
                select(earlier.c.delivery_id).where(
                    earlier.c.tenant_id == _queue.tenant_id,
                    earlier.c.channel_account_id == _queue.channel_account_id,
                    earlier.c.external_chat_id == _queue.external_chat_id,
                    earlier.c.position < _queue.position,
                )
            )
        )
        .where(
            ~exists(
                select(delivery_parks.c.channel_account_id).where(
                    delivery_parks.c.tenant_id == _queue.tenant_id,
                    delivery_parks.c.channel_account_id == _queue.channel_account_id,
                    delivery_parks.c.until_time > func.now(),
                )
            )
        )
        .order_by(_queue.due_time)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True, of=delivery_dispatch)
        .cte("head")
    )
    lease_end = func.now() + bindparam("lease", type_=Interval)
    # A row that is due while it has a lease is one whose sender never reported: it may have been sent.
    expired = case((_queue.lease_until.is_not(None), literal(1, Integer)), else_=literal(0, Integer))
    return (
        update(delivery_dispatch)
        .where(_queue.delivery_id == head.c.delivery_id)
        .values(
            due_time=lease_end,
            lease_until=lease_end,
            attempt=_queue.attempt + 1,
            uncertain_count=_queue.uncertain_count + expired,
        )
        .returning(
            _queue.delivery_id,
            _queue.tenant_id,
            _queue.channel,
            _queue.channel_account_id,
            _queue.external_chat_id,
            _queue.attempt,
            _queue.uncertain_count,
            _queue.withdrawn,
            _queue.position,
        )
    )


_LEASE = statement(_lease())

_TEXTS = statement(
    select(deliveries.c.delivery_id, deliveries.c.content)
    .where(deliveries.c.tenant_id == bindparam("tenant_id", type_=Text))
    .where(deliveries.c.delivery_id == func.any(bindparam("delivery_ids", type_=ARRAY(_UUID))))
)


def _finish() -> Any:
    """Take finished sends out of the queue and note their end, each only if the try is still the current one."""
    ended = (
        func.unnest(
            bindparam("delivery_ids", type_=ARRAY(_UUID)),
            bindparam("attempts", type_=ARRAY(Integer)),
            bindparam("states", type_=ARRAY(Text)),
            bindparam("external_message_ids", type_=ARRAY(Text)),
            bindparam("errors", type_=ARRAY(Text)),
        )
        .table_valued("delivery_id", "attempt", "state", "external_message_id", "error", name="ended")
        .render_derived()
    )
    left = (
        delete(delivery_dispatch)
        .where(_queue.delivery_id == ended.c.delivery_id, _queue.attempt == ended.c.attempt)
        .where(_queue.tenant_id == bindparam("tenant_id", type_=Text))
        .returning(
            _queue.delivery_id,
            _queue.attempt,
            _queue.uncertain_count,
            _queue.from_agent,
            ended.c.state,
            ended.c.external_message_id,
            ended.c.error,
        )
        .cte("left_queue")
    )
    return (
        update(deliveries)
        .where(deliveries.c.delivery_id == left.c.delivery_id)
        .where(deliveries.c.tenant_id == bindparam("tenant_id", type_=Text))
        .values(
            state=left.c.state,
            attempts=left.c.attempt,
            uncertain=or_(left.c.uncertain_count > 0, left.c.state == literal("uncertain", Text)),
            external_message_id=left.c.external_message_id,
            error=left.c.error,
            update_time=func.now(),
        )
        .returning(
            deliveries.c.delivery_id,
            deliveries.c.conversation_id,
            deliveries.c.message_id,
            deliveries.c.state,
            deliveries.c.error,
            left.c.from_agent,
        )
    )


_FINISH = statement(_finish())


def _again() -> Any:
    again = (
        func.unnest(
            bindparam("delivery_ids", type_=ARRAY(_UUID)),
            bindparam("attempts", type_=ARRAY(Integer)),
            bindparam("delays", type_=ARRAY(Interval)),
            bindparam("uncertain", type_=ARRAY(Boolean)),
        )
        .table_valued("delivery_id", "attempt", "delay", "uncertain", name="again")
        .render_derived()
    )
    return (
        update(delivery_dispatch)
        .where(_queue.delivery_id == again.c.delivery_id, _queue.attempt == again.c.attempt)
        .values(
            due_time=func.now() + again.c.delay,
            lease_until=None,
            uncertain_count=_queue.uncertain_count
            + case((again.c.uncertain, literal(1, Integer)), else_=literal(0, Integer)),
        )
    )


_AGAIN = statement(_again())

_UNCERTAIN_COUNTS = statement(
    select(_queue.delivery_id, _queue.uncertain_count).where(
        _queue.delivery_id == func.any(bindparam("delivery_ids", type_=ARRAY(_UUID)))
    )
)

_OLDER = statement(
    select(_queue.delivery_id).where(
        _queue.delivery_id == bindparam("delivery_id", type_=_UUID),
        _queue.create_time <= func.now() - bindparam("age", type_=Interval),
    )
)

_COUNT = statement(select(func.count().label("count")).select_from(delivery_dispatch))


async def lease(database: Database, channels: Sequence[str], limit: int, lease: timedelta) -> list[Leased]:
    """Lease the next delivery of up to `limit` chats, in the order in which they were queued."""
    rows = await database.fetch_all(_LEASE, channels=list(channels), limit=limit, lease=lease)
    rows.sort(key=lambda row: row["position"])
    return [Leased(**{name: row[name] for name in Leased.__slots__}) for row in rows]


async def texts(tx: Transaction, delivery_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = await tx.fetch_all(_TEXTS, tenant_id=tx.tenant_id, delivery_ids=list(delivery_ids))
    return {row["delivery_id"]: row["content"] for row in rows}


@dataclass(frozen=True, slots=True)
class Ended:
    """A send that is over: sent, failed, uncertain, undeliverable or withdrawn."""

    delivery_id: uuid.UUID
    attempt: int
    state: str
    external_message_id: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Again:
    """A send to be tried again after `delay`; `uncertain` when the last one may have arrived."""

    delivery_id: uuid.UUID
    attempt: int
    delay: timedelta
    uncertain: bool = False


async def finish(tx: Transaction, ended: Sequence[Ended]) -> list[Row]:
    """Note ends; returns delivery_id, conversation_id, message_id, state, error and from_agent of those still open."""
    return await tx.fetch_all(
        _FINISH,
        tenant_id=tx.tenant_id,
        delivery_ids=[end.delivery_id for end in ended],
        attempts=[end.attempt for end in ended],
        states=[end.state for end in ended],
        external_message_ids=[_storable(end.external_message_id, 128) for end in ended],
        errors=[_storable(end.error, 500) for end in ended],
    )


def _storable(words: str, longest: int) -> str:
    """A channel's words, whatever they are, as PostgreSQL can hold them."""
    return words.replace("\0", "")[:longest]


async def put_off(database: Database, again: Sequence[Again]) -> None:
    await database.execute(
        _AGAIN,
        delivery_ids=[item.delivery_id for item in again],
        attempts=[item.attempt for item in again],
        delays=[item.delay for item in again],
        uncertain=[item.uncertain for item in again],
    )


async def uncertain_counts(database: Database, delivery_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, int]:
    rows = await database.fetch_all(_UNCERTAIN_COUNTS, delivery_ids=list(delivery_ids))
    return {row["delivery_id"]: row["uncertain_count"] for row in rows}


async def is_older(database: Database, delivery_id: uuid.UUID, age: timedelta) -> bool:
    """Whether a delivery is in the queue for as long as that."""
    return await database.fetch_one(_OLDER, delivery_id=delivery_id, age=age) is not None


async def count(database: Database) -> int:
    row = await database.fetch_one(_COUNT)
    return row["count"] if row else 0
