"""The outbox: events are written in the transaction of the change and published right after its commit."""

import asyncio
import contextlib
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import structlog
from google.protobuf.message import Message
from nats.aio.client import Client
from nats.js.api import DiscardPolicy, StorageType, StreamConfig
from nats.js.client import JetStreamContext
from nats.js.errors import NotFoundError
from sqlalchemy import Integer, LargeBinary, Text, bindparam, delete, func, insert, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.common import telemetry
from services.common.db import Database, Transaction, Unavailable, one_pass, statement
from services.common.plumbing import Plumbing

log = structlog.get_logger()

POLL_SECONDS = 5.0
FLUSH_SECONDS = 0.05
_BATCH = 256
_PUBLISH_TIMEOUT = 5.0
_RETENTION_SECONDS = 14 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Event:
    """An event on its way: `event_id` is also its `Nats-Msg-Id`, so that a second publication is dropped."""

    event_id: uuid.UUID
    tenant_id: str
    subject: str
    payload: bytes
    traceparent: str = ""


def new_event(tenant_id: str, subject: str, message: Message) -> Event:
    """Give an event message its id (field `event_id`) and wrap it for the outbox."""
    event_id = uuid.uuid4()
    message.event_id = str(event_id)  # type: ignore[attr-defined]
    message.tenant_id = tenant_id  # type: ignore[attr-defined]
    return Event(event_id, tenant_id, subject, message.SerializeToString(), telemetry.traceparent())


async def ensure_stream(jetstream: JetStreamContext, name: str, subjects: Iterable[str], *, replicas: int = 1) -> None:
    """Create the stream of a context or bring its configuration up to date.

    replicas: servers that keep it, a majority of which must be there; its consumers are kept on the same ones.
    """
    config = StreamConfig(
        name=name,
        subjects=sorted(subjects),
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=_RETENTION_SECONDS,
        max_bytes=1024**3,
        duplicate_window=600,
        num_replicas=replicas,
    )
    try:
        await jetstream.stream_info(name)
        await jetstream.update_stream(config)
    except NotFoundError:
        await jetstream.add_stream(config)


