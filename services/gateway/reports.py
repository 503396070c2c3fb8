"""Telling the agent how sends ended: in batches, again and again until it has heard."""

import asyncio
import contextlib
import math

import grpc
import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1 import messaging_pb2_grpc

from services.common.auth import TokenSigner

log = structlog.get_logger()

FLUSH_SECONDS = 0.05
# A chat's next reply waits for the report of the last one, so reports are only gathered when there are many.
_BUSY_A_SECOND = 60
_MEMORY_SECONDS = 0.5
_BATCH = 500
_DEADLINE_SECONDS = 5.0
_RETRY_SECONDS = (0.1, 0.2, 0.5, 1.0, 2.0)
# What says nothing of the reports: the agent is away or busy, or does not take us for the gateway.
_NOT_OF_REPORTS = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.UNAUTHENTICATED,
    grpc.StatusCode.PERMISSION_DENIED,
    grpc.StatusCode.UNIMPLEMENTED,
)
_REFUSALS = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.FAILED_PRECONDITION)
# A single report that the agent fails at gets so many tries: the fault may have been of the moment, such as a deadlock.
_TRIES = 3


class DeliveryReports:
    """The reports that the agent has not heard yet."""

    def __init__(self, agent: "messaging_pb2_grpc.MessagingServiceAsyncStub", signer: TokenSigner) -> None:
        self._agent = agent
        self._signer = signer
        self._pending: list[messaging.DeliveryReport] = []
        self._rate = 0.0
        self._told_at = float("-inf")
        self._some = asyncio.Event()
        self._none = asyncio.Event()
        self._none.set()

    def add(self, report: messaging.DeliveryReport) -> None:
        """Report this soon: at once, or with the next batch when there are many."""
        self._pending.append(report)
        self._none.clear()
        self._some.set()

    async def drain(self, timeout_seconds: float) -> None:
        """Wait until the agent has heard everything, or the time is over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_seconds):
                await self._none.wait()
        if self._pending:
            # Their leases run out and the agent offers them again.
            log.error("delivery_reports_lost", count=len(self._pending))

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await self._some.wait()
            batch = self._pending[:_BATCH]
            await self._tell(batch)
            del self._pending[: len(batch)]
            if not self._pending:
                self._some.clear()
                self._none.set()
            if self._busy(len(batch)):
                await asyncio.sleep(FLUSH_SECONDS)

    def _busy(self, count: int) -> bool:
        """Whether reports come so fast, by a decaying mean over about half a second, that gathering pays."""
        now = asyncio.get_running_loop().time()
        self._rate = self._rate * math.exp((self._told_at - now) / _MEMORY_SECONDS) + count / _MEMORY_SECONDS
        self._told_at = now
        return self._rate > _BUSY_A_SECOND

    async def _tell(self, batch: list[messaging.DeliveryReport]) -> None:
        """Returns when the agent has heard them. One that it refuses, or fails at, must not keep it from the others."""
        failures = faults = 0
        while True:
            try:
                await self._agent.ReportDeliveries(
                    messaging.ReportDeliveriesRequest(reports=batch),
                    metadata=self._signer.metadata(),
                    timeout=_DEADLINE_SECONDS,
                )
                return
            except grpc.aio.AioRpcError as error:
                if error.code() not in _NOT_OF_REPORTS:
                    if len(batch) > 1:
                        await self._tell_apart(batch)
                        return
                    faults += 1
                    if error.code() in _REFUSALS or faults == _TRIES:
                        _give_up(batch[0], error)
                        return
                if failures == 0:
                    log.warning("agent_does_not_hear_reports", count=len(batch), code=error.code().name)
                await asyncio.sleep(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])
                failures += 1

    async def _tell_apart(self, batch: list[messaging.DeliveryReport]) -> None:
        middle = len(batch) // 2
        await self._tell(batch[:middle])
        await self._tell(batch[middle:])


def _give_up(report: messaging.DeliveryReport, error: grpc.aio.AioRpcError) -> None:
    """Its lease runs out, and the agent counts it as one of which nobody knows."""
    log.error(
        "delivery_report_refused",
        delivery_id=report.delivery_id,
        tenant_id=report.tenant_id,
        code=error.code().name,
        error=error.details(),
    )
