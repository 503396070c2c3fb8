"""Telling the agent how sends ended: in batches, again and again until it has heard."""

import asyncio
import contextlib
import math
from dataclasses import dataclass

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
# A report that the agent fails at, while it hears others, is tried so often, for about 20 seconds.
_TRIES = 12
# Where the agent fails at so many in a row, it is not for their sake.
_MANY = 4

_Failure = tuple[messaging.DeliveryReport, grpc.aio.AioRpcError]


@dataclass(slots=True)
class _Fault:
    """Since when the agent fails at a report, how often it has, and how often since it has heard another."""

    first: float
    failures: int = 0
    beside_others: int = 0


class DeliveryReports:
    """The reports that the agent has not heard yet."""

    def __init__(self, agent: "messaging_pb2_grpc.MessagingServiceAsyncStub", signer: TokenSigner) -> None:
        self._agent = agent
        self._signer = signer
        self._pending: list[messaging.DeliveryReport] = []
        self._faults: dict[str, _Fault] = {}  # by delivery, of those that are tried again after a while
        self._heard_at = float("-inf")
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
        if left := self._faults.keys() | {report.delivery_id for report in self._pending}:
            # Their leases run out and the agent offers them again.
            log.error("delivery_reports_lost", count=len(left))

    async def run(self) -> None:
        """Report until cancelled."""
        while True:
            await self._some.wait()
            batch, began = self._pending[:_BATCH], asyncio.get_running_loop().time()
            failures = await self._tell(batch)
            del self._pending[: len(batch)]
            self._settle(batch, failures, began)
            if not self._pending:
                self._some.clear()
                if not self._faults:
                    self._none.set()
            if self._busy(len(batch)):
                await asyncio.sleep(FLUSH_SECONDS)

    def _settle(self, batch: list[messaging.DeliveryReport], failures: list[_Failure], began: float) -> None:
        """Have those that the agent failed at told again after a while; give up those that it alone does not hear."""
        known = {report.delivery_id: self._faults.pop(report.delivery_id, None) for report in batch}
        for report, error in failures:
            fault = known[report.delivery_id] or _Fault(began)
            fault.failures += 1
            if self._heard_at >= fault.first:
                fault.beside_others += 1
            if error.code() in _REFUSALS or fault.beside_others == _TRIES:
                _give_up(report, error)
                continue
            self._faults[report.delivery_id] = fault
            asyncio.get_running_loop().call_later(_pause(fault.failures), self.add, report)

    def _busy(self, count: int) -> bool:
        """Whether reports come so fast, by a decaying mean over about half a second, that gathering pays."""
        now = asyncio.get_running_loop().time()
        self._rate = self._rate * math.exp((self._told_at - now) / _MEMORY_SECONDS) + count / _MEMORY_SECONDS
        self._told_at = now
        return self._rate > _BUSY_A_SECOND

    async def _tell(self, batch: list[messaging.DeliveryReport]) -> list[_Failure]:
        """Returns the reports that the agent refuses or fails at; they must not keep it from hearing the others."""
        error = await self._report(batch)
        if error is None:
            self._heard_at = asyncio.get_running_loop().time()
            return []
        if len(batch) == 1:
            return [(batch[0], error)]
        first, second = batch[: len(batch) // 2], batch[len(batch) // 2 :]
        failures = await self._tell(first)
        if len(failures) == len(first) >= _MANY:
            return failures + [(report, error) for report in second]
        return failures + await self._tell(second)

    async def _report(self, batch: list[messaging.DeliveryReport]) -> grpc.aio.AioRpcError | None:
        """None once the agent has heard them, else how it refused them or failed at them."""
        failures = 0
        while True:
            try:
                await self._agent.ReportDeliveries(
                    messaging.ReportDeliveriesRequest(reports=batch),
                    metadata=self._signer.metadata(),
                    timeout=_DEADLINE_SECONDS,
                )
                return None
            except grpc.aio.AioRpcError as error:
                if error.code() not in _NOT_OF_REPORTS:
                    return error
                if failures == 0:
                    log.warning("agent_does_not_hear_reports", count=len(batch), code=error.code().name)
                failures += 1
                await asyncio.sleep(_pause(failures))


def _pause(failures: int) -> float:
    return _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS)) - 1]


def _give_up(report: messaging.DeliveryReport, error: grpc.aio.AioRpcError) -> None:
    """Its lease runs out, and the agent counts it as one of which nobody knows."""
    log.error(
        "delivery_report_refused",
        delivery_id=report.delivery_id,
        tenant_id=report.tenant_id,
        code=error.code().name,
        error=error.details(),
    )
