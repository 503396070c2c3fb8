"""The customers service for its tests, with a clock that tests may set."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sales.customers.v1 import customers_pb2_grpc

from services.common.db import Database
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import Role
from services.common.tests.serving import Client, Served, serve
from services.customers.models import plumbing
from services.customers.server import ACCESS, CustomersServicer


@dataclass
class Service:
    """The running service and what it stands on."""

    served: Served
    database: Database
    now: datetime = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)

    def as_(self, caller: str, tenant_id: str | None, role: Role = Role.OWNER) -> Client:
        """A client; as admin_bff it calls for Dana, who has this role."""
        return self.served.client(customers_pb2_grpc.CustomersServiceStub, caller, tenant_id, role)


@pytest.fixture(scope="session")
async def service(service_database_url: Callable[[str], str]) -> AsyncIterator[Service]:
    database = await Database.connect(service_database_url("customers"), pool_size=8)
    servicer = CustomersServicer(
        database, Outbox(database, plumbing, "customers"), IdempotencyKeys(plumbing), "IL", lambda: running.now
    )
    async with serve(
        ACCESS, lambda server: customers_pb2_grpc.add_CustomersServiceServicer_to_server(servicer, server)
    ) as served:
        running = Service(served, database)
        yield running
    await database.close()


@pytest.fixture
def agent(service: Service, tenant_id: str) -> Client:
    """The agent, acting for this test's tenant."""
    return service.as_("agent", tenant_id)


@pytest.fixture
def staff(service: Service, tenant_id: str) -> Client:
    """The dashboard, acting for this test's tenant."""
    return service.as_("admin_bff", tenant_id)
