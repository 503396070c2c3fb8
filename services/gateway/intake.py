"""Passing inbound things on to the agent: bounded in number and in time, and done only when it is committed."""

import asyncio

import grpc
import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1 import messaging_pb2_grpc

from services.common.auth import TokenSigner

log = structlog.get_logger()

ACCEPT_SECONDS = 5.0
# One channel carries about a thousand calls; beyond that they are cancelled.
_SIMULTANEOUS_CALLS = 500
_EXPECTED = (
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
)


class NotAcceptedError(Exception):
    """The agent did not say that it has it: the provider must deliver it again."""


class Intake:
    """Hands messages and changes of reachability to the agent."""

    def __init__(
        self,
        agent: "messaging_pb2_grpc.MessagingServiceAsyncStub",
        signer: TokenSigner,
        simultaneous_calls: int = _SIMULTANEOUS_CALLS,
    ) -> None:
        self._agent = agent
        self._signer = signer
        self._slots = asyncio.Semaphore(simultaneous_calls)

    async def accept(self, tenant_id: str, message: messaging.InboundMessage) -> messaging.AcceptMessageResponse:
        """Returns when the message is durable. Raises NotAcceptedError."""
        try:
            async with asyncio.timeout(ACCEPT_SECONDS), self._slots:
                return await self._agent.AcceptMessage(
                    messaging.AcceptMessageRequest(message=message),
                    metadata=self._signer.metadata(tenant_id),
                    timeout=ACCEPT_SECONDS,
                )
        except (grpc.aio.AioRpcError, TimeoutError) as error:
            raise _not_accepted(error, tenant_id) from None

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
