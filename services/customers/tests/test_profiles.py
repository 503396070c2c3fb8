"""Changing a customer's profile over gRPC."""

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.timestamp_pb2 import Timestamp
from sales.customers.v1 import customers_pb2 as pb

from services.common.errors import DomainError
from services.common.staff import Role
from services.common.tests.serving import Client
from services.customers.models import FACTS
from services.customers.tests.conftest import Service
from services.customers.tests.test_identities import events_of, somebody

EXTRACTION, CUSTOMER, STAFF = (
    pb.FactSource.KIND_EXTRACTION,
    pb.FactSource.KIND_CUSTOMER,
    pb.FactSource.KIND_STAFF,
)


@pytest.fixture
async def customer(agent: Client) -> pb.Customer:
    """This test's customer, just resolved."""
    resolved: pb.Customer = await agent.ResolveCustomer(somebody())
    return resolved


def update(
    customer: pb.Customer, request_id: str, kind: pb.FactSource.Kind.ValueType = CUSTOMER, etag: str = "", **facts: Any
) -> pb.UpdateCustomerRequest:
    return pb.UpdateCustomerRequest(
        customer_id=customer.customer_id,
        profile=pb.Profile(**facts),
        update_mask=FieldMask(paths=list(facts)),
        source=pb.FactSource(kind=kind, reference=f"ref-{request_id}"),
        request_id=request_id,
        etag=etag,
    )


async def test_what_the_customer_says_is_kept_with_its_source(
    service: Service, agent: Client, customer: pb.Customer
) -> None:
    response = await agent.UpdateCustomer(update(customer, "m1", name=" בר \n לוי ", address="Herzl 15"))
    assert list(response.changed_fields) == ["name", "address"]
    now = response.customer
    assert (now.profile.name, now.profile.address, now.profile.phone) == ("בר לוי", "Herzl 15", "")
    assert set(now.sources) == {"name", "address"}
    assert (now.sources["name"].kind, now.sources["name"].reference) == (CUSTOMER, "ref-m1")
    assert now.sources["name"].observe_time.ToDatetime(service.now.tzinfo) == service.now
    assert now.version == 2
    assert await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id)) == now


async def test_facts_outside_the_mask_stay(agent: Client, customer: pb.Customer) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    request = update(customer, "m2", notes="no nuts")
    request.profile.name = "ignored"
    assert (await agent.UpdateCustomer(request)).customer.profile.name == "Bar"


async def test_extraction_fills_gaps_and_leaves_what_was_said(agent: Client, customer: pb.Customer) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    response = await agent.UpdateCustomer(update(customer, "job", EXTRACTION, name="Barak", notes="likes it hot"))
    assert (list(response.changed_fields), list(response.kept_fields)) == (["notes"], ["name"])
    assert response.customer.profile.name == "Bar"
    assert response.customer.sources["notes"].kind == EXTRACTION


async def test_of_customer_and_staff_the_newer_one_counts_whoever_arrives_first(
    service: Service, agent: Client, staff: Client, customer: pb.Customer
) -> None:
    await staff.UpdateCustomer(update(customer, "s1", STAFF, address="Dizengoff 1"))
    late = update(customer, "m1", address="Herzl 15")
    late.source.observe_time.FromDatetime(service.now - timedelta(minutes=5))
    response = await agent.UpdateCustomer(late)
    assert list(response.kept_fields) == ["address"]
    assert response.customer.profile.address == "Dizengoff 1"


async def test_an_empty_value_clears_and_extraction_does_not_bring_it_back(
    agent: Client, customer: pb.Customer
) -> None:
    await agent.UpdateCustomer(update(customer, "job", EXTRACTION, phone="0501234567"))
    cleared = await agent.UpdateCustomer(update(customer, "m1", phone=""))
    assert list(cleared.changed_fields) == ["phone"]
    assert (cleared.customer.profile.phone, "phone" in cleared.customer.sources) == ("", False)
    again = await agent.UpdateCustomer(update(customer, "job2", EXTRACTION, phone="0501234567"))
    assert list(again.kept_fields) == ["phone"]
    assert again.customer.profile.phone == ""


async def test_the_customers_own_language_replaces_the_hint(agent: Client, customer: pb.Customer) -> None:
    assert customer.profile.language == "he"
    await agent.UpdateCustomer(update(customer, "m1", language="EN-us"))
    seen = await agent.ResolveCustomer(somebody(language_hint="ru"))
    assert seen.profile.language == "en-US"
    assert seen.sources["language"].reference == "ref-m1"


