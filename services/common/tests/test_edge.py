"""The edge of every gRPC server: who calls, for which tenant, and what a failure looks like from outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase
from sales.tenants.v1 import tenants_pb2 as pb
from sales.tenants.v1 import tenants_pb2_grpc

from services.common.auth import TokenSigner
from services.common.errors import DomainError, from_rpc_error, invalid, is_transient, not_found, stale, unavailable
from services.common.grpc_server import Access, current_call
from services.common.staff import METADATA_KEY, Role, Staff, sign_staff
from services.common.tests.serving import Client, Served, serve

SERVICE = "sales.tenants.v1.TenantsService"
ACCESS = {
    SERVICE: Access(
        callers={
            "GetTenant": ("agent", "operator"),
            "ListTenants": ("operator",),
            "UpdateTenant": ("admin_bff",),
        },
        tenantless=("ListTenants",),
        roles={"UpdateTenant": Role.MANAGER},
    )
}
Behaviour = Callable[[], Awaitable[pb.Tenant]]


class Servicer(tenants_pb2_grpc.TenantsServiceServicer):
    """Does what the test says."""

    def __init__(self) -> None:
        self.behaviour: Behaviour

    async def GetTenant(self, request: pb.GetTenantRequest, context: object) -> pb.Tenant:
        return await self.behaviour()

    async def ListTenants(self, request: pb.ListTenantsRequest, context: object) -> pb.ListTenantsResponse:
        return pb.ListTenantsResponse(tenant_ids=[current_call().caller, current_call().tenant_id])

    async def UpdateTenant(self, request: pb.UpdateTenantRequest, context: object) -> pb.Tenant:
        staff = current_call().staff
        assert staff is not None
        return pb.Tenant(tenant_id=staff.tenant_id, description=f"{staff.staff_id} {staff.name} {staff.role.name}")


async def echo() -> pb.Tenant:
    call = current_call()
    return pb.Tenant(tenant_id=call.tenant_id, description=call.caller)


@pytest.fixture(scope="module")
async def served() -> AsyncIterator[Served]:
    async with serve(
        ACCESS, lambda server: tenants_pb2_grpc.add_TenantsServiceServicer_to_server(servicer, server)
    ) as running:
        yield running


servicer = Servicer()  # type: ignore[abstract]  # the other methods stay UNIMPLEMENTED


@pytest.fixture(autouse=True)
def usual_behaviour() -> None:
    servicer.behaviour = echo


def client(served: Served, caller: str = "agent", tenant_id: str | None = "valdman") -> Any:
    return served.client(tenants_pb2_grpc.TenantsServiceStub, caller, tenant_id)


def raising(error: BaseException) -> Behaviour:
    async def behave() -> pb.Tenant:
        raise error

    return behave


async def failure(served: Served) -> DomainError:
    with pytest.raises(DomainError) as refused:
        await client(served).GetTenant(pb.GetTenantRequest())
    return refused.value


async def test_a_method_learns_caller_and_tenant(served: Served) -> None:
    tenant = await client(served).GetTenant(pb.GetTenantRequest())
    assert (tenant.tenant_id, tenant.description) == ("valdman", "agent")


async def test_a_method_for_all_tenants_needs_none(served: Served) -> None:
    listed = await client(served, "operator", None).ListTenants(pb.ListTenantsRequest())
    assert list(listed.tenant_ids) == ["operator", ""]


@pytest.mark.parametrize("tenant_id", [None, "", "Valdman", "a b", "valdman; --", "a" * 64])
async def test_a_call_without_a_proper_tenant_is_refused(served: Served, tenant_id: str | None) -> None:
    with pytest.raises(DomainError) as refused:
        await client(served, tenant_id=tenant_id).GetTenant(pb.GetTenantRequest())
    assert (refused.value.code, refused.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, "x-tenant-id")


async def test_a_known_caller_that_is_not_meant_is_denied(served: Served) -> None:
    with pytest.raises(DomainError) as refused:
        await client(served, "gateway").GetTenant(pb.GetTenantRequest())
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED")


async def test_a_method_that_lists_no_callers_lets_nobody_in(served: Served) -> None:
    with pytest.raises(DomainError) as refused:
        await client(served, "operator").CreateTenant(pb.CreateTenantRequest())
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        (None, "TOKEN_MISSING"),
        ("Basic YTpi", "TOKEN_MISSING"),
        ("Bearer ", "TOKEN_INVALID"),
        ("Bearer x", "TOKEN_INVALID"),
    ],
)
async def test_a_call_without_a_token_is_unauthenticated(
    served: Served, authorization: str | None, reason: str
) -> None:
    metadata = [("x-tenant-id", "valdman")] + ([("authorization", authorization)] if authorization else [])
    stub: Any = tenants_pb2_grpc.TenantsServiceStub(served.channel)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await stub.GetTenant(pb.GetTenantRequest(), metadata=metadata, timeout=30)
    error = from_rpc_error(refused.value)
    assert (error.code, error.reason) == (grpc.StatusCode.UNAUTHENTICATED, reason)


async def test_a_stranger_with_a_token_of_its_own_is_unauthenticated(served: Served) -> None:
    with pytest.raises(DomainError) as refused:
        await client(served, "stranger").GetTenant(pb.GetTenantRequest())
    assert refused.value.code is grpc.StatusCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    "error",
    [
        invalid("items[0].quantity", "QUANTITY_STEP", "quantity must be a step of 0.1", valid="0.1, 0.2", מטבע="שקל"),
        not_found("order", "#124"),
        stale("changed meanwhile", etag="7"),
        unavailable("try again"),
        DomainError(grpc.StatusCode.RESOURCE_EXHAUSTED, "QUOTA", ""),
    ],
    ids=lambda error: error.reason,
)
async def test_a_domain_error_arrives_as_it_was_raised(served: Served, error: DomainError) -> None:
    servicer.behaviour = raising(error)
    arrived = await failure(served)
    assert (arrived.code, arrived.reason, arrived.message, arrived.field, arrived.metadata) == (
        error.code, error.reason, error.message, error.field, error.metadata,
    )  # fmt: skip


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError("10.0.0.7:5432"),
        TimeoutError("secret host"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.AdminShutdownError("going down"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InterfaceError("pool is closing"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_database_that_is_away_is_unavailable_without_details(served: Served, error: Exception) -> None:
    servicer.behaviour = raising(error)
    arrived = await failure(served)
    assert arrived.code is grpc.StatusCode.UNAVAILABLE
    assert str(error) not in arrived.message
    assert is_transient(arrived)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.DeadlockDetectedError("process 7 waits for tuple (0,4)"),
        asyncpg.SerializationError("could not serialize"),
        asyncpg.LockNotAvailableError("could not obtain lock"),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_a_call_that_crossed_another_may_be_repeated_and_tells_nothing(served: Served, error: Exception) -> None:
    servicer.behaviour = raising(error)
    arrived = await failure(served)
    assert arrived.code is grpc.StatusCode.UNAVAILABLE
    assert str(error) not in arrived.message
    assert is_transient(arrived)


@pytest.mark.parametrize(
    "error", [KeyError("token=secret"), asyncpg.UndefinedColumnError("column x"), AssertionError("secret")]
)
async def test_an_unexpected_error_is_internal_and_tells_nothing(served: Served, error: Exception) -> None:
    servicer.behaviour = raising(error)
    arrived = await failure(served)
    assert (arrived.code, arrived.message) == (grpc.StatusCode.INTERNAL, "internal error")


async def test_a_method_that_the_service_does_not_implement_says_so(served: Served) -> None:
    metadata = served.signers["operator"].metadata("valdman")
    for path in (f"/{SERVICE}/NoSuchMethod", "/no.such.Service/Method"):
        call: Any = served.channel.unary_unary(path)
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call(b"", metadata=metadata, timeout=30)
        assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_health_needs_no_token_and_follows_readiness(served: Served) -> None:
    stub = health_pb2_grpc.HealthStub(served.channel)

    async def status(name: str) -> int:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=30)
        return int(answer.status)

    serving, not_serving = health_pb2.HealthCheckResponse.SERVING, health_pb2.HealthCheckResponse.NOT_SERVING
    assert [await status(""), await status(SERVICE)] == [serving, serving]
    await served.server.not_ready()
    assert [await status(""), await status(SERVICE)] == [not_serving, not_serving]
    await served.server.ready()
    assert await status("") == serving


async def test_reflection_names_the_services(served: Served) -> None:
    def names() -> list[str]:
        with grpc.insecure_channel(f"127.0.0.1:{served.server.port}") as channel:
            return list(ProtoReflectionDescriptorDatabase(channel).get_services())

    assert SERVICE in await asyncio.to_thread(names)


@pytest.mark.parametrize("code", [grpc.StatusCode.CANCELLED, grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
def test_a_call_that_the_peer_ended_may_go_through_later(code: grpc.StatusCode) -> None:
    assert is_transient(DomainError(code, code.name, ""))


def dashboard(served: Served, *metadata: tuple[str, str]) -> Client:
    """The dashboard calling for `valdman` with this session."""
    stub = tenants_pb2_grpc.TenantsServiceStub(served.channel)
    return Client(stub, served.signers["admin_bff"].metadata("valdman") + metadata)


def session(
    signer: TokenSigner, tenant_id: str = "valdman", role: Role = Role.OWNER, lifetime: int = 60
) -> tuple[str, str]:
    return METADATA_KEY, sign_staff(signer, Staff(tenant_id, "key-1", "Dana", role), lifetime, 0)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
async def test_the_person_for_whom_the_dashboard_calls_is_known(served: Served, role: Role) -> None:
    called = await dashboard(served, session(served.signers["tenants"], role=role)).UpdateTenant(
        pb.UpdateTenantRequest()
    )
    assert (called.tenant_id, called.description) == ("valdman", f"key-1 Dana {role.name}")


async def test_a_role_too_low_is_refused_by_the_service(served: Served) -> None:
    with pytest.raises(DomainError) as refused:
        await dashboard(served, session(served.signers["tenants"], role=Role.VIEWER)).UpdateTenant(
            pb.UpdateTenantRequest()
        )
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")
    assert "manager" in refused.value.message


async def test_a_session_of_another_tenant_finds_nothing(served: Served) -> None:
    with pytest.raises(DomainError) as refused:
        await dashboard(served, session(served.signers["tenants"], "joannas_bakery")).UpdateTenant(
            pb.UpdateTenantRequest()
        )
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_the_dashboard_cannot_call_for_nobody_nor_make_sessions_itself(served: Served) -> None:
    caller_token = served.signers["tenants"].token()  # signed by the right key, for another purpose
    for metadata in (
        (),
        (session(served.signers["admin_bff"]),),
        (session(served.signers["stranger"]),),
        (session(served.signers["tenants"], lifetime=-1),),
        ((METADATA_KEY, caller_token),),
    ):
        with pytest.raises(DomainError) as refused:
            await dashboard(served, *metadata).UpdateTenant(pb.UpdateTenantRequest())
        assert refused.value.reason == "SESSION_INVALID"


async def test_a_session_does_not_pass_for_a_caller_token(served: Served) -> None:
    token = session(served.signers["tenants"])[1]
    stub = tenants_pb2_grpc.TenantsServiceStub(served.channel)
    with pytest.raises(DomainError) as refused:
        await Client(stub, (("authorization", f"Bearer {token}"), ("x-tenant-id", "valdman"))).GetTenant(
            pb.GetTenantRequest()
        )
    assert refused.value.reason == "TOKEN_INVALID"


def test_what_the_dashboard_may_call_must_name_a_role() -> None:
    with pytest.raises(ValueError, match="UpdateTenant"):
        Access(callers={"UpdateTenant": ("admin_bff",)})
