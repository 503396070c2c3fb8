"""One stream of server-sent events: hello, events, heartbeats, and an end."""

import asyncio
from collections.abc import AsyncIterator

import structlog
from fastapi.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from services.admin_bff.live.hub import Hub, Listener
from services.admin_bff.live.schemas import AnyEvent, HelloEvent
from services.admin_bff.session.standing import Standing
from services.common.clock import Clock, utc_now
from services.common.errors import DomainError
from services.common.staff import StaffSession

log = structlog.get_logger()

HEARTBEAT_SECONDS = 15.0
SEND_SECONDS = 10.0
_RECONNECT_MS = 2_000


class EventStream(StreamingResponse):
    """The response. It ends with the session or when the hub says so; a client that takes nothing is let go."""

    media_type = "text/event-stream"

    def __init__(self, hub: Hub, standing: Standing, session: StaffSession, clock: Clock = utc_now) -> None:
        super().__init__((), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._hub = hub
        self._standing = standing
        self._session = session
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        staff = self._session.staff
        with self._hub.listening(staff.tenant_id, staff.staff_id) as listener:
            self.body_iterator = self._events(listener)
            await super().__call__(scope, receive, send)

    async def stream_response(self, send: Send) -> None:
        async def send_in_time(message: Message) -> None:
            async with asyncio.timeout(SEND_SECONDS):
                await send(message)

        try:
            await super().stream_response(send_in_time)
        except TimeoutError:
            log.info("stuck_listener_let_go")

    async def _events(self, listener: Listener) -> AsyncIterator[str]:
        yield f"retry: {_RECONNECT_MS}\n{_told(HelloEvent())}"
        while (left := self._session.expire_time - self._clock().timestamp()) > 0 and await self._stands():
            try:
                async with asyncio.timeout(min(HEARTBEAT_SECONDS, left)):
                    event = await listener.next()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if event is None:
                return
            yield _told(event)

    async def _stands(self) -> bool:
        try:
            await self._standing.check(self._session)
        except DomainError:
            return False
        return True


def _told(event: AnyEvent) -> str:
    return f"event: {event.event}\ndata: {event.model_dump_json()}\n\n"
