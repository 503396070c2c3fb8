"""Whether a part of the stack is up: asked the way its clients would ask."""

import asyncio
from urllib.parse import urlsplit

import grpc
import httpx2
from grpc_health.v1 import health_pb2, health_pb2_grpc

_SECONDS = 2.0


async def is_up(check: str) -> bool:
    """grpc://host:port asks the standard health service, http://… wants a 2xx answer, tcp://host:port a listener."""
    parts = urlsplit(check)
    match parts.scheme:
        case "grpc":
            return await _grpc_serving(parts.netloc)
        case "http" | "https":
            return await _http_ok(check)
        case _:
            return await _port_open(parts.hostname or "", parts.port or 0)


async def _grpc_serving(address: str) -> bool:
    async with grpc.aio.insecure_channel(address) as channel:
        ask = health_pb2_grpc.HealthStub(channel).Check
        try:
            answer = await ask(health_pb2.HealthCheckRequest(service=""), timeout=_SECONDS)
        except grpc.aio.AioRpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


async def _http_ok(url: str) -> bool:
    async with httpx2.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
        try:
            return (await client.get(url)).is_success
        except httpx2.HTTPError:
            return False


async def _port_open(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
