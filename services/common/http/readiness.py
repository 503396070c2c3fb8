"""Whether this process should be given work: what it needs, asked when somebody wants to know."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from nats.aio.client import Client

Check = Callable[[], Awaitable[bool]]

_DEADLINE_SECONDS = 2.0
# The endpoint is public: however often it is asked, dependencies are asked once a second.
_KEEP_SECONDS = 1.0


class Readiness:
    """Names what is missing. Nothing is missing from a process that can work."""

    def __init__(self, checks: Mapping[str, Check], now: Callable[[], float] = time.monotonic) -> None:
        self._checks = checks
        self._now = now
        self._lock = asyncio.Lock()
        self._missing: list[str] = []
        self._checked_at = float("-inf")
        self._stopping = False

    def stop(self) -> None:
        """From now on never ready, so that no new work comes."""
        self._stopping = True

    async def missing(self) -> list[str]:
        """Names of what is missing; `stopping` when the process is about to end."""
        if self._stopping:
            return ["stopping"]
        async with self._lock:
            if self._now() - self._checked_at > _KEEP_SECONDS:
                results = await asyncio.gather(*(check() for check in self._checks.values()))
                self._missing = [name for name, passed in zip(self._checks, results, strict=True) if not passed]
                self._checked_at = self._now()
        return self._missing


def serving(channel: grpc.aio.Channel) -> Check:
    """A check that the gRPC service behind a channel says it is serving."""
    stub = health_pb2_grpc.HealthStub(channel)

    async def check() -> bool:
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(), timeout=_DEADLINE_SECONDS)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    return check


def connected(client: Callable[[], Client | None]) -> Check:
    """A check that the connection to NATS stands."""

    async def check() -> bool:
        current = client()
        return current is not None and current.is_connected

    return check
