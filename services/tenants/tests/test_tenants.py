"""Creating, reading, listing and changing tenants over gRPC."""

import asyncio
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sales.tenants.v1 import events_pb2
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.errors import DomainError
from services.common.pagination import encode_page_token
from services.common.tests.outbox_rows import written_events
from services.common.tests.serving import Client
from services.tenants.server import TENANT_CHANGED
from services.tenants.tests.conftest import Service, bakery, localized


def update(request_id: str, tenant: pb.Tenant, *paths: str, etag: str = "") -> pb.UpdateTenantRequest:
    return pb.UpdateTenantRequest(tenant=tenant, update_mask=FieldMask(paths=paths), request_id=request_id, etag=etag)


async def test_a_created_tenant_is_read_back_as_it_was_given(
    service: Service, tenant: pb.Tenant, tenant_id: str
) -> None:
    read = await service.as_("agent", tenant_id).GetTenant(pb.GetTenantRequest())
    assert read == tenant
    assert read.tenant_id == tenant_id
    assert read.version == 1
    assert read.display_name == bakery().display_name
    assert read.settings == bakery().settings
    assert read.create_time == read.update_time


async def test_the_time_after_which_conversations_return_to_the_agent_is_kept(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    wish = pb.Tenant(settings=pb.Settings(pause_minutes=90))
    await operator.UpdateTenant(update("u", wish, "settings.pause_minutes"))
    read = await service.as_("agent", tenant_id).GetTenant(pb.GetTenantRequest())
    assert (tenant.settings.pause_minutes, read.settings.pause_minutes) == (0, 90)


async def test_creating_twice_with_one_request_id_creates_once(operator: Client, tenant: pb.Tenant) -> None:
    again = await operator.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="create"))
    assert again == tenant


async def test_creating_an_existing_tenant_anew_is_refused(operator: Client, tenant: pb.Tenant) -> None:
    with pytest.raises(DomainError) as refused:
        await operator.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="another"))
    assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS


async def test_ten_simultaneous_creations_make_one_tenant(operator: Client) -> None:
    requests = [pb.CreateTenantRequest(tenant=bakery(), request_id=f"r{number}") for number in range(10)]
    outcomes = await asyncio.gather(*(operator.CreateTenant(request) for request in requests), return_exceptions=True)
    created = [outcome for outcome in outcomes if isinstance(outcome, pb.Tenant)]
    refused = [outcome.code for outcome in outcomes if isinstance(outcome, DomainError)]
    assert len(created) == 1
    assert refused == [grpc.StatusCode.ALREADY_EXISTS] * 9


async def test_output_only_fields_of_the_request_are_ignored(operator: Client, tenant_id: str) -> None:
    wish = bakery()
    wish.tenant_id, wish.version, wish.etag = "somebody_else", 77, "etag"
    created = await operator.CreateTenant(pb.CreateTenantRequest(tenant=wish, request_id="r"))
    assert (created.tenant_id, created.version) == (tenant_id, 1)


async def test_a_tenant_that_is_not_there_is_not_found(operator: Client) -> None:
    for call in (
        operator.GetTenant(pb.GetTenantRequest()),
        operator.GetBusinessInfo(pb.GetBusinessInfoRequest()),
        operator.ListChannelAccounts(pb.ListChannelAccountsRequest()),
        operator.UpdateTenant(update("r", bakery(), "description")),
    ):
        with pytest.raises(DomainError) as refused:
            await call
        assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_one_field_of_the_settings_is_changed_and_the_rest_stays(operator: Client, tenant: pb.Tenant) -> None:
    wish = pb.Tenant(settings=pb.Settings(currency_code="eur", time_zone="Europe/Berlin"))
    changed = await operator.UpdateTenant(update("u", wish, "settings.currency_code"))
    assert changed.settings.currency_code == "EUR"
    assert changed.settings.time_zone == "Asia/Jerusalem"
    assert changed.persona == tenant.persona
    assert (changed.version, changed.etag != tenant.etag) == (2, True)


async def test_a_field_left_out_of_the_message_is_cleared(operator: Client, tenant: pb.Tenant) -> None:
    changed = await operator.UpdateTenant(update("u", pb.Tenant(), "settings.contact", "persona", "description"))
    assert changed.settings.contact.phone == ""
    assert changed.persona.role == ""
    assert changed.description == ""
    assert changed.settings.currency_code == "ILS"


async def test_an_update_that_would_make_the_tenant_invalid_changes_nothing(
    operator: Client, tenant: pb.Tenant
) -> None:
    with pytest.raises(DomainError) as refused:
        await operator.UpdateTenant(update("u", pb.Tenant(description="new"), "description", "settings"))
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert await operator.GetTenant(pb.GetTenantRequest()) == tenant


