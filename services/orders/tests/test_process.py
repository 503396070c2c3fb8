"""The process as it is started: settings, readiness, serving, an orderly stop."""

import base64
from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.orders.v1 import catalog_pb2

from services.common.auth import TokenSigner, generate_key_pair
from services.common.grpc_client import channel
from services.orders.tests.conftest import Service
from services.orders.tests.support import Caller, create, product, request_id
from tests.service_process import ServiceProcess


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
) -> AsyncIterator[ServiceProcess]:
    environment = {
        "DATABASE_URL": service_database_url("orders"),
        "NATS_URL": nats_url,
        "ORDERS_GRPC_PORT": "0",
        "TENANTS_ADDRESS": service.tenants_address,
        "SERVICE_PRIVATE_KEY": encoded(keys["orders"][0]),
        "SERVICE_PUBLIC_KEYS": ",".join(f"{name}={encoded(public)}" for name, (_, public) in keys.items()),
    }
    started = ServiceProcess("services.orders", environment)
    yield started
    await started.kill()


async def test_the_process_serves_until_it_is_told_to_stop(
    service: Service, keys: dict[str, tuple[bytes, bytes]], tenant_id: str, process: ServiceProcess
) -> None:
    service.tenants.add(tenant_id)
    await process.start()
    address = f"127.0.0.1:{(await process.told('listening'))['port']}"
    await process.told("ready")
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

    assert placed.total.amount_minor == 3000
    assert backlog.dead_letter_count == 0
    assert await process.terminate() == 0


async def test_a_missing_setting_is_named() -> None:
    process = ServiceProcess("services.orders", {})
    await process.start()
    assert await process.ended() == 2
    told = "".join(process.log)
    assert "DATABASE_URL" in told
    assert "SERVICE_PRIVATE_KEY" in told
