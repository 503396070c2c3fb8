"""Sending replies: lease some from the agent, send them side by side, report how each ended.

The agent hands out at most one reply of a chat at a time, so sending side by side keeps each chat's order.
"""

import asyncio
from collections.abc import Mapping, Sequence

import grpc
import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1 import messaging_pb2_grpc

from services.common import telemetry
from services.common.auth import TokenSigner
from services.common.faults import fault_point
from services.gateway.accounts import AccountsUnavailableError, ChannelAccounts, Credentials
from services.gateway.channels.telegram import TelegramChannel
from services.gateway.reports import DeliveryReports
from services.gateway.typing_indicator import Chat, TypingIndicator

log = structlog.get_logger()

SIMULTANEOUS_SENDS = 64
# Short, so that a stop can let the call end: what is handed out to a cancelled one waits for its lease to end.
_LEASE_WAIT_SECONDS = 1
_LEASE_TIMEOUT_SECONDS = _LEASE_WAIT_SECONDS + 5
# Under load replies come singly and close together: a short pause lets some gather for one call.
_LEASE_PAUSE_SECONDS = 0.01
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0)

Outcome = messaging.DeliveryOutcome


class DeliveryWorker:
    """Leases and sends until it is stopped."""

    def __init__(
        self,
        agent: "messaging_pb2_grpc.MessagingServiceAsyncStub",
        signer: TokenSigner,
        channels: Mapping[str, TelegramChannel],
        accounts: ChannelAccounts,
        typing: TypingIndicator,
        reports: DeliveryReports,
    ) -> None:
        self._agent = agent
        self._signer = signer
        self._channels = channels
        self._accounts = accounts
        self._typing = typing
        self._reports = reports
        self._stopping = False
        self._sends: set[asyncio.Task[None]] = set()
        self._failures = 0

    async def run(self) -> None:
        """Send until `stop` is called; returns when the last lease and the last send have ended."""
        while not self._stopping:
            free = SIMULTANEOUS_SENDS - len(self._sends)
            if free == 0:
                await asyncio.wait(self._sends, return_when=asyncio.FIRST_COMPLETED)
                continue
            for delivery in await self._lease(free):
                send = asyncio.create_task(self._send(delivery))
                self._sends.add(send)
                send.add_done_callback(self._sends.discard)
            await asyncio.sleep(_LEASE_PAUSE_SECONDS)
        if self._sends:
            await asyncio.wait(self._sends)

    def stop(self) -> None:
        """Lease no more."""
        self._stopping = True

    async def _lease(self, count: int) -> Sequence[messaging.Delivery]:
        request = messaging.LeaseDeliveriesRequest(channels=list(self._channels), max_count=count)
        request.wait.seconds = _LEASE_WAIT_SECONDS
        try:
            response = await self._agent.LeaseDeliveries(
                request, metadata=self._signer.metadata(), timeout=_LEASE_TIMEOUT_SECONDS
            )
        except grpc.aio.AioRpcError as error:
            if self._failures == 0:
                log.warning("agent_gives_no_deliveries", code=error.code().name, error=error.details())
            await asyncio.sleep(_RETRY_SECONDS[min(self._failures, len(_RETRY_SECONDS) - 1)])
            self._failures += 1
            return ()
        self._failures = 0
        return response.deliveries

    async def _send(self, delivery: messaging.Delivery) -> None:
        with telemetry.span("send", delivery.traceparent):
            report = await self._outcome(delivery)
        report.delivery_id = delivery.delivery_id
        report.tenant_id = delivery.tenant_id
        report.attempt = delivery.attempt
        self._reports.add(report)
        outcome = Outcome.Name(report.outcome).removeprefix("DELIVERY_OUTCOME_")
        tell = log.debug if report.outcome == Outcome.DELIVERY_OUTCOME_SENT else log.warning
        tell(
            "delivery_tried",
            delivery_id=delivery.delivery_id,
            tenant_id=delivery.tenant_id,
            attempt=delivery.attempt,
            outcome=outcome,
            error=report.error,
        )

    async def _outcome(self, delivery: messaging.Delivery) -> messaging.DeliveryReport:
        self._typing.answer_comes(
            Chat(delivery.tenant_id, delivery.channel, delivery.channel_account_id, delivery.external_chat_id)
        )
        channel = self._channels.get(delivery.channel)
        if channel is None:
            return _report(Outcome.DELIVERY_OUTCOME_REJECTED, "no such channel here")
        try:
            credentials = await self._accounts.find(delivery.channel, delivery.tenant_id)
        except AccountsUnavailableError:
            return _report(Outcome.DELIVERY_OUTCOME_UNAVAILABLE, "the account's credentials cannot be had")
        if credentials is None or credentials.account.channel_account_id != delivery.channel_account_id:
            # Not for good: the owner may enable the account again while the agent still tries.
            return _report(Outcome.DELIVERY_OUTCOME_UNAVAILABLE, "the channel account is disabled or gone")
        return await _send_on(channel, credentials, delivery)


async def _send_on(
    channel: TelegramChannel, credentials: Credentials, delivery: messaging.Delivery
) -> messaging.DeliveryReport:
    fault_point("gateway.before_send")
    try:
        report = await channel.send(credentials, delivery)
    except Exception as error:  # a fault of ours must cost one send, not the worker
        log.exception("send_failed", delivery_id=delivery.delivery_id, tenant_id=delivery.tenant_id)
        return _report(Outcome.DELIVERY_OUTCOME_UNCERTAIN, f"the gateway failed: {type(error).__name__}")
    if report.outcome == Outcome.DELIVERY_OUTCOME_SENT:
        fault_point("gateway.after_send")
    return report


def _report(outcome: "Outcome.ValueType", error: str) -> messaging.DeliveryReport:
    return messaging.DeliveryReport(outcome=outcome, error=error)
