"""Forgetting a customer over gRPC: nothing that says who it was stays, and the other services are told."""

import asyncio
import uuid
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf.field_mask_pb2 import FieldMask
from sales.customers.v1 import customers_pb2 as pb
from sales.customers.v1 import events_pb2

from services.common.errors import DomainError
from services.common.tests.outbox_rows import written_events
from services.common.tests.serving import Client
from services.common.tests.waiting import eventually
from services.customers import forgetting, store
from services.customers.server import CUSTOMER_FORGOTTEN
from services.customers.tests.conftest import Service
from services.customers.tests.test_identities import somebody

NAME, PHONE, ADDRESS, NOTES = "Bar Levi", "+972501234567", "Herzl 15", "allergic to sesame"


@pytest.fixture
def operator(service: Service, tenant_id: str) -> Client:
    return service.as_("operator", tenant_id)


@pytest.fixture
async def customer(agent: Client) -> pb.Customer:
    """A customer of whom everything is known."""
    known: pb.Customer = await agent.ResolveCustomer(somebody(external_id="4455667788", display_name="Bar from TLV"))
    facts = {"name": NAME, "phone": PHONE, "address": ADDRESS, "notes": NOTES}
    request = pb.UpdateCustomerRequest(
        customer_id=known.customer_id,
        profile=pb.Profile(**facts),
        update_mask=FieldMask(paths=list(facts)),
        source=pb.FactSource(kind=pb.FactSource.KIND_CUSTOMER, reference="m1"),
        request_id="told",
    )
    return (await agent.UpdateCustomer(request)).customer  # type: ignore[no-any-return]


def forget(customer: pb.Customer, request_id: str = "forget-1") -> pb.ForgetCustomerRequest:
    return pb.ForgetCustomerRequest(customer_id=customer.customer_id, request_id=request_id)


async def told(service: Service, tenant_id: str) -> list[events_pb2.CustomerForgotten]:
    written = await written_events(service.database, "customers", tenant_id)
    events = [payload for subject, payload in written if subject == CUSTOMER_FORGOTTEN]
    return [events_pb2.CustomerForgotten.FromString(payload) for payload in events]


async def stored(url: str, tenant_id: str) -> str:
    """Every row of the tenant but its events, as text."""
    connection = await asyncpg.connect(url)
    try:
        tables = ("customers", "identities", "forgotten_customers", "idempotency_keys")
        found: list[Any] = []
        for table in tables:
            found += await connection.fetch(f"SELECT * FROM customers.{table} WHERE tenant_id = $1", tenant_id)
    finally:
        await connection.close()
    return " ".join(repr(tuple(row.values())) for row in found)


async def one_waits(url: str) -> bool:
    """Whether a transaction of the service waits for a lock of another."""
    connection = await asyncpg.connect(url)
    try:
        count = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND usename = 'customers_service' AND wait_event_type = 'Lock'"
        )
    finally:
        await connection.close()
    return bool(count == 1)


async def test_nothing_says_any_more_who_it_was(
    agent: Client, operator: Client, customer: pb.Customer, postgres_admin_url: str, tenant_id: str
) -> None:
    personal = (NAME, PHONE, ADDRESS, NOTES, "4455667788", "Bar from TLV")
    before = await stored(postgres_admin_url, tenant_id)
    assert [value for value in personal if value not in before] == []

    await operator.ForgetCustomer(forget(customer))

    after = await stored(postgres_admin_url, tenant_id)
    assert [value for value in personal if value in after] == []
    assert customer.customer_id in after
    with pytest.raises(DomainError) as missing:
        await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id))
    assert missing.value.code is grpc.StatusCode.NOT_FOUND
    assert (await agent.ListCustomers(pb.ListCustomersRequest())).customers == []


async def test_the_other_services_are_told_of_whom_and_how_they_knew_the_person(
    service: Service, operator: Client, customer: pb.Customer, tenant_id: str
) -> None:
    response = await operator.ForgetCustomer(forget(customer))
    (event,) = await told(service, tenant_id)
    assert (event.customer_id, event.version) == (customer.customer_id, customer.version + 1)
    assert [(one.channel, one.external_id) for one in event.identities] == [("telegram", "4455667788")]
    assert event.forget_time == response.forget_time


