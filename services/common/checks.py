"""Checks of what a process depends on: they return when it is there and raise when it is not."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import grpc
import structlog
from grpc_health.v1 import health_pb2, health_pb2_grpc

if TYPE_CHECKING:
    from nats.aio.client import Client

log = structlog.get_logger()
Check = Callable[[], Awaitable[None]]

_PEER_SECONDS = 2.0
_CHECK_SECONDS = 3.0


async def passes(check: Check) -> bool:
    """Whether a check returns, and in time."""
    try:
        async with asyncio.timeout(_CHECK_SECONDS):
            await check()
    except Exception as error:  # noqa: BLE001 - a check fails in as many ways as its dependency; all mean the same
        log.debug("check_failed", error=repr(error))
        return False
    return True


def serving(channel: grpc.aio.Channel, service: str = "") -> Check:
    """A check that a gRPC service behind a channel serves calls; "" that it wants new ones."""
    stub = health_pb2_grpc.HealthStub(channel)

    async def check() -> None:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=_PEER_SECONDS)
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise ConnectionError(f"{service or 'the peer'} is not serving")

    return check


def connected(client: "Callable[[], Client | None]") -> Check:
    """A check that the connection to NATS stands."""

    async def check() -> None:
        current = client()
        if current is None or not current.is_connected:
            raise ConnectionError("not connected to NATS")

    return check
