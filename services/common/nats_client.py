"""The connection to NATS: connects in the background, stays connected, and tells whether it is."""

import asyncio
from collections.abc import Awaitable, Callable

import nats
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

log = structlog.get_logger()

_PAUSE_SECONDS = 0.5
_REPEAT_SECONDS = 10.0


class _Trouble:
    """Logs what is wrong when it begins or changes, and every ten seconds while it stays as it is."""

    def __init__(self) -> None:
        self._told: tuple[str, str] | None = None
        self._again = 0.0

    def tell(self, event: str, error: Exception) -> None:
        """`event` is the name in the log; clients try again twice a second and would fill it."""
        reason, now = str(error) or type(error).__name__, asyncio.get_running_loop().time()
        if (event, reason) != self._told or now >= self._again:
            log.warning(event, error=reason)
            self._told, self._again = (event, reason), now + _REPEAT_SECONDS


async def connect(url: str, name: str) -> Client:
    """Connect, waiting for NATS as long as it takes; later interruptions are healed by the client itself."""

    trouble = _Trouble()

    async def on_error(error: Exception) -> None:
        trouble.tell("nats_error", error)

    async def on_disconnected() -> None:
        log.warning("nats_disconnected")

    async def on_reconnected() -> None:
        log.info("nats_reconnected")

    return await nats.connect(
        url,
        name=name,
        inbox_prefix=f"_INBOX.{name}",  # where NATS allows a service to read its own answers alone
        allow_reconnect=True,
        max_reconnect_attempts=-1,
        reconnect_time_wait=_PAUSE_SECONDS,
        connect_timeout=3,
        ping_interval=20,
        pending_size=8 * 1024 * 1024,
        error_cb=on_error,
        disconnected_cb=on_disconnected,
        reconnected_cb=on_reconnected,
    )


async def connect_when_up(url: str, name: str) -> Client:
    """Connect, trying again every half second while NATS is not there. Can be cancelled at any moment."""
    connecting = asyncio.create_task(_keep_connecting(url, name))
    try:
        return await asyncio.shield(connecting)
    except asyncio.CancelledError:
        # The client's attempts lose a cancellation that meets a refused connection (asyncio.wait_for of Python 3.11
        # does), and would go on for ever.
        while not connecting.done():
            connecting.cancel()
            await asyncio.wait({connecting}, timeout=0.05)
        raise


async def _keep_connecting(url: str, name: str) -> Client:
    trouble = _Trouble()
    while True:
        try:
            return await connect(url, name)
        except (OSError, nats.errors.Error, TimeoutError) as error:
            trouble.tell("waiting_for_nats", error)
            await asyncio.sleep(_PAUSE_SECONDS)


async def check(client: Client) -> None:
    """Raise when NATS does not answer."""
    if not client.is_connected:  # while it reconnects, flush returns at once as if all were well
        raise ConnectionError("not connected to NATS")
    await client.flush(2)


async def publish_for_watchers(client: Client, subject: str, payload: bytes) -> None:
    """Publish a message that is only for watching: it may be lost, so a failure is logged and no more."""
    try:
        await client.publish(subject, payload)
    except nats.errors.Error as error:
        log.debug("watchers_not_told", subject=subject, error=str(error))


async def watch(client: Client, subject: str, handler: Callable[[bytes], Awaitable[None]]) -> None:
    """Call `handler` for each new event of a subject in every process (cache refresh), from now on.

    A core subscription: events published while NATS is away are missed, so caches also expire by time.
    """

    async def deliver(message: Msg) -> None:
        await handler(message.data)

    await client.subscribe(subject, cb=deliver)
