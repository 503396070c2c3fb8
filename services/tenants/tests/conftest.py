"""The tenants service for its tests, with a clock that tests may set."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sales.common.v1 import localized_text_pb2
from sales.tenants.v1 import staff_pb2_grpc, tenants_pb2_grpc
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.auth import TokenSigner, TokenVerifier
from services.common.clock import utc_now
from services.common.db import Database
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import METADATA_KEY
from services.common.tests.serving import Client, Served, caller_keys, serve
from services.tenants.crypto import SecretBox
from services.tenants.models import plumbing
from services.tenants.server import ACCESS, TenantsServicer
from services.tenants.staff.server import ACCESS as STAFF_ACCESS
from services.tenants.staff.server import StaffServicer
from services.tenants.staff.sessions import Sessions


@dataclass
class Service:
    """The running service and what it stands on. `ahead`: by how much the clock of keys and sessions is set forward."""

    served: Served
    database: Database
    box: SecretBox
    servicer: Any
    now: datetime = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)
    ahead: timedelta = timedelta()

    def staff_clock(self) -> datetime:
        return utc_now() + self.ahead

    def as_(self, caller: str, tenant_id: str | None) -> Client:
        return self.served.client(tenants_pb2_grpc.TenantsServiceStub, caller, tenant_id)

    def staff_as(self, caller: str, tenant_id: str | None, session: str = "") -> Client:
        """A client of StaffService; `session` is the token of the person for whom admin_bff calls."""
        metadata = self.served.signers[caller].metadata(tenant_id)
        if session:
            metadata += ((METADATA_KEY, session),)
        return Client(staff_pb2_grpc.StaffServiceStub(self.served.channel), metadata)


@pytest.fixture(scope="session")
async def service(service_database_url: Callable[[str], str]) -> AsyncIterator[Service]:
    database = await Database.connect(service_database_url("tenants"), pool_size=8)
    box = SecretBox({"k1": bytes(32)})
    outbox = Outbox(database, plumbing, "tenants")
    servicer = TenantsServicer(database, outbox, IdempotencyKeys(plumbing), box, lambda: running.now, development=True)
    keys = caller_keys()
    seed, public = keys["tenants"]

    def staff_clock() -> datetime:
        return running.staff_clock()

    def seconds() -> float:
        return staff_clock().timestamp()

    sessions = Sessions(TokenSigner("tenants", seed, seconds), TokenVerifier({"tenants": public}, seconds), staff_clock)
    staff = StaffServicer(database, outbox, IdempotencyKeys(plumbing), sessions, staff_clock)

    def add(server: Any) -> None:
        tenants_pb2_grpc.add_TenantsServiceServicer_to_server(servicer, server)
        staff_pb2_grpc.add_StaffServiceServicer_to_server(staff, server)

    async with serve(ACCESS | STAFF_ACCESS, add, keys) as served:
        running = Service(served, database, box, servicer)
        yield running
    await database.close()


@pytest.fixture
def operator(service: Service, tenant_id: str) -> Client:
    """The operator, acting for this test's tenant."""
    return service.as_("operator", tenant_id)


@pytest.fixture
async def tenant(operator: Client) -> pb.Tenant:
    """This test's tenant, created."""
    created: pb.Tenant = await operator.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="create"))
    return created


def bakery(**settings: Any) -> pb.Tenant:
    """A valid tenant; keyword arguments replace settings."""
    usual: dict[str, Any] = {
        "currency_code": "ILS",
        "time_zone": "Asia/Jerusalem",
        "languages": ["he", "en"],
        "delivery_terms": localized(en="Tel Aviv, free from 150"),
        "delivery_offered": True,
        "pickup_offered": True,
        "contact": pb.Contact(phone="+972-3-555-0100", email="hello@example.com"),
    }
    return pb.Tenant(
        display_name=localized(en="Bakery", he="מאפייה"),
        description="Bread and cakes.",
        persona=pb.Persona(role="bakery assistant", tone="warm"),
        settings=pb.Settings(**(usual | settings)),
    )


def localized(**values: str) -> localized_text_pb2.LocalizedText:
    return localized_text_pb2.LocalizedText(values=values)
