"""What a customer may be told, by the business's own clock."""

from datetime import UTC, datetime

import pytest
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.tests.serving import Client
from services.tenants.business_hours import business_info
from services.tenants.tests.conftest import Service, bakery
from services.tenants.validation import checked_tenant

MONDAY_AND_NIGHT = [
    pb.OpeningHours(weekday=1, opens="08:00", closes="14:00"),
    pb.OpeningHours(weekday=1, opens="16:00", closes="24:00"),
    pb.OpeningHours(weekday=2, opens="00:00", closes="01:30"),
]


@pytest.mark.parametrize(
    ("utc", "local", "is_open"),
    [
        ("2026-11-23 05:59", "2026-11-23 07:59", False),
        ("2026-11-23 06:00", "2026-11-23 08:00", True),
        ("2026-11-23 11:59", "2026-11-23 13:59", True),
        ("2026-11-23 12:00", "2026-11-23 14:00", False),
        ("2026-11-23 21:59", "2026-11-23 23:59", True),
        ("2026-11-23 22:00", "2026-11-24 00:00", True),  # Monday in UTC, Tuesday there
        ("2026-11-23 23:30", "2026-11-24 01:30", False),
        ("2026-11-22 10:00", "2026-11-22 12:00", False),
        ("2026-06-22 05:00", "2026-06-22 08:00", True),  # summer time
    ],
)
def test_open_now_follows_the_local_clock(utc: str, local: str, is_open: bool) -> None:
    tenant = checked_tenant(bakery(opening_hours=MONDAY_AND_NIGHT))
    info = business_info(tenant, datetime.fromisoformat(utc).replace(tzinfo=UTC))
    assert info.local_time == f"{local} Asia/Jerusalem"
    assert info.open_now is is_open


def test_without_opening_hours_it_is_never_open() -> None:
    assert not business_info(bakery(), datetime(2026, 11, 23, 12, tzinfo=UTC)).open_now


def test_delivery_terms_are_told_only_while_delivery_is_offered() -> None:
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert business_info(bakery(), now).delivery_terms.values["en"] == "Tel Aviv, free from 150"
    paused = business_info(bakery(delivery_offered=False), now)
    assert not paused.delivery_terms.values
    assert (paused.delivery_offered, paused.pickup_offered) == (False, True)


async def test_the_agent_is_told_name_hours_and_contact(
    service: Service, operator: Client, tenant: pb.Tenant, tenant_id: str
) -> None:
    info = await service.as_("agent", tenant_id).GetBusinessInfo(pb.GetBusinessInfoRequest())
    assert info.local_time == "2026-11-23 14:05 Asia/Jerusalem"
    assert info.display_name == tenant.display_name
    assert info.contact == tenant.settings.contact
