"""Fan-out of live events to the people of each tenant: bounded in listeners and in what waits for each of them."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import grpc
import structlog

from services.admin_bff.live.schemas import AnyEvent
from services.common.errors import DomainError

log = structlog.get_logger()

_WAITING = 200
_LISTENERS_OF_PERSON = 10
_LISTENERS_OF_TENANT = 100
_LISTENERS = 1_000


class Listener:
    """One open stream: whose it is and what waits for it, until it is ended."""

    def __init__(self, staff_id: str, waiting: int) -> None:
        self.staff_id = staff_id
        self._events: asyncio.Queue[AnyEvent | None] = asyncio.Queue(waiting + 1)
        self._waiting = waiting
        self._ended = False

    async def next(self) -> AnyEvent | None:
        """The next event; None at the end."""
        return await self._events.get()

    def offer(self, event: AnyEvent) -> bool:
        """Give it an event. False when too many wait already."""
        if self._events.qsize() >= self._waiting:
            return False
        self._events.put_nowait(event)
        return True

    def end(self) -> None:
        """No event comes any more, and those that wait are not worth sending: the client will ask anew."""
        if self._ended:
            return
        self._ended = True
        while not self._events.empty():
            self._events.get_nowait()
        self._events.put_nowait(None)


class Hub:
    """Who listens, by tenant."""

    def __init__(
        self,
        waiting: int = _WAITING,
        of_person: int = _LISTENERS_OF_PERSON,
        of_tenant: int = _LISTENERS_OF_TENANT,
        all_: int = _LISTENERS,
    ) -> None:
        self._waiting = waiting
        self._of_person = of_person
        self._of_tenant = of_tenant
        self._all = all_
        self._count = 0
        self._closed = False
        self._listeners: dict[str, set[Listener]] = {}

    @contextmanager
    def listening(self, tenant_id: str, staff_id: str) -> Iterator[Listener]:
        """Listen while the block runs. RESOURCE_EXHAUSTED when too many do; UNAVAILABLE when the process stops."""
        listener = self._add(tenant_id, staff_id)
        try:
            yield listener
        finally:
            self._remove(tenant_id, listener)

    def listens(self, tenant_id: str) -> bool:
        """Whether anybody of the tenant listens."""
        return tenant_id in self._listeners

    def publish(self, tenant_id: str, event: AnyEvent) -> None:
        """Tell everybody of the tenant. Who is too slow is let go: its client reconnects and asks anew."""
        for listener in tuple(self._listeners.get(tenant_id, ())):
            if not listener.offer(event):
                log.info("slow_listener_let_go", tenant_id=tenant_id)
                self._remove(tenant_id, listener)
                listener.end()

    def end(self, tenant_id: str, staff_id: str) -> None:
        """End the streams of one person; who may still listen comes again."""
        for listener in self._listeners.get(tenant_id, ()):
            if listener.staff_id == staff_id:
                listener.end()

    def interrupt(self) -> None:
        """End all streams; their clients reconnect and ask anew."""
        for listeners in self._listeners.values():
            for listener in listeners:
                listener.end()

    def close(self) -> None:
        """End all streams and take no more."""
        self._closed = True
        self.interrupt()

    def _add(self, tenant_id: str, staff_id: str) -> Listener:
        if self._closed:
            raise DomainError(grpc.StatusCode.UNAVAILABLE, "STOPPING", "this process is about to end")
        listeners = self._listeners.get(tenant_id, set())
        if sum(listener.staff_id == staff_id for listener in listeners) >= self._of_person:
            raise _too_many(f"this person has {self._of_person} streams open, which is as many as one may")
        if len(listeners) >= self._of_tenant:
            raise _too_many(f"this business has {self._of_tenant} streams open, which is as many as one may")
        if self._count >= self._all:
            raise _too_many(f"{self._all} streams are open here, which is as many as there can be")
        listener = Listener(staff_id, self._waiting)
        self._listeners[tenant_id] = listeners | {listener}
        self._count += 1
        return listener

    def _remove(self, tenant_id: str, listener: Listener) -> None:
        listeners = self._listeners.get(tenant_id, set())
        if listener not in listeners:
            return
        self._count -= 1
        if left := listeners - {listener}:
            self._listeners[tenant_id] = left
        else:
            del self._listeners[tenant_id]


def _too_many(message: str) -> DomainError:
    return DomainError(grpc.StatusCode.RESOURCE_EXHAUSTED, "TOO_MANY_STREAMS", message)
