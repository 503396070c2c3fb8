"""Customers and the catalog."""

import pytest
from sales.customers.v1 import customers_pb2 as pb

from services.admin_bff.tests.conftest import Browser, Dashboard


@pytest.fixture
def customer(dashboard: Dashboard) -> pb.Customer:
    """One of the tenant's customers."""
    return next(iter(dashboard.business.customers.values()))


async def test_a_customer_comes_with_where_each_fact_is_from(owner: Browser, customer: pb.Customer) -> None:
    customer.identities.add(channel="telegram", external_id="7", display_name="d")
    told = (await owner.get(f"customers/{customer.customer_id}")).json()
    assert told["name"] == customer.profile.name
    assert told["sources"] == {
        "name": {"kind": "customer", "reference": "", "staff_name": "", "at": "2026-11-23T12:05:00Z"}
    }
    assert told["identities"] == [{"channel": "telegram", "external_id": "7", "display_name": "d"}]
    assert told["etag"] == "c1"


async def test_only_what_is_given_changes_and_the_empty_string_forgets(
    dashboard: Dashboard, owner: Browser, customer: pb.Customer
) -> None:
    customer.profile.notes = "likes it hot"
    body = {"etag": "c1", "phone": "+972501234567", "notes": ""}
    answer = await owner.patch(f"customers/{customer.customer_id}", body)
    assert (answer.status_code, answer.json()["phone"], answer.json()["notes"]) == (200, "+972501234567", "")
    assert answer.json()["name"] == customer.profile.name
    request = dashboard.world.last("UpdateCustomer").request
    assert list(request.update_mask.paths) == ["phone", "notes"]
    assert request.source.kind == pb.FactSource.KIND_STAFF


async def test_who_is_late_sees_the_customer_as_it_now_is(owner: Browser, customer: pb.Customer) -> None:
    answer = await owner.patch(f"customers/{customer.customer_id}", {"etag": "c0", "name": "Dana"})
    assert (answer.status_code, answer.json()["reason"]) == (409, "STALE_ETAG")
    assert answer.json()["current"]["etag"] == "c1"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "Dana"}, "etag"),
        ({"etag": "c1", "vip": "yes"}, "vip"),
        ({"etag": "c1", "name": 5}, "name"),
        ({"etag": "c1", "notes": "x" * 2_001}, "notes"),
        ({"etag": "c1"}, None),
    ],
)
async def test_a_wrong_fact_is_named(
    owner: Browser, customer: pb.Customer, body: dict[str, object], field: str | None
) -> None:
    answer = await owner.patch(f"customers/{customer.customer_id}", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


async def test_products_are_listed_for_filters(owner: Browser) -> None:
    assert (await owner.get("products")).json() == {
        "items": [
            {
                "sku": "pastrami",
                "name": {"en": "Pastrami", "he": "פסטרמה"},
                "category": {"en": "Deli Meat"},
                "unit": "kg",
                "unit_price": {"currency": "ILS", "amount_minor": 7500},
                "available": True,
            }
        ],
        "next_cursor": None,
    }