async def test_a_clock_that_is_ahead_does_not_hold_a_fact_for_ever(
    service: Service, agent: Client, customer: pb.Customer
) -> None:
    request = update(customer, "m1", name="Future")
    request.source.observe_time.FromDatetime(service.now + timedelta(days=400))
    first = await agent.UpdateCustomer(request)
    assert first.customer.sources["name"].observe_time.ToDatetime(service.now.tzinfo) == service.now
    assert (await agent.UpdateCustomer(update(customer, "m2", name="Now"))).customer.profile.name == "Now"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("050-123 4567", "+972501234567"),
        ("٠٥٠١٢٣٤٥٦٧", "+972501234567"),
        ("+1 (650) 253-0000", "+16502530000"),
        ("*2700", "*2700"),
        ("03-5550100 ext. 4", "03-5550100 ext. 4"),
        ("12345", "12345"),
    ],
)
async def test_phones_become_e164_where_they_can(agent: Client, customer: pb.Customer, written: str, kept: str) -> None:
    response = await agent.UpdateCustomer(update(customer, "m1", phone=written))
    assert response.customer.profile.phone == kept


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"name": "x" * 201}, "profile.name"),
        ({"phone": "1" * 61}, "profile.phone"),
        ({"phone": "none"}, "profile.phone"),
        ({"address": "x" * 501}, "profile.address"),
        ({"language": "Hebrew"}, "profile.language"),
        ({"language": "x\0"}, "profile.language"),
        ({"notes": "x" * 2001}, "profile.notes"),
        ({}, "update_mask"),
    ],
)
async def test_a_bad_fact_is_named_and_nothing_is_stored(
    agent: Client, customer: pb.Customer, facts: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.UpdateCustomer(update(customer, "m1", **facts))
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.field == field
    assert refused.value.metadata["valid"] in refused.value.message
    assert await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id)) == customer


async def test_texts_at_their_limit_pass(agent: Client, customer: pb.Customer) -> None:
    facts: dict[str, Any] = {"name": "א" * 200, "address": "א" * 500, "notes": "line\n" * 399 + "12345"}
    response = await agent.UpdateCustomer(update(customer, "m1", **facts))
    assert response.customer.profile.notes == facts["notes"]


@pytest.mark.parametrize("path", ["version", "profile.name", ""])
async def test_a_mask_that_names_no_fact_is_refused(agent: Client, customer: pb.Customer, path: str) -> None:
    request = update(customer, "m1", name="Bar")
    request.update_mask.paths.append(path)
    with pytest.raises(DomainError) as refused:
        await agent.UpdateCustomer(request)
    assert refused.value.field == "update_mask"
    assert ", ".join(FACTS) in refused.value.metadata["valid"]


@pytest.mark.parametrize(
    ("caller", "kind", "allowed"),
    [
        ("agent", CUSTOMER, True),
        ("agent", EXTRACTION, True),
        ("agent", STAFF, False),
        ("operator", STAFF, True),
        ("operator", CUSTOMER, True),
        ("agent", pb.FactSource.KIND_UNSPECIFIED, False),
        ("operator", 17, False),
    ],
)
async def test_a_caller_may_name_only_its_own_sources(
    service: Service, customer: pb.Customer, tenant_id: str, caller: str, kind: Any, allowed: bool
) -> None:
    refused = None
    try:
        await service.as_(caller, tenant_id).UpdateCustomer(update(customer, "m1", kind, name="Bar"))
    except DomainError as error:
        refused = error.field
    assert refused == (None if allowed else "source.kind")


@pytest.mark.parametrize("reference", ["", " ", "x" * 201])
async def test_a_source_names_where_the_fact_was_said(agent: Client, customer: pb.Customer, reference: str) -> None:
    request = update(customer, "m1", name="Bar")
    request.source.reference = reference
    with pytest.raises(DomainError) as refused:
        await agent.UpdateCustomer(request)
    assert refused.value.field == "source.reference"


async def test_a_time_out_of_range_is_refused_by_name(agent: Client, customer: pb.Customer) -> None:
    request = update(customer, "m1", name="Bar")
    request.source.observe_time.CopyFrom(Timestamp(seconds=10**14))
    with pytest.raises(DomainError) as refused:
        await agent.UpdateCustomer(request)
    assert refused.value.field == "source.observe_time"


