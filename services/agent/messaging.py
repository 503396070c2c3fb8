"""MessagingService: messages in, replies out."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sales.agent.v1 import messaging_pb2, messaging_pb2_grpc

from services.agent.conversations import accept, edits
from services.agent.conversations.accept import Accepted, NewMessage
from services.agent.conversations.arrivals import Arrivals
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
_LONGEST_WAIT = 20.0
_POLL = 1.0


class MessagingServicer(messaging_pb2_grpc.MessagingServiceServicer):
    """Accepting is one statement, in one transaction with what arrives meanwhile; leasing waits in process and reads
    what is due."""

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
        self._arrivals = Arrivals(database)
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
        message = request.message
        accepted = await self._accept(message, _validated(message))
        if not accepted.duplicate:
            self._watchers.touched(current_call().tenant_id, accepted.conversation_id, CUSTOMER_MESSAGE)
            if not message.unanswerable:
                self._wake(self._silence.total_seconds())
        return messaging_pb2.AcceptMessageResponse(
            conversation_id=str(accepted.conversation_id),
            message_id=str(accepted.message_id),
            duplicate=accepted.duplicate,
        )

    async def _accept(self, message: messaging_pb2.InboundMessage, values: dict[str, Any]) -> Accepted:
        tenant_id = current_call().tenant_id
        if message.unanswerable:
            return await self._arrivals.accept(tenant_id, NewMessage(values, pending=False))
        new = NewMessage(values, pending=True, silence=self._silence, max_wait=self._max_wait)
        if not message.edited:
            return await self._arrivals.accept(tenant_id, new)
        async with self._database.transaction(tenant_id) as tx:
            # An edit replaces a text that no turn has taken yet; else it is a message of its own.
            replaced = await edits.replace_pending_text(tx, values, _send_time(message))
            return replaced or (await accept.accept(tx, [new]))[0]

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
            leased = await queue.lease(self._database, request.channels, limit, self._lease)
            self._outlet.leased(item.delivery_id for item in leased)
            if len(leased) < limit:
                self._found_nothing = loop.time()
            deliveries = await self._with_texts(await self._reports.end_unsendable(leased))
            remaining = deadline - loop.time()
            if deliveries or remaining <= 0 or self._outlet.closed:
                return messaging_pb2.LeaseDeliveriesResponse(deliveries=deliveries)
            await self._outlet.wait(min(remaining, _POLL))

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