class Outbox:
    """Writes events within transactions and relays them; one for each service process."""

    def __init__(self, database: Database, plumbing: Plumbing, service: str) -> None:
        self._database = database
        self._source = f"/sales/{service}"
        self._client: Client | None = None
        self._ready: asyncio.Queue[Event] = asyncio.Queue()
        self._in_flight: set[uuid.UUID] = set()
        self._landed = asyncio.Event()
        self._landed.set()
        self._published: list[uuid.UUID] = []
        self._forgetting = asyncio.Lock()
        dispatch, outbox = plumbing.outbox_dispatch, plumbing.outbox
        dispatched = (
            insert(dispatch).values(event_id=bindparam("event_id"), tenant_id=bindparam("tenant_id")).cte("dispatched")
        )
        self._insert = statement(
            insert(outbox)
            .values(
                event_id=bindparam("event_id"),
                tenant_id=bindparam("tenant_id"),
                subject=bindparam("subject"),
                payload=bindparam("payload", type_=LargeBinary),
                traceparent=bindparam("traceparent"),
            )
            .add_cte(dispatched)
        )
        self._forget = statement(
            delete(dispatch).where(dispatch.c.event_id == func.any(bindparam("event_ids", type_=ARRAY(UUID))))
        )
        self._left_behind = statement(
            select(dispatch.c.event_id, dispatch.c.tenant_id)
            .where(dispatch.c.create_time < func.now() - literal_column("interval '3 seconds'"))
            .order_by(dispatch.c.create_time)
            .limit(bindparam("limit", type_=Integer))
        )
        self._read = statement(
            select(outbox)
            .where(outbox.c.tenant_id == bindparam("tenant_id", type_=Text))
            .where(outbox.c.event_id == func.any(bindparam("event_ids", type_=ARRAY(UUID))))
        )
        self._backlog = statement(
            select(
                func.count().label("count"),
                func.coalesce(func.now() - func.min(dispatch.c.create_time), literal_column("interval '0'")).label(
                    "age"
                ),
            ).select_from(dispatch)
        )

    async def add(self, tx: Transaction, subject: str, message: Message) -> None:
        """Write an event into the transaction; it is published once that has committed."""
        event = new_event(tx.tenant_id, subject, message)
        await tx.execute(
            self._insert,
            event_id=event.event_id,
            tenant_id=event.tenant_id,
            subject=event.subject,
            payload=event.payload,
            traceparent=event.traceparent,
        )
        tx.after_commit(lambda: self.publish(event))

    def publish(self, event: Event) -> None:
        """Hand over an event whose row has been committed."""
        self._ready.put_nowait(event)

    async def backlog(self) -> tuple[int, timedelta]:
        """How many events wait and how old the oldest is."""
        row = await self._database.fetch_one(self._backlog)
        return (row["count"], row["age"]) if row else (0, timedelta())

    async def run(self, client: Client) -> None:
        """Relay until cancelled."""
        self._client = client
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._relay())
            tasks.create_task(self._flush())
            tasks.create_task(self._poll(client))

    async def drain(self, timeout_seconds: float = 5.0) -> None:
        """Publish and mark what is still in memory; for an orderly stop. What takes longer is found by the poll of
        another process."""
        try:
            async with asyncio.timeout(timeout_seconds):
                while not self._ready.empty():
                    await self._publish_batch(self._take())
                await self._landed.wait()
                await self._forget_published()
        except (*Unavailable, TimeoutError) as error:
            log.warning("outbox_not_drained", error=repr(error))

    async def _relay(self) -> None:
        while True:
            first = await self._ready.get()
            await self._publish_batch([first, *self._take()])

    def _take(self) -> list[Event]:
        events: list[Event] = []
        while len(events) < _BATCH and not self._ready.empty():
            events.append(self._ready.get_nowait())
        return events

    async def _publish_batch(self, events: list[Event]) -> int:
        """How many of them NATS has taken."""
        events = [event for event in events if event.event_id not in self._in_flight]
        self._in_flight.update(event.event_id for event in events)
        self._landed.clear()
        try:
            results = await asyncio.gather(*(self._publish(event) for event in events), return_exceptions=True)
        finally:
            self._in_flight.difference_update(event.event_id for event in events)
            if not self._in_flight:
                self._landed.set()
        for event, result in zip(events, results, strict=True):
            if isinstance(result, BaseException):
                # The row is still there: the poll tries again.
                log.warning(
                    "event_not_published",
                    subject=event.subject,
                    event_id=str(event.event_id),
                    error=repr(result),
                )
            else:
                self._published.append(event.event_id)
        return sum(not isinstance(result, BaseException) for result in results)

    async def _publish(self, event: Event) -> None:
        # A client that is cut off would keep events only until its buffer is full; their rows keep them for as long as
        # it takes.
        if self._client is None or not self._client.is_connected:
            raise ConnectionError("not connected to NATS")
        headers = {
            "Nats-Msg-Id": str(event.event_id),
            "ce-specversion": "1.0",
            "ce-id": str(event.event_id),
            "ce-type": event.subject,
            "ce-source": self._source,
            "ce-tenantid": event.tenant_id,
            "content-type": "application/protobuf",
        }
        if event.traceparent:
            headers["traceparent"] = event.traceparent
        # Not `publish_async`: what fails before it is sent keeps its place among the pending ones for ever.
        jetstream = self._client.jetstream(timeout=_PUBLISH_TIMEOUT)
        await jetstream.publish(event.subject, event.payload, headers=headers)

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                with contextlib.suppress(*Unavailable):
                    await self._forget_published()
            except Exception:  # costs this pass, not the process
                log.exception("outbox_not_marked")
                await asyncio.sleep(POLL_SECONDS)

    async def _forget_published(self) -> None:
        async with self._forgetting:  # whoever comes meanwhile returns when everything is marked
            published, self._published = self._published, []
            if not published:
                return
            try:
                await self._database.execute(self._forget, event_ids=published)
            except BaseException:
                self._published.extend(published)
                raise

    async def _poll(self, client: Client) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            with one_pass("outbox_poll_failed"):
                # What was left while NATS was away may be much.
                while client.is_connected and await self._publish_batch(await self._read_left_behind()) == _BATCH:
                    await self._forget_published()

    async def _read_left_behind(self) -> list[Event]:
        """Events of a process that died between commit and publication, or that NATS did not take."""
        known = self._in_flight | set(self._published)
        by_tenant: dict[str, list[uuid.UUID]] = {}
        for row in await self._database.fetch_all(self._left_behind, limit=_BATCH):
            if row["event_id"] not in known:
                by_tenant.setdefault(row["tenant_id"], []).append(row["event_id"])
        events: list[Event] = []
        for tenant_id, event_ids in by_tenant.items():
            async with self._database.transaction(tenant_id) as tx:
                rows = await tx.fetch_all(self._read, tenant_id=tenant_id, event_ids=event_ids)
            events += [
                Event(row["event_id"], tenant_id, row["subject"], row["payload"], row["traceparent"]) for row in rows
            ]
        return events
