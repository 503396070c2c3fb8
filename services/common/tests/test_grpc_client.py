"""Channels between services, when the other side is slow."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from services.common.auth import TokenVerifier, generate_key_pair
from services.common.grpc_client import channel
from services.common.grpc_server import Server

# Longer than the pauses between tries to connect, as on a busy machine.
_HANDSHAKE_SECONDS = 0.5


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter, delay: float) -> None:
    while chunk := await source.read(65536):
        await asyncio.sleep(delay)
        delay = 0
        sink.write(chunk)


@contextlib.asynccontextmanager
async def _slow_to_answer(port: int) -> AsyncIterator[str]:
    """A way to the server on which its first words take their time; gives the address."""

    async def serve(from_client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(ConnectionError):
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(from_client, to_server, 0))
                both.create_task(_pass_on(from_server, to_client, _HANDSHAKE_SECONDS))
        to_server.close()
        to_client.close()

    relay = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with relay:
        yield f"127.0.0.1:{relay.sockets[0].getsockname()[1]}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    _, public_key = generate_key_pair()
    server = Server(TokenVerifier({"gateway": public_key}), {}, reflected=False, address="127.0.0.1:0")
    await server.start()
    await server.ready()
    yield server
    await server.stop(0)


async def test_a_peer_that_is_slow_to_shake_hands_is_waited_for(server: Server) -> None:
    async with _slow_to_answer(server.port) as address, channel(address) as slow:
        answer = await health_pb2_grpc.HealthStub(slow).Check(health_pb2.HealthCheckRequest(), timeout=30)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_a_peer_that_was_down_is_found_soon_after_it_comes_up(server: Server) -> None:
    address = f"127.0.0.1:{server.port}"
    await server.stop(0)
    async with channel(address) as came_late:
        health = health_pb2_grpc.HealthStub(came_late)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await health.Check(health_pb2.HealthCheckRequest(), timeout=30)
        assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
        _, public_key = generate_key_pair()
        again = Server(TokenVerifier({"gateway": public_key}), {}, reflected=False, address=address)
        await again.start()
        await again.ready()
        try:
            answer = await health.Check(health_pb2.HealthCheckRequest(), timeout=30, wait_for_ready=True)
        finally:
            await again.stop(0)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING
