"""MessagingService: messages in, replies out."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sales.agent.v1 import messaging_pb2, messaging_pb2_grpc

from services.agent.conversations import accept
from services.agent.conversations.accept import NewMessage
from services.agent.conversations.arrivals import Arrival, accept_all
from services.agent.conversations.kinds import KIND_NAMES
from services.agent.deliveries import queue
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.reports import Reports
from services.agent.settings import Settings
from services.agent.watchers import CUSTOMER_MESSAGE, Watchers
from services.common.db import Database
from services.common.errors import invalid
from services.common.grpc_server import Access, current_call

ACCESS = {
    "sales.agent.v1.MessagingService": Access(
        callers={
            "AcceptMessage": ("gateway", "operator"),
            "BatchAcceptMessages": ("gateway",),
            "SetReachability": ("gateway", "operator"),
            "LeaseDeliveries": ("gateway",),
            "ReportDeliveries": ("gateway",),
        },
        tenantless=("LeaseDeliveries", "ReportDeliveries"),
    )
}

Wake = Callable[[float], None]

_LENGTHS = {
    "channel": 32,
    "channel_account_id": 128,
    "delivery_id": 128,
    "external_chat_id": 128,
    "external_message_id": 128,
    "sender_id": 128,
    "sender_name": 256,
    "language_hint": 35,
    "text": 20_000,
}
_REQUIRED = ("channel", "channel_account_id", "delivery_id", "external_chat_id")
_LARGEST_BATCH = 100
_LONGEST_WAIT = 20.0
_POLL = 1.0


class MessagingServicer(messaging_pb2_grpc.MessagingServiceServicer):
    """Accepting is one statement a message; leasing waits in process and reads what is due."""

    def __init__(
        self,
        database: Database,
        settings: Settings,
        outlet: DeliveryOutlet,
        reports: Reports,
        watchers: Watchers,
        wake: Wake,
    ) -> None:
        self._database = database
        self._silence = timedelta(milliseconds=settings.silence_window_ms)
        self._max_wait = timedelta(milliseconds=settings.max_wait_ms)
        self._lease = timedelta(seconds=settings.delivery_lease_seconds)
        self._outlet = outlet
        self._reports = reports
        self._watchers = watchers
        self._wake = wake
        self._found_nothing = float("-inf")  # when leasing last found no more than it gave

    async def AcceptMessage(
        self, request: messaging_pb2.AcceptMessageRequest, context: Any
    ) -> messaging_pb2.AcceptMessageResponse:
        return (await self._accept([request.message]))[0]

    async def BatchAcceptMessages(
        self, request: messaging_pb2.BatchAcceptMessagesRequest, context: Any
    ) -> messaging_pb2.BatchAcceptMessagesResponse:
        if not 1 <= len(request.messages) <= _LARGEST_BATCH:
            raise invalid("messages", "BAD_BATCH", f"messages must be 1 to {_LARGEST_BATCH}")
        return messaging_pb2.BatchAcceptMessagesResponse(outcomes=await self._accept(request.messages))

    async def _accept(
        self, messages: Sequence[messaging_pb2.InboundMessage]
    ) -> list[messaging_pb2.AcceptMessageResponse]:
        tenant_id = current_call().tenant_id
        arrivals = [self._arrival(message) for message in messages]
        async with self._database.transaction(tenant_id) as tx:
            accepted = await accept_all(tx, arrivals)
        new = [(arrival, outcome) for arrival, outcome in zip(arrivals, accepted, strict=True) if not outcome.duplicate]
        for _arrival, outcome in new:
            self._watchers.touched(tenant_id, outcome.conversation_id, CUSTOMER_MESSAGE)
        if any(arrival.message.pending for arrival, _outcome in new):
            self._wake(self._silence.total_seconds())
        return [
            messaging_pb2.AcceptMessageResponse(
                conversation_id=str(outcome.conversation_id),
                message_id=str(outcome.message_id),
                duplicate=outcome.duplicate,
                turn_due=outcome.turn_due,
            )
            for outcome in accepted
        ]

    def _arrival(self, message: messaging_pb2.InboundMessage) -> Arrival:
        values = _validated(message)
        if message.unanswerable:
            return Arrival(NewMessage(values, pending=False))
        new = NewMessage(values, pending=True, silence=self._silence, max_wait=self._max_wait)
        return Arrival(new, _send_time(message) if message.edited else None)

    async def SetReachability(
        self, request: messaging_pb2.SetReachabilityRequest, context: Any
    ) -> messaging_pb2.SetReachabilityResponse:
        async with self._database.transaction(current_call().tenant_id) as tx:
            await accept.set_reachability(
                tx, request.channel_account_id, request.external_chat_id, blocked=request.blocked
            )
        return messaging_pb2.SetReachabilityResponse()

    async def LeaseDeliveries(
        self, request: messaging_pb2.LeaseDeliveriesRequest, context: Any
    ) -> messaging_pb2.LeaseDeliveriesResponse:
        limit = min(request.max_count or 32, 256)
        if not request.channels or request.max_count < 0:
            raise invalid("channels", "BAD_LEASE", "name at least one channel, and a max_count of 0 to 256")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(request.wait.ToTimedelta().total_seconds(), _LONGEST_WAIT)
        if not self._outlet.fresh and loop.time() - self._found_nothing < _POLL:
            # Asked again right after there was nothing: look when something is new, or when it is time.
            await self._outlet.wait(max(0.0, min(deadline, self._found_nothing + _POLL) - loop.time()))
        while True:
            leasing = asyncio.create_task(self._lease_now(request.channels, limit))
            try:
                deliveries = await asyncio.shield(leasing)
            except asyncio.CancelledError:
                # Whoever asked has gone. What is leased for it would wait for its lease to end, and seem to be sent.
                await self._give_back(await leasing)
                raise
            remaining = deadline - loop.time()
            if deliveries or remaining <= 0 or self._outlet.closed:
                return messaging_pb2.LeaseDeliveriesResponse(deliveries=deliveries)
            await self._outlet.wait(min(remaining, _POLL))

    async def _lease_now(self, channels: Sequence[str], limit: int) -> list[messaging_pb2.Delivery]:
        leased = await queue.lease(self._database, channels, limit, self._lease)
        self._outlet.leased(item.delivery_id for item in leased)
        if len(leased) < limit:
            self._found_nothing = asyncio.get_running_loop().time()
        return await self._with_texts(await self._reports.end_unsendable(leased))

    async def _give_back(self, deliveries: Sequence[messaging_pb2.Delivery]) -> None:
        again = [queue.Again(uuid.UUID(item.delivery_id), item.attempt, timedelta()) for item in deliveries]
        await queue.put_off(self._database, again)

    async def _with_texts(self, leased: Sequence[queue.Leased]) -> list[messaging_pb2.Delivery]:
        """Texts written by this process are at hand; the others are read, a transaction for each tenant."""
        texts = {item.delivery_id: self._outlet.text(item.delivery_id) for item in leased}
        unknown: dict[str, list[uuid.UUID]] = defaultdict(list)
        for item in leased:
            if texts[item.delivery_id] is None:
                unknown[item.tenant_id].append(item.delivery_id)
        for tenant_id, delivery_ids in unknown.items():
            async with self._database.transaction(tenant_id) as tx:
                texts |= await queue.texts(tx, delivery_ids)
        return [
            messaging_pb2.Delivery(
                delivery_id=str(item.delivery_id),
                tenant_id=item.tenant_id,
                channel=item.channel,
                channel_account_id=item.channel_account_id,
                external_chat_id=item.external_chat_id,
                text=texts[item.delivery_id] or "",
                attempt=item.attempt,
                traceparent=self._outlet.traceparent(item.delivery_id),
            )
            for item in leased
        ]

    async def ReportDeliveries(
        self, request: messaging_pb2.ReportDeliveriesRequest, context: Any
    ) -> messaging_pb2.ReportDeliveriesResponse:
        if len(request.reports) > 500:
            raise invalid("reports", "TOO_MANY_REPORTS", "at most 500 reports in one call")
        await self._reports.note(request.reports)
        return messaging_pb2.ReportDeliveriesResponse()


def _send_time(message: messaging_pb2.InboundMessage) -> datetime | None:
    """When the message was written, as far as the channel told."""
    if not message.HasField("send_time"):
        return None
    try:
        return message.send_time.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise invalid("message.send_time", "BAD_TIME", "message.send_time must be a time that a calendar has") from None


def _validated(message: messaging_pb2.InboundMessage) -> dict[str, Any]:
    """The message as columns, or INVALID_ARGUMENT that names the field."""
    for name in _REQUIRED:
        if not getattr(message, name):
            raise invalid(f"message.{name}", "REQUIRED", f"message.{name} must be given")
    for name, longest in _LENGTHS.items():
        value = getattr(message, name)
        if len(value) > longest:
            raise invalid(f"message.{name}", "TOO_LONG", f"message.{name} may have {longest} characters at most")
        if "\x00" in value:
            raise invalid(f"message.{name}", "BAD_TEXT", f"message.{name} may not contain a NUL character")
    return {
        "channel": message.channel,
        "channel_account_id": message.channel_account_id,
        "delivery_id": message.delivery_id,
        "external_chat_id": message.external_chat_id,
        "external_message_id": message.external_message_id,
        "sender_id": message.sender_id,
        "display_name": message.sender_name,
        "language_hint": message.language_hint,
        "kind": KIND_NAMES.get(message.kind, "text"),
        "content": message.text,
        "edited": message.edited,
    }