async def test_who_writes_again_is_a_new_customer(agent: Client, operator: Client, customer: pb.Customer) -> None:
    await operator.ForgetCustomer(forget(customer))
    again = await agent.ResolveCustomer(somebody(external_id="4455667788"))
    assert again.customer_id != customer.customer_id
    assert (again.profile.name, again.profile.phone, again.version) == ("", "", 1)


async def test_a_repeated_request_forgets_once(
    service: Service, operator: Client, customer: pb.Customer, tenant_id: str
) -> None:
    answers = [await operator.ForgetCustomer(forget(customer)) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(await told(service, tenant_id)) == 1


async def test_asked_anew_the_others_are_told_again(
    service: Service, operator: Client, customer: pb.Customer, tenant_id: str
) -> None:
    first = await operator.ForgetCustomer(forget(customer))
    second = await operator.ForgetCustomer(forget(customer, "forget-2"))
    assert second.forget_time == first.forget_time
    events = await told(service, tenant_id)
    assert [event.version for event in events] == [customer.version + 1] * 2
    assert {event.customer_id for event in events} == {customer.customer_id}


async def test_another_tenants_customer_is_not_there(
    service: Service, agent: Client, customer: pb.Customer, tenant_id: str
) -> None:
    neighbour = service.as_("operator", f"{tenant_id}_neighbour")
    with pytest.raises(DomainError) as refused:
        await neighbour.ForgetCustomer(forget(customer))
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    assert await agent.GetCustomer(pb.GetCustomerRequest(customer_id=customer.customer_id)) == customer


@pytest.mark.parametrize("caller", ["agent", "admin_bff"])
async def test_only_an_operator_may_forget(
    service: Service, customer: pb.Customer, tenant_id: str, caller: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await service.as_(caller, tenant_id).ForgetCustomer(forget(customer))
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_what_a_turn_under_way_still_writes_finds_nobody(
    agent: Client, operator: Client, customer: pb.Customer, postgres_admin_url: str, tenant_id: str
) -> None:
    await operator.ForgetCustomer(forget(customer))
    for request_id in ("told", "later"):  # a repeat of what was written before, and something new
        late = pb.UpdateCustomerRequest(
            customer_id=customer.customer_id,
            profile=pb.Profile(name=NAME),
            update_mask=FieldMask(paths=["name"]),
            source=pb.FactSource(kind=pb.FactSource.KIND_CUSTOMER, reference="m2"),
            request_id=request_id,
        )
        with pytest.raises(DomainError) as refused:
            await agent.UpdateCustomer(late)
        assert refused.value.code is grpc.StatusCode.NOT_FOUND
    assert NAME not in await stored(postgres_admin_url, tenant_id)


async def test_changes_at_the_same_moment_leave_nothing_behind(
    agent: Client, operator: Client, customer: pb.Customer, postgres_admin_url: str, tenant_id: str
) -> None:
    def change(number: int) -> pb.UpdateCustomerRequest:
        return pb.UpdateCustomerRequest(
            customer_id=customer.customer_id,
            profile=pb.Profile(name=f"{NAME} {number}"),
            update_mask=FieldMask(paths=["name"]),
            source=pb.FactSource(kind=pb.FactSource.KIND_CUSTOMER, reference=f"m{number}"),
            request_id=f"change-{number}",
        )

    changes = [agent.UpdateCustomer(change(number)) for number in range(20)]
    await asyncio.gather(
        *changes[:10], operator.ForgetCustomer(forget(customer)), *changes[10:], return_exceptions=True
    )

    assert NAME not in await stored(postgres_admin_url, tenant_id)


async def test_who_shows_a_new_name_while_being_forgotten_is_forgotten_and_a_new_customer(
    service: Service, agent: Client, customer: pb.Customer, postgres_admin_url: str, tenant_id: str
) -> None:
    async with service.database.transaction(tenant_id) as tx:
        locked = await store.lock(tx, uuid.UUID(customer.customer_id))
        assert locked is not None
        seen = asyncio.ensure_future(
            agent.ResolveCustomer(somebody(external_id="4455667788", display_name="Bar the Second"))
        )
        await eventually(lambda: one_waits(postgres_admin_url), "the new name waits for the end of forgetting")
        await forgetting.forget(tx, locked)

    again = await seen
    assert again.customer_id != customer.customer_id
    assert (again.identities[0].display_name, again.version) == ("Bar the Second", 1)
    assert (await agent.ListCustomers(pb.ListCustomersRequest())).customers == [again]
