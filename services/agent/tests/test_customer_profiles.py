"""Customers in memory: read once, forgotten on change, never stale because of a read that was under way."""

import asyncio
from typing import Any, cast

import pytest
from sales.customers.v1 import customers_pb2

from services.agent.customer_profiles import MAX_AGE_SECONDS, CustomerProfiles
from services.common.auth import TokenSigner, generate_key_pair


class Service:
    """The customers service as this cache sees it; `gate` holds an answer back."""

    def __init__(self) -> None:
        self.calls = 0
        self.name = "Dana"
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def GetCustomer(self, request: Any, **_call: Any) -> customers_pb2.Customer:
        self.calls += 1
        self.asked.set()
        answer = customers_pb2.Customer(customer_id=request.customer_id, profile=customers_pb2.Profile(name=self.name))
        await self.gate.wait()
        return answer


@pytest.fixture
def service() -> Service:
    return Service()


@pytest.fixture
def clock() -> list[float]:
    return [0.0]


@pytest.fixture
def profiles(service: Service, clock: list[float]) -> CustomerProfiles:
    signer = TokenSigner("agent", generate_key_pair()[0])
    return CustomerProfiles(cast(Any, service), signer, now=lambda: clock[0])


async def name(profiles: CustomerProfiles, tenant_id: str = "t") -> str:
    return str((await profiles.get(tenant_id, "c")).profile.name)


async def test_a_customer_is_read_once_until_it_is_forgotten_or_old(
    profiles: CustomerProfiles, service: Service, clock: list[float]
) -> None:
    assert [await name(profiles), await name(profiles)] == ["Dana", "Dana"]
    assert service.calls == 1
    service.name = "Noa"
    profiles.forget("t", "c")
    assert await name(profiles) == "Noa"
    clock[0] = MAX_AGE_SECONDS
    await name(profiles)
    assert service.calls == 3


async def test_the_same_id_of_two_tenants_is_two_customers(profiles: CustomerProfiles, service: Service) -> None:
    await name(profiles, "a")
    service.name = "Noa"
    assert await name(profiles, "b") == "Noa"


async def test_a_change_during_a_read_is_not_covered_by_its_answer(
    profiles: CustomerProfiles, service: Service
) -> None:
    service.gate.clear()
    reading = asyncio.create_task(name(profiles))
    await service.asked.wait()
    service.name = "Noa"
    profiles.forget("t", "c")
    service.gate.set()
    assert await reading == "Dana"
    assert await name(profiles) == "Noa"


class Nats:
    """The connection as this cache sees it."""

    def __init__(self) -> None:
        self.is_connected = True
        self.stats = {"reconnects": 0}

    async def subscribe(self, *_subject: Any, **_callback: Any) -> None:
        return


async def test_nothing_is_kept_over_a_time_in_which_events_could_not_come(
    profiles: CustomerProfiles, service: Service
) -> None:
    nats = Nats()
    await profiles.follow_events(cast(Any, nats))
    await name(profiles)
    nats.is_connected = False
    service.name = "Noa"
    assert await name(profiles) == "Noa"
    service.name = "Tamar"
    assert await name(profiles) == "Tamar"
    nats.is_connected, nats.stats["reconnects"] = True, 1
    service.name = "Yael"
    assert [await name(profiles), await name(profiles)] == ["Yael", "Yael"]
    assert service.calls == 4


async def test_what_was_read_while_nats_went_and_came_back_is_not_kept(
    profiles: CustomerProfiles, service: Service
) -> None:
    nats = Nats()
    await profiles.follow_events(cast(Any, nats))
    service.gate.clear()
    reading = asyncio.create_task(name(profiles))
    await service.asked.wait()
    service.name, nats.stats["reconnects"] = "Noa", 1
    service.gate.set()
    await reading
    assert await name(profiles) == "Noa"