async def test_a_repeated_update_is_answered_as_the_first_time_and_happens_once(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    first = await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    await agent.UpdateCustomer(update(customer, "m2", name="Dana"))
    assert await agent.UpdateCustomer(update(customer, "m1", name="Bar")) == first
    assert (await agent.ResolveCustomer(somebody())).profile.name == "Dana"
    assert [event.version for event in await events_of(service, tenant_id)] == [1, 2, 3]


async def test_one_request_id_for_two_different_updates_is_refused(agent: Client, customer: pb.Customer) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    with pytest.raises(DomainError) as refused:
        await agent.UpdateCustomer(update(customer, "m1", name="Dana"))
    assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS


async def test_simultaneous_updates_of_different_facts_are_all_kept(agent: Client, customer: pb.Customer) -> None:
    facts: dict[str, Any] = {
        "name": "Bar",
        "phone": "+972501234567",
        "address": "Herzl 15",
        "language": "ru",
        "notes": "no nuts",
    }
    await asyncio.gather(
        *(agent.UpdateCustomer(update(customer, fact, **{fact: value})) for fact, value in facts.items())
    )
    now = await agent.ResolveCustomer(somebody())
    assert now.profile == pb.Profile(**facts)
    assert now.version == 6


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
async def test_what_is_entered_in_the_dashboard_is_put_down_to_who_entered_it(
    service: Service, customer: pb.Customer, tenant_id: str, role: Role
) -> None:
    request = update(customer, "s1", CUSTOMER, name="Bar")
    request.source.display_name = "Somebody Else"
    request.source.observe_time.CopyFrom(Timestamp(seconds=1))

    response = await service.as_("admin_bff", tenant_id, role).UpdateCustomer(request)

    source = response.customer.sources["name"]
    assert (source.kind, source.reference, source.display_name) == (STAFF, "key-dana", "Dana")
    assert source.observe_time.ToDatetime(service.now.tzinfo) == service.now


async def test_the_dashboard_needs_to_name_no_source(staff: Client, agent: Client, customer: pb.Customer) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar", notes="no nuts"))
    request = update(customer, "s1", name="Dana", notes="")
    request.ClearField("source")

    await staff.UpdateCustomer(request)
    await agent.UpdateCustomer(update(customer, "j1", EXTRACTION, name="Barak", notes="nuts"))

    now = await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id))
    assert (now.profile.name, now.profile.notes) == ("Dana", "")
    assert set(now.sources) == {"name"}


async def test_somebody_who_may_only_look_changes_nothing(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    viewer = service.as_("admin_bff", tenant_id, Role.VIEWER)

    with pytest.raises(DomainError) as refused:
        await viewer.UpdateCustomer(update(customer, "s1", name="Bar"))

    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.PERMISSION_DENIED, "ROLE_TOO_LOW")
    assert await viewer.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id)) == customer


async def test_staff_of_another_business_reach_no_customer(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    stranger = service.as_("admin_bff", f"{tenant_id}_other")

    for call in (
        stranger.UpdateCustomer(update(customer, "s1", name="Thief")),
        stranger.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id)),
    ):
        with pytest.raises(DomainError) as refused:
            await call
        assert refused.value.code is grpc.StatusCode.NOT_FOUND
    assert not (await stranger.ListCustomers(pb.ListCustomersRequest())).customers
    assert await agent.ResolveCustomer(somebody()) == customer


async def test_an_entry_repeated_by_the_dashboard_is_made_once(
    service: Service, staff: Client, customer: pb.Customer, tenant_id: str
) -> None:
    first = await staff.UpdateCustomer(update(customer, "s1", name="Bar", etag=customer.etag))

    assert await staff.UpdateCustomer(update(customer, "s1", name="Bar", etag=customer.etag)) == first
    assert [event.name for event in await events_of(service, tenant_id)] == ["", "Bar"]


async def test_a_stale_etag_is_aborted(staff: Client, agent: Client, customer: pb.Customer) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    with pytest.raises(DomainError) as refused:
        await staff.UpdateCustomer(update(customer, "s1", STAFF, etag=customer.etag, name="Dana"))
    assert refused.value.code is grpc.StatusCode.ABORTED


async def test_another_tenants_customer_is_not_found_and_stays(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await service.as_("agent", f"{tenant_id}_other").UpdateCustomer(update(customer, "m1", name="Thief"))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    assert await agent.ResolveCustomer(somebody()) == customer


async def test_the_event_tells_name_and_language(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    await agent.UpdateCustomer(update(customer, "m1", name="Bar"))
    event = (await events_of(service, tenant_id))[-1]
    assert (event.customer_id, event.tenant_id, event.version) == (customer.customer_id, tenant_id, 2)
    assert (event.name, event.language) == ("Bar", "he")


async def test_an_update_that_changes_nothing_raises_no_version_and_no_event(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    response = await agent.UpdateCustomer(update(customer, "m1", phone=""))
    assert not response.changed_fields
    assert response.customer == customer
    assert len(await events_of(service, tenant_id)) == 1
