"""Orders of conversations: a handler of `order_changed` that keeps their state and tells customers what staff did.

The state is kept by order and version. Only the event that moves it is told, in the same transaction: one that comes
again or late moves nothing, so a customer is told once, and never of a state that is over.
"""

import uuid
from datetime import UTC, timedelta
from typing import Any

import grpc
import structlog
from sales.orders.v1 import events_pb2, orders_pb2
from sqlalchemy import BigInteger, DateTime, Text, bindparam, literal, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.agent.attention import DELIVERY_FAILED, raise_attention
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.facts import STATUS_NAMES
from services.agent.following import order_notices
from services.agent.reference import Reference
from services.agent.staffing import messages as thread
from services.agent.tables import conversation_orders, conversations, customer_names, messages
from services.agent.texts import language_of
from services.agent.watchers import REPLY, STATE, Watchers
from services.common.clock import Clock
from services.common.db import Database, Row, Transaction, statement
from services.common.events import Subscription
from services.common.outbox import Outbox

log = structlog.get_logger()

_UUID = UUID(as_uuid=True)
_tenant = bindparam("tenant_id", type_=Text)
_COLUMNS: dict[str, Any] = {
    "tenant_id": Text,
    "order_id": Text,
    "conversation_id": _UUID,
    "number": BigInteger,
    "status": Text,
    "version": BigInteger,
    "create_time": DateTime(timezone=True),
}
_NEWS_AGE = timedelta(days=1)
"""What happened longer ago is no news: a consumer that begins with an old stream tells nobody."""
_READ_FOR_LANGUAGE = 5


def _move() -> Any:
    new = insert(conversation_orders).values({name: bindparam(name, type_=type_) for name, type_ in _COLUMNS.items()})
    return new.on_conflict_do_update(
        index_elements=["tenant_id", "order_id"],
        set_={name: new.excluded[name] for name in ("status", "version")},
        where=new.excluded.version > conversation_orders.c.version,
    ).returning(conversation_orders.c.order_id)


_MOVE = statement(_move())
_SHOW = statement(
    update(conversations)
    .where(conversations.c.tenant_id == _tenant, conversations.c.conversation_id == bindparam("id", type_=_UUID))
    .where(conversations.c.last_order_number <= bindparam("number", type_=BigInteger))
    .values(last_order_number=bindparam("number", type_=BigInteger), last_order_status=bindparam("status", type_=Text))
)
_WRITTEN = statement(
    select(messages.c.content)
    .where(messages.c.tenant_id == _tenant, messages.c.conversation_id == bindparam("id", type_=_UUID))
    .where(messages.c.role == literal("customer", Text), messages.c.kind == literal("text", Text))
    .order_by(messages.c.position.desc())
    .limit(_READ_FOR_LANGUAGE)
)
_LANGUAGE = statement(
    select(customer_names.c.language).where(
        customer_names.c.tenant_id == _tenant, customer_names.c.customer_id == bindparam("customer_id", type_=Text)
    )
)


class ConversationOrders:
    """Keeps the orders that came from conversations."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        reference: Reference,
        outlet: DeliveryOutlet,
        watchers: Watchers,
        clock: Clock,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._reference = reference
        self._outlet = outlet
        self._watchers = watchers
        self._clock = clock
        self.subscription = Subscription("ORDERS", "sales.orders.v1.order_changed", "agent_orders", self.changed)

    async def changed(self, data: bytes) -> None:
        """Handle an event `order_changed`."""
        event = events_pb2.OrderChanged.FromString(data)
        conversation_id = _conversation_id(event)
        if conversation_id is None:
            return
        told = self._is_told(event)
        languages = await self._languages(event.tenant_id) if told else []
        async with self._database.transaction(event.tenant_id) as tx:
            if not await _moved(tx, event, conversation_id):
                return
            # The conversation shows its last order, and whoever looks at it may have seen the order itself before.
            tx.after_commit(lambda: self._watchers.touched(tx.tenant_id, conversation_id, STATE))
            if not told or (conversation := await thread.lock(tx, conversation_id)) is None:
                return
            if conversation["blocked"]:
                await self._call_staff(tx, event, conversation_id)
            else:
                await self._tell(tx, event, conversation, languages)

    def _is_told(self, event: events_pb2.OrderChanged) -> bool:
        by_staff = event.actor.kind == orders_pb2.Actor.KIND_STAFF and event.action in order_notices.ACTIONS
        return by_staff and self._clock() - event.event_time.ToDatetime(UTC) < _NEWS_AGE

    async def _languages(self, tenant_id: str) -> list[str]:
        try:
            return list((await self._reference.view(tenant_id)).tenant.settings.languages)
        except grpc.aio.AioRpcError as error:
            log.warning("languages_unknown", tenant=tenant_id, code=error.code().name)
            return []

    async def _call_staff(self, tx: Transaction, event: events_pb2.OrderChanged, conversation_id: uuid.UUID) -> None:
        """Nothing can be sent to a customer who blocked the bot: somebody may have to ring."""
        order = event.order
        detail = f"order #{order.number} was {event.action} and the customer was not told: the customer blocked the bot"
        cause = f"not_told:{order.order_id}:{order.version}"
        await raise_attention(tx, self._outbox, conversation_id, DELIVERY_FAILED, detail, cause)

    async def _tell(
        self, tx: Transaction, event: events_pb2.OrderChanged, conversation: Row, languages: list[str]
    ) -> None:
        """A message of the platform, whoever has the conversation; it counts neither as message nor as reply."""
        language = await _language(tx, conversation) or next(iter(languages), "en")
        text = order_notices.render(event.action, event.order.number, event.order.cancel_reason, language)
        count = conversation["message_count"]
        said = await thread.say(tx, conversation, "system", text, ordinal=count, sent=True)
        await thread.show_last(tx, conversation, "system", text, count)
        tx.after_commit(lambda: self._outlet.announce(said.texts))
        tx.after_commit(lambda: self._watchers.touched(tx.tenant_id, conversation["conversation_id"], REPLY))
        log.info("order_notice", tenant=tx.tenant_id, order=event.order.number, action=event.action)


async def _moved(tx: Transaction, event: events_pb2.OrderChanged, conversation_id: uuid.UUID) -> bool:
    """Keep the order's state; False when the same or a later one is known."""
    order = event.order
    status = STATUS_NAMES.get(order.status, "")
    moved = await tx.fetch_one(
        _MOVE,
        tenant_id=tx.tenant_id,
        order_id=order.order_id,
        conversation_id=conversation_id,
        number=order.number,
        status=status,
        version=order.version,
        create_time=order.create_time.ToDatetime(UTC),
    )
    if moved is None:
        return False
    await tx.execute(_SHOW, tenant_id=tx.tenant_id, id=conversation_id, number=order.number, status=status)
    return True


async def _language(tx: Transaction, conversation: Row) -> str | None:
    """What the customer writes, else what is known of the customer, else the channel's hint."""
    written = await tx.fetch_all(_WRITTEN, tenant_id=tx.tenant_id, id=conversation["conversation_id"])
    if found := language_of("\n".join(row["content"] for row in written)):
        return found
    known = await tx.fetch_one(_LANGUAGE, tenant_id=tx.tenant_id, customer_id=conversation["customer_id"])
    return (known["language"] if known else "") or conversation["language_hint"] or None


def _conversation_id(event: events_pb2.OrderChanged) -> uuid.UUID | None:
    """The conversation it came from; None for what staff or somebody else entered."""
    try:
        return uuid.UUID(event.order.conversation_id)
    except ValueError:
        return None
