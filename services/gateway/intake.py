"""Passing inbound things on to the agent: bounded in number and in time, and done only when it is committed."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

import grpc
import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1 import messaging_pb2_grpc

from services.common.auth import TokenSigner

log = structlog.get_logger()

ACCEPT_SECONDS = 5.0
# One channel carries about a thousand calls; beyond that they are cancelled.
_SIMULTANEOUS_CALLS = 500
# More than one, so that a chat for which the agent must wait does not keep all others of the tenant waiting.
CALLS_OF_A_TENANT = 3
_LARGEST_BATCH = 100
_EXPECTED = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)


class NotAcceptedError(Exception):
    """The agent did not say that it has it: the provider must deliver it again."""


class _Waiting:
    """A message and who waits for what becomes of it."""

    def __init__(self, message: messaging.InboundMessage) -> None:
        self.message = message
        self.outcome: asyncio.Future[messaging.AcceptMessageResponse] = asyncio.get_running_loop().create_future()

    def end(self, outcome: messaging.AcceptMessageResponse | NotAcceptedError) -> None:
        if self.outcome.done():
            return
        if isinstance(outcome, NotAcceptedError):
            self.outcome.set_exception(outcome)
        else:
            self.outcome.set_result(outcome)


class Intake:
    """Hands messages and changes of reachability to the agent.

    A message that comes alone goes at once. Those that come while others of their tenant are on their way go together:
    a busy agent takes up only so many calls in a second, each of which may as well carry what waits.
    """

    def __init__(
        self,
        agent: "messaging_pb2_grpc.MessagingServiceAsyncStub",
        signer: TokenSigner,
        simultaneous_calls: int = _SIMULTANEOUS_CALLS,
    ) -> None:
        self._agent = agent
        self._signer = signer
        self._slots = asyncio.Semaphore(simultaneous_calls)
        self._waiting: dict[str, list[_Waiting]] = defaultdict(list)
        self._carriers: dict[str, set[asyncio.Task[None]]] = defaultdict(set)

    async def accept(self, tenant_id: str, message: messaging.InboundMessage) -> messaging.AcceptMessageResponse:
        """Returns when the message is durable. Raises NotAcceptedError."""
        waiting = _Waiting(message)
        self._waiting[tenant_id].append(waiting)
        carriers = self._carriers[tenant_id]
        if len(carriers) < CALLS_OF_A_TENANT:
            carriers.add(asyncio.create_task(self._carry(tenant_id)))
        try:
            async with asyncio.timeout(ACCEPT_SECONDS):
                return await waiting.outcome
        except TimeoutError as error:
            raise _not_accepted(error, tenant_id) from None

    async def _carry(self, tenant_id: str) -> None:
        """Take along whatever waits until nothing does."""
        while waiting := self._waiting.pop(tenant_id, None):
            async with self._slots:
                # Who does not wait any longer has told the provider to come again.
                waiting += self._waiting.pop(tenant_id, ())
                waiting = [one for one in waiting if not one.outcome.done()]
                if rest := waiting[_LARGEST_BATCH:]:
                    self._waiting[tenant_id] = rest
                await self._hand_over(tenant_id, waiting[:_LARGEST_BATCH])
        carriers = self._carriers[tenant_id]
        carriers.discard(asyncio.current_task())
        if not carriers:
            del self._carriers[tenant_id]

    async def _hand_over(self, tenant_id: str, some: Sequence[_Waiting]) -> None:
        if not some:
            return
        try:
            response = await self._agent.BatchAcceptMessages(
                messaging.BatchAcceptMessagesRequest(messages=[one.message for one in some]),
                metadata=self._signer.metadata(tenant_id),
                timeout=ACCEPT_SECONDS,
            )
        except grpc.aio.AioRpcError as error:
            if error.code() in _EXPECTED or len(some) == 1:
                refusal = _not_accepted(error, tenant_id)
                for one in some:
                    one.end(refusal)
                return
            # One message that the agent refuses must not keep the others out.
            for one in some:
                await self._hand_over(tenant_id, [one])
            return
        for one, outcome in zip(some, response.outcomes, strict=True):
            one.end(outcome)

    async def set_reachability(self, tenant_id: str, change: messaging.SetReachabilityRequest) -> None:
        """Returns when the change is durable. Raises NotAcceptedError."""
        try:
            async with asyncio.timeout(ACCEPT_SECONDS), self._slots:
                await self._agent.SetReachability(
                    change, metadata=self._signer.metadata(tenant_id), timeout=ACCEPT_SECONDS
                )
        except (grpc.aio.AioRpcError, TimeoutError) as error:
            raise _not_accepted(error, tenant_id) from None


def _not_accepted(error: grpc.aio.AioRpcError | TimeoutError, tenant_id: str) -> NotAcceptedError:
    if isinstance(error, TimeoutError):
        log.warning("agent_did_not_accept", tenant_id=tenant_id, code="TIMEOUT")
    elif error.code() in _EXPECTED:
        log.warning("agent_did_not_accept", tenant_id=tenant_id, code=error.code().name)
    else:
        # Not overload but a fault of ours; the provider's repeats keep the message until it is mended.
        log.error("agent_refused", tenant_id=tenant_id, code=error.code().name, error=error.details())
    return NotAcceptedError()