@pytest.mark.parametrize("paths", [(), ("version",), ("settings.contact.phone",), ("tenant_id",), ("",)])
async def test_a_mask_that_names_no_field_is_refused(operator: Client, tenant: pb.Tenant, paths: Any) -> None:
    with pytest.raises(DomainError) as refused:
        await operator.UpdateTenant(update("u", bakery(), *paths))
    assert refused.value.field == "update_mask"
    assert "settings.currency_code" in refused.value.metadata["valid"]


async def test_a_stale_etag_is_aborted_and_the_newest_one_passes(operator: Client, tenant: pb.Tenant) -> None:
    second = await operator.UpdateTenant(update("u1", pb.Tenant(description="2"), "description", etag=tenant.etag))
    with pytest.raises(DomainError) as refused:
        await operator.UpdateTenant(update("u2", pb.Tenant(description="3"), "description", etag=tenant.etag))
    assert refused.value.code is grpc.StatusCode.ABORTED
    third = await operator.UpdateTenant(update("u3", pb.Tenant(description="3"), "description", etag=second.etag))
    assert third.version == 3


async def test_a_repeated_update_is_answered_as_the_first_time(operator: Client, tenant: pb.Tenant) -> None:
    request = update("u", pb.Tenant(description="new"), "description")
    first = await operator.UpdateTenant(request)
    await operator.UpdateTenant(update("v", pb.Tenant(description="newer"), "description"))
    assert await operator.UpdateTenant(request) == first
    assert (await operator.GetTenant(pb.GetTenantRequest())).description == "newer"


async def test_an_update_that_changes_nothing_raises_no_version_and_no_event(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    assert await operator.UpdateTenant(update("u", bakery(), "settings", "display_name")) == tenant
    assert len(await written_events(service.database, "tenants", tenant_id)) == 1


async def test_each_change_writes_an_event_with_its_version(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    await operator.UpdateTenant(update("u", pb.Tenant(display_name=localized(en="New")), "display_name"))
    events = await written_events(service.database, "tenants", tenant_id)
    assert [subject for subject, _ in events] == [TENANT_CHANGED] * 2
    messages = [events_pb2.TenantChanged.FromString(payload) for _, payload in events]
    assert sorted(message.version for message in messages) == [1, 2]
    assert {message.tenant_id for message in messages} == {tenant_id}


async def test_another_tenant_neither_sees_nor_changes_this_one(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    other = service.as_("operator", f"{tenant_id}_other")
    for call in (
        other.GetTenant(pb.GetTenantRequest()),
        other.UpdateTenant(update("create", pb.Tenant(description="mine"), "description")),
    ):
        with pytest.raises(DomainError) as refused:
            await call
        assert refused.value.code is grpc.StatusCode.NOT_FOUND
    created = await other.CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="create"))
    assert created.tenant_id == f"{tenant_id}_other"
    assert await operator.GetTenant(pb.GetTenantRequest()) == tenant


async def test_ids_of_all_tenants_are_listed_in_pages_without_a_tenant(service: Service, tenant_id: str) -> None:
    mine = [f"{tenant_id}_{number}" for number in range(5)]
    for name in mine:
        await service.as_("operator", name).CreateTenant(pb.CreateTenantRequest(tenant=bakery(), request_id="r"))
    operator, listed, token = service.as_("operator", None), [], ""
    while True:
        page = await operator.ListTenants(pb.ListTenantsRequest(page_size=2, page_token=token))
        assert len(page.tenant_ids) <= 2
        listed += page.tenant_ids
        token = page.next_page_token
        if not token:
            break
    assert listed == sorted(set(listed))
    assert set(mine) <= set(listed)


async def test_a_page_token_of_another_make_is_refused(service: Service) -> None:
    for token in ("nonsense", "WzFd", "W251bGxd", "bnVsbA==", encode_page_token("a\0")):
        with pytest.raises(DomainError) as refused:
            await service.as_("operator", None).ListTenants(pb.ListTenantsRequest(page_token=token))
        assert refused.value.field == "page_token"


ALLOWED = {
    "CreateTenant": {"operator"},
    "GetTenant": {"agent", "gateway", "orders", "admin_bff", "operator"},
    "ListTenants": {"operator"},
    "UpdateTenant": {"operator", "admin_bff"},
    "SetChannelAccount": {"operator", "admin_bff"},
    "ListChannelAccounts": {"agent", "gateway", "admin_bff", "operator"},
    "GetChannelCredentials": {"gateway", "operator"},
    "GetBusinessInfo": {"agent", "operator"},
}


@pytest.mark.parametrize("method", ALLOWED)
async def test_only_the_callers_meant_may_call(
    service: Service, tenant: pb.Tenant, tenant_id: str, method: str
) -> None:
    request = getattr(pb, f"{method}Request")()
    for caller in ("agent", "gateway", "orders", "admin_bff", "operator"):
        code = None
        try:
            await getattr(service.as_(caller, tenant_id), method)(request)
        except DomainError as error:
            code = error.code
        assert (code is grpc.StatusCode.PERMISSION_DENIED) == (caller not in ALLOWED[method]), caller
