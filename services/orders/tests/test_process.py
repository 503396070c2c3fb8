"""The process as it is started: settings, readiness, serving, an orderly stop."""

import asyncio
import base64
import json
import os
import sys
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.orders.v1 import catalog_pb2

from services.common.auth import TokenSigner, generate_key_pair
from services.common.grpc_client import channel
from services.orders.tests.conftest import Service
from services.orders.tests.support import Caller, create, product, request_id


def encoded(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
def keys() -> dict[str, tuple[bytes, bytes]]:
    return {name: generate_key_pair() for name in ("orders", "operator")}


@pytest_asyncio.fixture
async def process(
    service: Service,
    keys: dict[str, tuple[bytes, bytes]],
    nats_url: str,
    service_database_url: Callable[[str], str],
) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "DATABASE_URL": service_database_url("orders"),
        "NATS_URL": nats_url,
        "ORDERS_GRPC_PORT": "0",
        "TENANTS_ADDRESS": service.tenants_address,
        "LOG_FORMAT": "json",
        "SERVICE_PRIVATE_KEY": encoded(keys["orders"][0]),
        "SERVICE_PUBLIC_KEYS": ",".join(f"{name}={encoded(public)}" for name, (_, public) in keys.items()),
    }
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.orders", env=environment, stderr=asyncio.subprocess.PIPE
    )
    yield started
    if started.returncode is None:
        started.kill()
    await started.communicate()


async def logged(process: asyncio.subprocess.Process, event: str) -> dict[str, Any]:
    """The first log entry of that name."""
    assert process.stderr is not None
    async for line in process.stderr:
        if event in line.decode():
            entry = json.loads(line)
            if entry["event"] == event:
                assert isinstance(entry, dict)
                return entry
    raise AssertionError(f"{event} was never logged")


async def test_the_process_serves_until_it_is_told_to_stop(
    service: Service, keys: dict[str, tuple[bytes, bytes]], tenant_id: str, process: asyncio.subprocess.Process
) -> None:
    service.tenants.add(tenant_id)
    entry = await asyncio.wait_for(logged(process, "listening"), 30)
    await asyncio.wait_for(logged(process, "ready"), 30)
    address = f"127.0.0.1:{entry['port']}"
    signer = TokenSigner("operator", keys["operator"][0])
    async with channel(address) as to_orders:
        health = await health_pb2_grpc.HealthStub(to_orders).Check(health_pb2.HealthCheckRequest())
        assert health.status == health_pb2.HealthCheckResponse.SERVING

        operator = Caller(to_orders, signer.metadata(tenant_id))
        roll = catalog_pb2.CreateProductRequest(product=product("roll"), request_id=request_id())
        await operator("CreateProduct", roll)
        placed = await operator("CreateOrder", create(("roll", "2")))
        backlog = await diagnostics_pb2_grpc.DiagnosticsServiceStub(to_orders).GetBacklog(
            diagnostics_pb2.GetBacklogRequest(), metadata=signer.metadata()
        )
    process.terminate()

    assert placed.total.amount_minor == 3000
    assert backlog.dead_letter_count == 0
    assert await asyncio.wait_for(process.wait(), 15) == 0


async def test_a_missing_setting_is_named() -> None:
    started = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "services.orders",
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
        stderr=asyncio.subprocess.PIPE,
    )
    _, told = await asyncio.wait_for(started.communicate(), 30)

    assert started.returncode == 2
    assert b"DATABASE_URL" in told
    assert b"SERVICE_PRIVATE_KEY" in told
