"""Resolving, reading and listing customers over gRPC."""

import asyncio

import grpc
import pytest
from sales.customers.v1 import customers_pb2 as pb
from sales.customers.v1 import events_pb2

from services.common.errors import DomainError
from services.common.pagination import encode_page_token
from services.common.tests.outbox_rows import written_events
from services.common.tests.serving import Client
from services.customers.server import CUSTOMER_CHANGED
from services.customers.tests.conftest import Service


def somebody(
    external_id: str = "77", display_name: str = "Bar", language_hint: str = "he", channel: str = "telegram"
) -> pb.ResolveCustomerRequest:
    return pb.ResolveCustomerRequest(
        channel=channel, external_id=external_id, display_name=display_name, language_hint=language_hint
    )


async def events_of(service: Service, tenant_id: str) -> list[events_pb2.CustomerChanged]:
    written = await written_events(service.database, "customers", tenant_id)
    assert {subject for subject, _ in written} <= {CUSTOMER_CHANGED}
    return [events_pb2.CustomerChanged.FromString(payload) for _, payload in written]


async def test_the_first_sight_makes_a_customer_who_is_found_again(agent: Client) -> None:
    first = await agent.ResolveCustomer(somebody())
    assert list(first.identities) == [pb.Identity(channel="telegram", external_id="77", display_name="Bar")]
    assert (first.version, first.profile.name) == (1, "")
    assert await agent.ResolveCustomer(somebody()) == first
    assert await agent.GetCustomer(pb.GetCustomerRequest(customer_id=first.customer_id)) == first


async def test_twenty_simultaneous_first_sights_make_one_customer(
    service: Service, agent: Client, tenant_id: str
) -> None:
    resolved = await asyncio.gather(*(agent.ResolveCustomer(somebody()) for _ in range(20)))
    assert len({customer.customer_id for customer in resolved}) == 1
    assert len((await agent.ListCustomers(pb.ListCustomersRequest())).customers) == 1
    assert len(await events_of(service, tenant_id)) == 1


async def test_resolving_a_known_customer_costs_one_statement(service: Service, agent: Client) -> None:
    await agent.ResolveCustomer(somebody())
    before = service.database.round_trips
    await agent.ResolveCustomer(somebody())
    assert service.database.round_trips - before <= 3  # with the transaction's two brackets


async def test_the_same_id_at_another_channel_is_somebody_else(agent: Client) -> None:
    telegram = await agent.ResolveCustomer(somebody())
    whatsapp = await agent.ResolveCustomer(somebody(channel="whatsapp"))
    assert telegram.customer_id != whatsapp.customer_id


async def test_the_same_identity_at_another_tenant_is_somebody_else(
    service: Service, agent: Client, tenant_id: str
) -> None:
    mine = await agent.ResolveCustomer(somebody())
    other = service.as_("agent", f"{tenant_id}_other")
    theirs = await other.ResolveCustomer(somebody())
    assert mine.customer_id != theirs.customer_id
    with pytest.raises(DomainError) as refused:
        await other.GetCustomer(pb.GetCustomerRequest(customer_id=mine.customer_id))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    listed = await other.ListCustomers(pb.ListCustomersRequest())
    assert [customer.customer_id for customer in listed.customers] == [theirs.customer_id]


async def test_the_channels_new_name_and_hint_replace_the_old_and_empty_ones_do_not(
    service: Service, agent: Client, tenant_id: str
) -> None:
    first = await agent.ResolveCustomer(somebody())
    renamed = await agent.ResolveCustomer(somebody(display_name="Bar L.", language_hint="en-us"))
    assert renamed.customer_id == first.customer_id
    assert renamed.identities[0].display_name == "Bar L."
    assert (renamed.profile.language, renamed.version) == ("en-US", 2)
    assert await agent.ResolveCustomer(somebody(display_name="", language_hint="")) == renamed
    assert [event.version for event in await events_of(service, tenant_id)] == [1, 2]


async def test_simultaneous_sights_of_a_new_name_count_as_one_change(
    service: Service, agent: Client, tenant_id: str
) -> None:
    await agent.ResolveCustomer(somebody())
    seen = await asyncio.gather(*(agent.ResolveCustomer(somebody(display_name="New")) for _ in range(8)))
    assert {customer.version for customer in seen} == {2}
    assert len(await events_of(service, tenant_id)) == 2


@pytest.mark.parametrize(
    ("hint", "language"), [("he", "he"), ("iw", "he"), ("PT-br", "pt-BR"), ("", ""), ("klingon!", "")]
)
async def test_the_hint_stands_in_for_the_language_without_being_a_fact(
    agent: Client, hint: str, language: str
) -> None:
    customer = await agent.ResolveCustomer(somebody(language_hint=hint))
    assert customer.profile.language == language
    assert "language" not in customer.sources


async def test_the_name_that_the_channel_shows_is_tidied_and_never_refused(agent: Client) -> None:
    customer = await agent.ResolveCustomer(somebody(display_name=" Bar\0\n\t Levi " + "x" * 500))
    shown = customer.identities[0].display_name
    assert shown.startswith("Bar Levi xxx")
    assert len(shown) == 200
    assert customer.profile.name == ""
    assert await agent.ResolveCustomer(somebody(display_name=" Bar\0\n\t Levi " + "x" * 500)) == customer


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (somebody(channel=""), "channel"),
        (somebody(channel="Tele gram"), "channel"),
        (somebody(external_id=""), "external_id"),
        (somebody(external_id="x" * 129), "external_id"),
        (somebody(external_id="7\0"), "external_id"),
        (somebody(external_id="7\n"), "external_id"),
    ],
)
async def test_a_bad_identity_is_refused_by_name(
    agent: Client, request_: pb.ResolveCustomerRequest, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.ResolveCustomer(request_)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.value.field == field


@pytest.mark.parametrize("customer_id", ["", "42", "00000000-0000-0000-0000-000000000000", "x" * 500])
async def test_a_customer_that_is_not_there_is_not_found(agent: Client, customer_id: str) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer_id))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_customers_are_listed_newest_first_in_pages(staff: Client, agent: Client) -> None:
    ids = [(await agent.ResolveCustomer(somebody(external_id=str(number)))).customer_id for number in range(5)]
    listed, token = [], ""
    while True:
        page = await staff.ListCustomers(pb.ListCustomersRequest(page_size=2, page_token=token))
        assert len(page.customers) <= 2
        listed += [customer.customer_id for customer in page.customers]
        token = page.next_page_token
        if not token:
            break
    assert listed == ids[::-1]


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        encode_page_token("yesterday", "x"),
        encode_page_token(1, 2),
        encode_page_token("2026-11-23T12:00:00", "00000000-0000-0000-0000-000000000000"),
    ],
)
async def test_a_page_token_of_another_make_is_refused(agent: Client, token: str) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.ListCustomers(pb.ListCustomersRequest(page_token=token))
    assert refused.value.field == "page_token"


@pytest.mark.parametrize("method", ["ResolveCustomer", "GetCustomer", "ListCustomers", "UpdateCustomer"])
async def test_only_agent_dashboard_and_operator_may_call(service: Service, tenant_id: str, method: str) -> None:
    for caller in ("agent", "admin_bff", "operator", "gateway", "orders"):
        code = None
        try:
            await getattr(service.as_(caller, tenant_id), method)(getattr(pb, f"{method}Request")())
        except DomainError as error:
            code = error.code
        allowed = {"agent", "operator"} if method == "ResolveCustomer" else {"agent", "admin_bff", "operator"}
        assert (code is grpc.StatusCode.PERMISSION_DENIED) == (caller not in allowed), caller
