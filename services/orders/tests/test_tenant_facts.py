"""What orders knows of tenants while the tenants service changes, is slow or is down."""

import asyncio
from bisect import bisect_right
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import grpc
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st
from sales.tenants.v1 import events_pb2, tenants_pb2

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.grpc_client import channel
from services.orders.tenant_facts import TenantDirectory, facts_of
from services.orders.tests.conftest import Service
from services.orders.tests.support import START, StandInTenants, create, error_of

SEED, PUBLIC = generate_key_pair()


class Ticks:
    """A monotonic clock that moves only when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def stand_in() -> StandInTenants:
    return StandInTenants()


@pytest.fixture
def ticks() -> Ticks:
    return Ticks()


@pytest_asyncio.fixture
async def directory(stand_in: StandInTenants, ticks: Ticks) -> AsyncIterator[TenantDirectory]:
    server = grpc.aio.server()
    stand_in.serve(server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    to_tenants = channel(f"127.0.0.1:{port}")
    yield TenantDirectory(to_tenants, TokenSigner("orders", SEED), ticks)
    await to_tenants.close()
    await server.stop(None)


async def changed(directory: TenantDirectory, tenant_id: str) -> None:
    await directory.on_tenant_changed(events_pb2.TenantChanged(tenant_id=tenant_id).SerializeToString())


def test_facts_come_from_the_settings() -> None:
    settings = tenants_pb2.Settings(
        currency_code="JPY", time_zone="Asia/Tokyo", order_horizon_days=7, pickup_offered=True
    )

    facts = facts_of(tenants_pb2.Tenant(settings=settings))

    assert (facts.currency_code, facts.time_zone, facts.horizon_days) == ("JPY", ZoneInfo("Asia/Tokyo"), 7)
    assert (facts.delivery_offered, facts.pickup_offered) == (False, True)
    assert facts.today(START).isoformat() == "2026-11-23"
    assert facts.last_day(START).isoformat() == "2026-11-30"


def test_the_horizon_is_sixty_days_unless_the_tenant_says_otherwise() -> None:
    assert facts_of(tenants_pb2.Tenant(settings=tenants_pb2.Settings(time_zone="UTC"))).horizon_days == 60


async def test_facts_are_read_once_a_minute_for_all_who_ask(
    stand_in: StandInTenants, directory: TenantDirectory, ticks: Ticks
) -> None:
    stand_in.add("shop")

    answers = await asyncio.gather(*(directory.facts("shop") for _ in range(20)))
    ticks.now += 59
    assert await directory.facts("shop") == answers[0]
    assert stand_in.calls == ["shop"]
    ticks.now += 2
    await directory.facts("shop")
    assert stand_in.calls == ["shop", "shop"]


async def test_orders_says_who_it_is(stand_in: StandInTenants, directory: TenantDirectory) -> None:
    stand_in.add("shop")

    await directory.facts("shop")

    scheme, token = stand_in.last_authorization.split(" ")
    assert scheme == "Bearer"
    assert TokenVerifier({"orders": PUBLIC}).caller(token) == "orders"


async def test_a_change_is_seen_at_once(stand_in: StandInTenants, directory: TenantDirectory) -> None:
    stand_in.add("shop")
    await directory.facts("shop")
    stand_in.add("shop", currency_code="EUR")

    await changed(directory, "shop")

    assert (await directory.facts("shop")).currency_code == "EUR"


async def test_a_change_during_a_read_is_not_lost(stand_in: StandInTenants, directory: TenantDirectory) -> None:
    stand_in.add("shop")
    stand_in.hold = asyncio.Event()
    reading = asyncio.create_task(directory.facts("shop"))
    await stand_in.asked.wait()
    await changed(directory, "shop")
    stand_in.hold.set()
    await reading
    stand_in.add("shop", currency_code="EUR")

    assert (await directory.facts("shop")).currency_code == "EUR"


async def test_a_caller_that_gives_up_does_not_end_the_read_for_others(
    stand_in: StandInTenants, directory: TenantDirectory
) -> None:
    stand_in.add("shop")
    stand_in.hold = asyncio.Event()
    first, second = (asyncio.create_task(directory.facts("shop")) for _ in range(2))
    await stand_in.asked.wait()
    first.cancel()
    stand_in.hold.set()

    assert (await second).currency_code == "ILS"
    assert stand_in.calls == ["shop"]


@pytest.mark.parametrize("failure", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.INTERNAL])
async def test_what_was_known_serves_while_tenants_is_down(
    stand_in: StandInTenants, directory: TenantDirectory, ticks: Ticks, failure: grpc.StatusCode
) -> None:
    stand_in.add("shop")
    known = await directory.facts("shop")
    stand_in.failure = failure
    ticks.now += 3600

    assert await directory.facts("shop") == known
    assert await directory.facts("shop") == known
    assert len(stand_in.calls) == 2, "a service that is down is not asked for every order"
    stand_in.failure = None
    stand_in.add("shop", currency_code="EUR")
    ticks.now += 3
    assert (await directory.facts("shop")).currency_code == "EUR"


async def test_a_tenant_never_known_is_unavailable_while_tenants_is_down(
    stand_in: StandInTenants, directory: TenantDirectory
) -> None:
    stand_in.failure = grpc.StatusCode.UNAVAILABLE

    assert (await error_of(directory.facts("shop"))).code.name == "UNAVAILABLE"
    stand_in.failure = None
    stand_in.add("shop")
    assert (await directory.facts("shop")).currency_code == "ILS"


async def test_a_tenant_that_is_gone_is_not_found(
    stand_in: StandInTenants, directory: TenantDirectory, ticks: Ticks
) -> None:
    stand_in.add("shop")
    await directory.facts("shop")
    del stand_in.tenants["shop"]
    ticks.now += 61

    assert (await error_of(directory.facts("shop"))).code.name == "NOT_FOUND"


async def test_orders_are_taken_while_tenants_is_down_but_not_for_a_tenant_never_seen(
    service: Service, shop: str, tenant_id: str
) -> None:
    service.tenants.failure = grpc.StatusCode.UNAVAILABLE
    await service.directory.on_tenant_changed(events_pb2.TenantChanged(tenant_id=shop).SerializeToString())

    placed = await service.caller("agent", shop)("CreateOrder", create(("croissant", "1")))
    error = await error_of(service.caller("agent", f"{tenant_id}_new")("CreateOrder", create(("croissant", "1"))))

    assert placed.number == 1
    assert error.code.name == "UNAVAILABLE"


ZONES = st.sampled_from(sorted(available_timezones() - {"localtime"}))


@given(
    ZONES,
    st.integers(0, 199 * 365 * 24 * 3600).map(lambda seconds: datetime(2000, 1, 1, tzinfo=UTC) + timedelta(0, seconds)),
    st.integers(1, 366 * 24 * 3600),
)
@settings(max_examples=300)
def test_offsets_tell_the_clock_at_every_instant_of_a_range(zone: str, start: datetime, seconds: int) -> None:
    facts = facts_of(tenants_pb2.Tenant(settings=tenants_pb2.Settings(time_zone=zone)))
    since, offsets = facts.offsets(start, start + timedelta(days=366))

    moment = start + timedelta(seconds=seconds)

    assert since[0] == start
    assert offsets[bisect_right(since, moment) - 1] == moment.astimezone(facts.time_zone).utcoffset()


@given(ZONES, st.dates(date(2000, 1, 1), date(2199, 12, 30)))
@settings(max_examples=300)
def test_a_day_starts_with_its_first_instant(zone: str, day: date) -> None:
    facts = facts_of(tenants_pb2.Tenant(settings=tenants_pb2.Settings(time_zone=zone)))
    start = facts.start_of(day)

    before = (start - timedelta(microseconds=1)).astimezone(facts.time_zone).date()
    # A day that a zone skips on its way over the date line has no instant: it starts where the next one does.
    assert before < day <= start.astimezone(facts.time_zone).date()
