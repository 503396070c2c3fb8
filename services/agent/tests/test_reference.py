"""A tenant's view: an old one serves while the tenants service is away, without each turn waiting for it."""

import asyncio
from datetime import timedelta
from typing import Any, cast

import grpc
import pytest
from sales.orders.v1 import catalog_pb2
from sales.tenants.v1 import tenants_pb2

from services.agent.reference import MAX_AGE_SECONDS, Reference
from services.agent.staffing.pause_time import DEFAULT, PauseTime
from services.common.auth import TokenSigner, generate_key_pair
from services.common.errors import DomainError


class Tenants:
    """The tenants service, which may be away."""

    def __init__(self) -> None:
        self.calls = 0
        self.away = False
        self.deadlines: list[float] = []

    async def GetTenant(self, request: Any, **call: Any) -> tenants_pb2.Tenant:
        self.calls += 1
        self.deadlines.append(call["timeout"])
        if self.away:
            raise grpc.aio.AioRpcError(grpc.StatusCode.UNAVAILABLE, grpc.aio.Metadata(), grpc.aio.Metadata())
        settings = tenants_pb2.Settings(time_zone="Asia/Jerusalem", pause_minutes=30 * self.calls)
        return tenants_pb2.Tenant(tenant_id="valdman", description=f"read {self.calls}", settings=settings)


class Catalogs:
    """A catalog without products, of an orders service that may hang."""

    hang = False

    async def GetCatalog(self, request: Any, **_call: Any) -> catalog_pb2.Catalog:
        if self.hang:
            await asyncio.Event().wait()
        return catalog_pb2.Catalog(version=1, currency_code="ILS")


@pytest.fixture
def tenants() -> Tenants:
    return Tenants()


@pytest.fixture
def catalogs() -> Catalogs:
    return Catalogs()


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def reference(tenants: Tenants, catalogs: Catalogs, clock: list[float]) -> Reference:
    signer = TokenSigner("agent", generate_key_pair()[0])
    return Reference(cast(Any, tenants), cast(Any, catalogs), signer, now=lambda: clock[0])


async def description(reference: Reference) -> str:
    return (await reference.view("valdman")).tenant.description


async def test_an_old_view_serves_while_the_service_is_away_and_is_asked_for_now_and_then(
    reference: Reference, tenants: Tenants, clock: list[float]
) -> None:
    assert await description(reference) == "read 1"
    tenants.away = True
    clock[0] = MAX_AGE_SECONDS
    assert {await description(reference) for _ in range(5)} == {"read 1"}
    assert tenants.calls == 2
    tenants.away = False
    clock[0] += 6
    assert await description(reference) == "read 3"


async def test_a_tenant_that_was_never_read_cannot_be_had_while_the_service_is_away(
    reference: Reference, tenants: Tenants
) -> None:
    tenants.away = True
    with pytest.raises(grpc.aio.AioRpcError):
        await reference.view("valdman")
    with pytest.raises(DomainError) as refused:
        await reference.time_zone("valdman")
    assert refused.value.code == grpc.StatusCode.UNAVAILABLE


async def test_the_clock_of_a_business_is_the_one_in_its_settings(reference: Reference) -> None:
    assert (await reference.time_zone("valdman")).key == "Asia/Jerusalem"


async def test_a_change_is_read_at_the_next_use(reference: Reference) -> None:
    assert [await description(reference), await description(reference)] == ["read 1", "read 1"]
    reference.forget("valdman")
    assert await description(reference) == "read 2"


async def test_staff_can_pause_while_orders_hang(reference: Reference, tenants: Tenants, catalogs: Catalogs) -> None:
    catalogs.hang = True
    turn = asyncio.create_task(reference.view("valdman"))  # holds the tenant's place in line
    await asyncio.sleep(0)
    async with asyncio.timeout(60):
        assert await PauseTime(reference).of("valdman") == timedelta(minutes=30 * tenants.calls)
    turn.cancel()


async def test_staff_can_pause_while_nobody_knows_the_tenant_and_for_as_long_as_it_was_while_it_is_known(
    reference: Reference, tenants: Tenants, clock: list[float]
) -> None:
    tenants.away = True
    pause_time = PauseTime(reference)
    assert await pause_time.of("valdman") == DEFAULT
    assert tenants.deadlines == [0.5]
    tenants.away = False
    await reference.view("valdman")
    known = timedelta(minutes=60)
    tenants.away = True
    assert await pause_time.of("valdman") == known
    assert tenants.calls == 2
    clock[0] = MAX_AGE_SECONDS
    assert await pause_time.of("valdman") == known
    tenants.away = False
    assert await pause_time.of("valdman") == timedelta(minutes=120)
