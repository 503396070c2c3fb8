"""The service in process: a real gRPC server on real PostgreSQL, beside a stand-in for the tenants service."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import pytest_asyncio
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc, orders_pb2_grpc
from sales.tenants.v1 import events_pb2 as tenant_events_pb2

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.db import Database
from services.common.grpc_client import channel
from services.common.grpc_server import FOR_STAFF, Server
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import Role
from services.common.tests.serving import staff_metadata
from services.orders.catalog.server import ACCESS as CATALOG_ACCESS
from services.orders.catalog.server import CatalogServicer
from services.orders.orders.server import ACCESS as ORDERS_ACCESS
from services.orders.orders.server import OrdersServicer
from services.orders.schema import SCHEMA, plumbing
from services.orders.tenant_facts import TenantDirectory
from services.orders.tests.support import (
    START,
    Caller,
    StandingClock,
    StandInTenants,
    by_weight,
    localized,
    product,
    request_id,
)

CALLERS = ("tenants", "agent", "admin_bff", "operator", "gateway")


@dataclass
class Service:
    """The running service and what stands around it."""

    channel: grpc.aio.Channel
    signers: dict[str, TokenSigner]
    clock: StandingClock
    tenants: StandInTenants
    tenants_address: str
    directory: TenantDirectory
    outbox: Outbox
    database: Database

    def caller(self, name: str, tenant_id: str, role: Role = Role.OWNER) -> Caller:
        """A caller; admin_bff calls for somebody with this role."""
        metadata = self.signers[name].metadata(tenant_id)
        if name == FOR_STAFF:
            metadata += staff_metadata(self.signers["tenants"], tenant_id, role)
        return Caller(self.channel, metadata)

    async def tenant_changes(self, tenant_id: str, **settings: Any) -> None:
        """Change the tenant's settings and let the service hear of it."""
        self.tenants.add(tenant_id, **settings)
        await self.directory.on_tenant_changed(tenant_events_pb2.TenantChanged(tenant_id=tenant_id).SerializeToString())


@pytest_asyncio.fixture(scope="session")
async def database(service_database_url: Callable[[str], str]) -> AsyncIterator[Database]:
    database = await Database.connect(service_database_url("orders"), 10, "orders_tests")
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session")
async def tenants() -> AsyncIterator[tuple[StandInTenants, str]]:
    stand_in = StandInTenants()
    server = grpc.aio.server()
    stand_in.serve(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    yield stand_in, f"127.0.0.1:{port}"
    await server.stop(None)


@pytest_asyncio.fixture(scope="session")
async def running(database: Database, tenants: tuple[StandInTenants, str]) -> AsyncIterator[Service]:
    keys = {name: generate_key_pair() for name in (*CALLERS, "orders")}
    stand_in, tenants_address = tenants
    to_tenants = channel(tenants_address)
    clock = StandingClock()
    directory = TenantDirectory(to_tenants, TokenSigner("orders", keys["orders"][0]))
    outbox, idempotency = Outbox(database, plumbing, SCHEMA), IdempotencyKeys(plumbing)
    server = Server(
        TokenVerifier({name: public for name, (_, public) in keys.items()}),
        {**CATALOG_ACCESS, **ORDERS_ACCESS},
        reflected=False,
        address="127.0.0.1:0",
    )
    parts = (database, idempotency, outbox, directory, clock)
    catalog = CatalogServicer(*parts)
    catalog_pb2_grpc.add_CatalogServiceServicer_to_server(catalog, server.grpc)
    orders_pb2_grpc.add_OrdersServiceServicer_to_server(OrdersServicer(*parts, catalog.indexes), server.grpc)
    await server.start()
    to_orders = channel(f"127.0.0.1:{server.port}")
    signers = {name: TokenSigner(name, keys[name][0]) for name in CALLERS}
    yield Service(to_orders, signers, clock, stand_in, tenants_address, directory, outbox, database)
    await to_orders.close()
    await to_tenants.close()
    await server.stop(0)


@pytest.fixture
def service(running: Service) -> Service:
    """The service with its clock at START."""
    running.clock.now = START
    running.tenants.failure = None
    return running


@pytest.fixture
def agent(service: Service, shop: str) -> Caller:
    """The agent, talking with a customer of the shop."""
    return service.caller("agent", shop)


@pytest.fixture
def staff(service: Service, shop: str) -> Caller:
    """The dashboard of the shop."""
    return service.caller("admin_bff", shop)


@pytest.fixture
def operator(service: Service, shop: str) -> Caller:
    """The operator's CLI."""
    return service.caller("operator", shop)


@pytest_asyncio.fixture
async def shop(service: Service, tenant_id: str) -> str:
    """A tenant that sells sausages by weight and croissants by the piece; its catalog has version 4."""
    service.tenants.add(tenant_id)
    operator = service.caller("operator", tenant_id)
    for sold in (
        by_weight("beef_sausage", 4500, display_name=localized(en="Beef Sausage", he="נקניק בקר"), aliases=["קבנוס"]),
        by_weight("merguez", 5200, display_name=localized(en="Spicy Merguez", he="מרגז חריף")),
        by_weight("pastrami", 7500, display_name=localized(en="Pastrami", he="פסטרמה")),
        product("croissant", 1500, display_name=localized(en="Chocolate Croissant", he="קרואסון שוקולד")),
    ):
        await operator("CreateProduct", catalog_pb2.CreateProductRequest(product=sold, request_id=request_id()))
    return tenant_id
