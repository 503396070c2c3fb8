"""What the other services broadcast over NATS, told to the people who have the dashboard open."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import structlog
from google.protobuf.message import DecodeError
from nats.aio.client import Client
from sales.agent.v1 import events_pb2 as agent
from sales.customers.v1 import events_pb2 as customers
from sales.orders.v1 import events_pb2 as orders
from sales.tenants.v1 import events_pb2 as tenants

from services.admin_bff.conversations.schemas import REASONS
from services.admin_bff.live import schemas
from services.admin_bff.live.hub import Hub
from services.admin_bff.orders.schemas import ACTIONS, STATUSES
from services.admin_bff.session.standing import Standing
from services.common.nats_client import connect_when_up, watch

log = structlog.get_logger()

TOUCHED = "sales.agent.v1.conversation_touched"
ACTIVITY = "sales.agent.v1.activity"
ATTENTION = "sales.agent.v1.attention_raised"
ORDER = "sales.orders.v1.order_changed"
CUSTOMER = "sales.customers.v1.customer_changed"
SESSIONS_ENDED = "sales.tenants.v1.sessions_ended"
_LOOK_SECONDS = 0.5

Told = tuple[str, schemas.AnyEvent]


def touched(payload: bytes) -> Told | None:
    """Read ConversationTouched."""
    event = agent.ConversationTouched.FromString(payload)
    kinds: dict[int, type[schemas.MessageEvent | schemas.DeliveryFailedEvent | schemas.StateEvent]] = {
        agent.ConversationTouched.KIND_CUSTOMER_MESSAGE: schemas.MessageEvent,
        agent.ConversationTouched.KIND_REPLY: schemas.MessageEvent,
        agent.ConversationTouched.KIND_DELIVERY_FAILED: schemas.DeliveryFailedEvent,
        agent.ConversationTouched.KIND_STATE: schemas.StateEvent,
    }
    kind = kinds.get(event.kind)
    return (event.tenant_id, kind(conversation_id=event.conversation_id)) if kind else None


def activity(payload: bytes) -> Told:
    """Read TurnActivity."""
    event = agent.TurnActivity.FromString(payload)
    running = event.state == agent.TurnActivity.STATE_STARTED
    return event.tenant_id, schemas.TurnEvent(conversation_id=event.conversation_id, running=running)


def attention(payload: bytes) -> Told:
    """Read AttentionRaised."""
    event = agent.AttentionRaised.FromString(payload)
    return event.tenant_id, schemas.AttentionEvent(
        conversation_id=event.conversation_id, reason=REASONS.get(event.reason, "other")
    )


def order(payload: bytes) -> Told:
    """Read OrderChanged."""
    event = orders.OrderChanged.FromString(payload)
    return event.tenant_id, schemas.OrderEvent(
        order_id=event.order.order_id,
        number=event.order.number,
        action=ACTIONS.get(event.action, "updated"),
        status=STATUSES.get(event.order.status, "pending"),
        conversation_id=event.order.conversation_id,
    )


def customer(payload: bytes) -> Told:
    """Read CustomerChanged."""
    event = customers.CustomerChanged.FromString(payload)
    return event.tenant_id, schemas.CustomerEvent(customer_id=event.customer_id)


READERS: dict[str, Callable[[bytes], Told | None]] = {
    TOUCHED: touched,
    ACTIVITY: activity,
    ATTENTION: attention,
    ORDER: order,
    CUSTOMER: customer,
}


class Broadcasts:
    """One set of subscriptions for the process. `client` is None until NATS was there for the first time."""

    def __init__(self, url: str, hub: Hub, standing: Standing) -> None:
        self._url = url
        self._hub = hub
        self._standing = standing
        self.client: Client | None = None

    async def run(self) -> None:
        """Follow until cancelled. Whenever events may have been missed, all streams end, so that clients ask anew."""
        client = await connect_when_up(self._url, "admin_bff")
        try:
            for subject, reader in READERS.items():
                await watch(client, subject, self._teller(subject, reader))
            await watch(client, SESSIONS_ENDED, self._end_sessions)
            self.client = client
            self._hub.interrupt()  # whoever came before heard nothing
            async for _ in _reconnections(client):
                self._hub.interrupt()
        finally:
            await client.close()

    async def _end_sessions(self, payload: bytes) -> None:
        try:
            event = tenants.SessionsEnded.FromString(payload)
        except DecodeError:
            log.warning("event_not_understood", subject=SESSIONS_ENDED)
            return
        self._standing.end(event.tenant_id, event.staff_id, event.session_id)
        self._hub.end(event.tenant_id, event.staff_id)

    def _teller(self, subject: str, reader: Callable[[bytes], Told | None]) -> Callable[[bytes], Awaitable[None]]:
        async def tell(payload: bytes) -> None:
            try:
                told = reader(payload)
            except DecodeError:
                log.warning("event_not_understood", subject=subject)
                return
            if told:
                self._hub.publish(*told)

        return tell


async def _reconnections(client: Client) -> AsyncIterator[int]:
    """The number of reconnections, each time that it has grown."""
    seen = client.stats["reconnects"]
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        if (now := client.stats["reconnects"]) != seen:
            seen = now
            yield now
