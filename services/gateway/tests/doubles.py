"""Stand-ins for the gateway's neighbours: the agent and tenants services, over their real gRPC contracts."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

import grpc
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1.messaging_pb2_grpc import MessagingServiceServicer
from sales.tenants.v1 import tenants_pb2 as tenants
from sales.tenants.v1.tenants_pb2_grpc import TenantsServiceServicer

from services.common.errors import DomainError, not_found
from services.common.grpc_server import Access, current_call

AGENT_ACCESS = {
    "sales.agent.v1.MessagingService": Access(
        callers={
            "BatchAcceptMessages": ("gateway",),
            "SetReachability": ("gateway",),
            "LeaseDeliveries": ("gateway",),
            "ReportDeliveries": ("gateway",),
        },
        tenantless=("LeaseDeliveries", "ReportDeliveries"),
    )
}
TENANTS_ACCESS = {"sales.tenants.v1.TenantsService": Access(callers={"GetChannelCredentials": ("gateway",)})}


class _Double:
    """Counts calls, fails or holds them as a test says, and lets tests wait for what happens."""

    def __init__(self) -> None:
        self.calls: dict[str, int] = defaultdict(int)
        self.failures: dict[str, deque[grpc.StatusCode]] = defaultdict(deque)
        self.held: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Wait until something that this double saw makes the condition true."""
        async with asyncio.timeout(60), self._changed:
            await self._changed.wait_for(condition)

    async def _enter(self, method: str) -> None:
        self.calls[method] += 1
        await self._tell()
        if method in self.held:
            await self.held[method].wait()
        if self.failures[method]:
            raise DomainError(self.failures[method].popleft(), "ORDERED_BY_THE_TEST", "as the test wants it")

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()


class AgentDouble(_Double, MessagingServiceServicer):
    """Keeps what it accepts, once for each delivery id, and hands out the deliveries a test gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[messaging.InboundMessage] = []
        self.message_batches: list[list[messaging.InboundMessage]] = []
        self.refused_messages: set[str] = set()
        self.tenants: list[str] = []
        self.reachability: list[tuple[str, messaging.SetReachabilityRequest]] = []
        self.batches: list[list[messaging.DeliveryReport]] = []
        self.refused_reports: set[str] = set()
        self.refusal = grpc.StatusCode.INVALID_ARGUMENT
        """Of reports."""
        self.lease_requests: list[messaging.LeaseDeliveriesRequest] = []
        self.staff_have: set[str] = set()
        """Chats in which nobody but staff answers."""
        self._seen: set[tuple[str, str]] = set()
        self._deliveries: asyncio.Queue[messaging.Delivery] = asyncio.Queue()

    @property
    def reports(self) -> list[messaging.DeliveryReport]:
        return [report for batch in self.batches for report in batch]

    def hand_out(self, *deliveries: messaging.Delivery) -> None:
        for delivery in deliveries:
            self._deliveries.put_nowait(delivery)

    async def BatchAcceptMessages(self, request: messaging.BatchAcceptMessagesRequest, context: Any) -> Any:
        await self._enter("BatchAcceptMessages")
        if any(message.delivery_id in self.refused_messages for message in request.messages):
            raise DomainError(grpc.StatusCode.INVALID_ARGUMENT, "BAD_MESSAGE", "a message is wrong")
        self.message_batches.append(list(request.messages))
        return messaging.BatchAcceptMessagesResponse(outcomes=[await self._accept(one) for one in request.messages])

    async def _accept(self, message: messaging.InboundMessage) -> messaging.AcceptMessageResponse:
        key = (message.channel_account_id, message.delivery_id)
        duplicate = key in self._seen
        if not duplicate:
            self._seen.add(key)
            self.messages.append(message)
            self.tenants.append(current_call().tenant_id)
            await self._tell()
        turn_due = not (duplicate or message.unanswerable or message.external_chat_id in self.staff_have)
        return messaging.AcceptMessageResponse(
            conversation_id="c", message_id="m", duplicate=duplicate, turn_due=turn_due
        )

    async def SetReachability(self, request: messaging.SetReachabilityRequest, context: Any) -> Any:
        await self._enter("SetReachability")
        self.reachability.append((current_call().tenant_id, request))
        return messaging.SetReachabilityResponse()

    async def LeaseDeliveries(self, request: messaging.LeaseDeliveriesRequest, context: Any) -> Any:
        self.lease_requests.append(request)
        await self._enter("LeaseDeliveries")
        try:
            found = [await asyncio.wait_for(self._deliveries.get(), request.wait.ToTimedelta().total_seconds())]
        except TimeoutError:
            found = []
        while len(found) < request.max_count and not self._deliveries.empty():
            found.append(self._deliveries.get_nowait())
        return messaging.LeaseDeliveriesResponse(deliveries=found)

    async def ReportDeliveries(self, request: messaging.ReportDeliveriesRequest, context: Any) -> Any:
        await self._enter("ReportDeliveries")
        if any(report.delivery_id in self.refused_reports for report in request.reports):
            raise DomainError(self.refusal, "BAD_REPORT", "a report is wrong")
        self.batches.append(list(request.reports))
        await self._tell()
        return messaging.ReportDeliveriesResponse()


class TenantsDouble(_Double, TenantsServiceServicer):
    """Knows the channel accounts a test gives it."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[tuple[str, str], tenants.ChannelCredentials] = {}

    def put(self, tenant_id: str, token: str, secret: str, *, enabled: bool = True, account_id: str = "") -> str:
        """Create or replace a tenant's Telegram account; gives its id."""
        account_id = account_id or f"account-of-{tenant_id}"
        account = tenants.ChannelAccount(channel_account_id=account_id, channel="telegram", enabled=enabled)
        self.accounts[tenant_id, "telegram"] = tenants.ChannelCredentials(
            account=account, bot_token=token, webhook_secret=secret
        )
        return account_id

    async def GetChannelCredentials(self, request: tenants.GetChannelCredentialsRequest, context: Any) -> Any:
        found = self.accounts.get((current_call().tenant_id, request.channel))
        await self._enter("GetChannelCredentials")
        if found is None:
            raise not_found("channel account", request.channel)
        return found
