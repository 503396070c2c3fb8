"""Consuming events: durable pull consumers with explicit acknowledgement and dead letters, and cache refresh."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar

import nats.errors
import nats.js.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from services.common.db import Database, Unavailable, statement
from services.common.nats_client import watch
from services.common.plumbing import Plumbing

__all__ = ["DeadLetters", "Handler", "Subscription", "consume", "watch"]

log = structlog.get_logger()

Handler = Callable[[bytes], Awaitable[None]]
_FETCH_WAIT = 20.0
_RETRY_PAUSE = 0.5
_ACK_WAIT = 60.0
_AWAY_SECONDS = 5.0


@dataclass(frozen=True)
class Subscription:
    """A durable consumer: one event of one stream, handled by `handler`, which must be idempotent.

    `max_deliver` tries are made, `backoff` seconds apart; then the event becomes a dead letter. While PostgreSQL is
    away the event is kept in hand: that is no try.
    """

    stream: str
    subject: str
    durable: str
    handler: Handler
    max_deliver: int = 8
    backoff: tuple[float, ...] = (1, 5, 15, 60)
    concurrency: int = 8

    UNTIL_IT_EXPIRES: ClassVar[int] = 20_000
    """Tries for what must not be given up: a minute apart, more than a stream keeps an event for."""


class DeadLetters:
    """Events that a consumer of this service gave up on."""

    def __init__(self, database: Database, plumbing: Plumbing) -> None:
        self._database = database
        table = plumbing.dead_letters
        self._insert = statement(
            insert(table)
            .values({name: bindparam(name) for name in ("stream", "consumer", "sequence", "subject", "error")})
            .on_conflict_do_nothing()
        )
        self._count = statement(select(func.count().label("count")).select_from(table))

    async def record(self, subscription: Subscription, sequence: int, error: str) -> None:
        log.error("event_given_up", subject=subscription.subject, consumer=subscription.durable, sequence=sequence)
        await self._database.execute(
            self._insert,
            stream=subscription.stream,
            consumer=subscription.durable,
            sequence=sequence,
            subject=subscription.subject,
            error=error[:500],
        )

    async def can_be_written(self) -> bool:
        """Whether PostgreSQL answers."""
        try:
            await self._database.check()
        except Unavailable:
            return False
        return True

    async def count(self) -> int:
        row = await self._database.fetch_one(self._count)
        return row["count"] if row else 0


async def consume(client: Client, subscription: Subscription, dead_letters: DeadLetters) -> None:
    """Handle events until cancelled; survives NATS going away and the stream not being there yet."""
    slots = asyncio.Semaphore(subscription.concurrency)
    async with asyncio.TaskGroup() as tasks:
        while True:
            try:
                async with _subscribed(client, subscription) as pull:
                    while True:
                        await slots.acquire()
                        slots.release()
                        for message in await _fetch(pull):
                            await slots.acquire()
                            task = tasks.create_task(_handle(message, subscription, dead_letters))
                            task.add_done_callback(lambda _task: slots.release())
            except (nats.errors.Error, nats.js.errors.Error, TimeoutError, OSError) as error:
                log.info("consumer_waits", consumer=subscription.durable, error=repr(error))
                await asyncio.sleep(_RETRY_PAUSE)


@asynccontextmanager
async def _subscribed(client: Client, subscription: Subscription) -> AsyncIterator[Any]:
    jetstream = client.jetstream()
    config = ConsumerConfig(
        durable_name=subscription.durable,
        filter_subject=subscription.subject,
        ack_policy=AckPolicy.EXPLICIT,
        deliver_policy=DeliverPolicy.ALL,
        ack_wait=_ACK_WAIT,
        # Without a bound on the server, because a message that it exhausts stays in the stream unseen: we count
        # ourselves, and deliver again until the dead letter is written.
        max_deliver=-1,
        max_ack_pending=1000,
    )
    pull = await jetstream.pull_subscribe(
        subscription.subject, durable=subscription.durable, stream=subscription.stream, config=config
    )
    try:
        yield pull
    finally:
        # The last request still stands at the server: an event sent to it would wait for ack_wait in vain.
        with suppress(nats.errors.Error):
            await pull.unsubscribe()


async def _fetch(pull: Any) -> list[Msg]:
    try:
        # One at a time: a fetch of several holds back the first until the others or the end of the wait have come,
        # whenever the status that ends an earlier request was mistaken for its own.
        messages: list[Msg] = await pull.fetch(1, timeout=_FETCH_WAIT)
        return messages
    except TimeoutError:
        return []


async def _handle(message: Msg, subscription: Subscription, dead_letters: DeadLetters) -> None:
    try:
        await _handle_once(message, subscription, dead_letters)
    except asyncio.CancelledError:
        # This process stops: another one need not wait for ack_wait.
        with suppress(nats.errors.Error):
            await message.nak()
        raise
    except (nats.errors.Error, *Unavailable) as error:
        # Neither acknowledged nor refused: NATS delivers it again after ack_wait, and handlers are idempotent.
        log.warning("event_not_acknowledged", consumer=subscription.durable, error=repr(error))


async def _handled_unless_away(message: Msg, subscription: Subscription, dead_letters: DeadLetters) -> bool:
    """Handle the event; False while PostgreSQL is away."""
    try:
        await subscription.handler(message.data)
    except Unavailable as error:
        if await dead_letters.can_be_written():
            raise
        log.warning("event_waits_for_postgres", consumer=subscription.durable, error=repr(error))
        return False
    return True


async def _handle_once(message: Msg, subscription: Subscription, dead_letters: DeadLetters) -> None:
    delivered = message.metadata.num_delivered or 1
    try:
        if delivered > subscription.max_deliver:
            raise RuntimeError("given up: processes died while handling it, or the dead letter could not be written")
        while not await _handled_unless_away(message, subscription, dead_letters):
            with suppress(nats.errors.Error):
                await message.in_progress()
            await asyncio.sleep(_AWAY_SECONDS)
    except Exception as error:  # the queue's edge: whatever went wrong is counted, told and tried again
        log.warning("event_handler_failed", consumer=subscription.durable, tries=delivered, exc_info=error)
        if delivered < subscription.max_deliver:
            await message.nak(delay=subscription.backoff[min(delivered, len(subscription.backoff)) - 1])
            return
        await dead_letters.record(subscription, message.metadata.sequence.stream, repr(error))
        await message.term()
        return
    await message.ack()
