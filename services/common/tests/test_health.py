"""What a service says of itself before it can work, while it works and while it stops."""

import asyncio
from collections.abc import AsyncIterator

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sales.tenants.v1 import tenants_pb2 as pb
from sales.tenants.v1 import tenants_pb2_grpc

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.checks import Check
from services.common.errors import from_rpc_error
from services.common.grpc_server import Access, Server
from services.common.tests.waiting import eventually

SERVICE = "sales.tenants.v1.TenantsService"
ACCESS = {SERVICE: Access(callers={"GetTenant": ("agent",)})}
SEED, PUBLIC_KEY = generate_key_pair()


class Servicer(tenants_pb2_grpc.TenantsServiceServicer):
    """Gives a tenant."""

    async def GetTenant(self, request: pb.GetTenantRequest, context: object) -> pb.Tenant:
        return pb.Tenant(tenant_id="valdman")


class Dependency:
    """Something that is there or not."""

    def __init__(self) -> None:
        self.there = False

    async def check(self) -> None:
        if not self.there:
            raise ConnectionError


class Service:
    """A server, seen from outside."""

    def __init__(self, server: Server, channel: grpc.aio.Channel) -> None:
        self.server = server
        self._health = health_pb2_grpc.HealthStub(channel)
        self._tenants = tenants_pb2_grpc.TenantsServiceStub(channel)

    async def serving(self) -> set[str]:
        """The names of which health says SERVING."""
        statuses = (await self._health.List(health_pb2.HealthListRequest())).statuses
        return {name for name, listed in statuses.items() if listed.status == listed.SERVING}

    async def is_serving(self, name: str) -> bool:
        """The same of one name."""
        asked = await self._health.Check(health_pb2.HealthCheckRequest(service=name))
        return bool(asked.status == asked.SERVING)

    async def call(self) -> str:
        """The tenant, or how the call was refused."""
        metadata = TokenSigner("agent", SEED).metadata("valdman")
        try:
            tenant = await self._tenants.GetTenant(pb.GetTenantRequest(), metadata=metadata, timeout=30)
        except grpc.aio.AioRpcError as error:
            refused = from_rpc_error(error)
            return f"{refused.reason} {refused.message}"
        return str(tenant.tenant_id)


@pytest.fixture
async def peer() -> Dependency:
    return Dependency()


@pytest.fixture
async def service(peer: Dependency) -> AsyncIterator[Service]:
    """A service that needs postgres and nats, and calls a peer."""
    peers: dict[str, Check] = {"orders": peer.check}
    verifier = TokenVerifier({"agent": PUBLIC_KEY})
    server = Server(verifier, ACCESS, reflected=False, address="127.0.0.1:0", needs=("postgres", "nats"), peers=peers)
    async with server, grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        yield Service(server, channel)


async def test_it_lives_and_refuses_calls_by_what_is_missing_until_it_is_ready(service: Service) -> None:
    assert await service.serving() == {"live"}
    assert await service.call() == "UNAVAILABLE not ready: postgres, nats"
    await service.server.health.found(["postgres"])
    assert await service.serving() == {"live", "postgres"}
    assert [name for name in ("live", "postgres", "nats", "", SERVICE) if await service.is_serving(name)] == [
        *("live", "postgres"),
    ]
    assert await service.call() == "UNAVAILABLE not ready: nats"
    await service.server.health.found(["nats"])
    # Servicers can be made only when what they need is there: they come while the server listens already.
    tenants_pb2_grpc.add_TenantsServiceServicer_to_server(Servicer(), service.server.servicers)  # type: ignore[abstract]
    assert await service.call() == "UNAVAILABLE not ready: it is starting"
    await service.server.ready()
    assert await service.serving() == {"live", "postgres", "nats", "", SERVICE}
    assert await service.call() == "valdman"


async def test_a_peer_is_told_of_and_never_needed(service: Service, peer: Dependency) -> None:
    await service.server.ready()
    peer.there = True

    async def told() -> bool:
        return "orders" in await service.serving()

    await eventually(told, "the peer is there")
    assert "" in await service.serving()


async def test_what_is_lost_later_makes_it_unready_only_if_it_is_needed_and_closes_it_to_nobody(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.common.health._CHECK_SECONDS", 0.02)
    tenants_pb2_grpc.add_TenantsServiceServicer_to_server(Servicer(), service.server.servicers)  # type: ignore[abstract]
    postgres, nats = Dependency(), Dependency()
    postgres.there = nats.there = True
    watching = asyncio.create_task(service.server.health.watch({"postgres": postgres.check}, {"nats": nats.check}))
    everything = {"live", "", SERVICE, "postgres", "nats"}

    async def says(expected: set[str]) -> None:
        async def said() -> bool:
            return await service.serving() == expected

        await eventually(said, str(expected))

    await says(everything)
    nats.there = False
    await says(everything - {"nats"})
    postgres.there, nats.there = False, True
    await says({"live", "nats"})
    assert await service.call() == "valdman"
    postgres.there = True
    await says(everything)
    watching.cancel()


async def test_a_stop_is_told_first_while_calls_are_still_served(service: Service) -> None:
    tenants_pb2_grpc.add_TenantsServiceServicer_to_server(Servicer(), service.server.servicers)  # type: ignore[abstract]
    await service.server.health.found(["postgres", "nats"])
    await service.server.ready()
    stopping = asyncio.create_task(service.server.stop(5, delay_seconds=60))

    async def told() -> bool:
        return await service.serving() == {"live", "postgres", "nats", SERVICE}

    await eventually(told, "not ready, and serving")
    assert await service.call() == "valdman"
    await service.server.ready()  # a check that passes meanwhile changes nothing
    assert "" not in await service.serving()
    stopping.cancel()
