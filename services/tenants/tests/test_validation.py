"""What a valid tenant is; each refusal names the field and what would be valid."""

from typing import Any

import pytest
from sales.tenants.v1 import tenants_pb2 as pb

from services.common.errors import DomainError
from services.tenants.tests.conftest import bakery, localized
from services.tenants.validation import checked_tenant


def hours(*spans: tuple[int, str, str]) -> list[pb.OpeningHours]:
    return [pb.OpeningHours(weekday=weekday, opens=opens, closes=closes) for weekday, opens, closes in spans]


def refusal(tenant: pb.Tenant) -> DomainError:
    with pytest.raises(DomainError) as refused:
        checked_tenant(tenant)
    assert refused.value.message.startswith(refused.value.field)
    assert refused.value.metadata["valid"] in refused.value.message
    return refused.value


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"currency_code": ""}, "settings.currency_code"),
        ({"currency_code": "XYZ"}, "settings.currency_code"),
        ({"currency_code": "ILR"}, "settings.currency_code"),  # the old shekel
        ({"currency_code": "₪"}, "settings.currency_code"),
        ({"time_zone": ""}, "settings.time_zone"),
        ({"time_zone": "Jerusalem"}, "settings.time_zone"),
        ({"time_zone": "../../etc/passwd"}, "settings.time_zone"),
        ({"time_zone": "localtime"}, "settings.time_zone"),
        ({"languages": []}, "settings.languages"),
        ({"languages": ["he", "english"]}, "settings.languages[1]"),
        ({"languages": ["xx"]}, "settings.languages[0]"),
        ({"languages": ["he", "HE"]}, "settings.languages"),
        ({"delivery_offered": False, "pickup_offered": False}, "settings.pickup_offered"),
        ({"delivery_terms": localized(hebrew="חינם")}, "settings.delivery_terms[hebrew]"),
        ({"delivery_terms": localized(en="x" * 1001)}, "settings.delivery_terms[en]"),
        ({"contact": pb.Contact(phone="call us")}, "settings.contact.phone"),
        ({"contact": pb.Contact(email="hello@")}, "settings.contact.email"),
        ({"contact": pb.Contact(website="javascript:alert(1)")}, "settings.contact.website"),
        ({"contact": pb.Contact(address=localized(en="a\0"))}, "settings.contact.address[en]"),
        ({"model": "a model"}, "settings.model"),
        ({"job_model": "-"}, "settings.job_model"),
        ({"order_horizon_days": -1}, "settings.order_horizon_days"),
        ({"order_horizon_days": 731}, "settings.order_horizon_days"),
        ({"pause_minutes": -1}, "settings.pause_minutes"),
        ({"pause_minutes": 10_081}, "settings.pause_minutes"),
        ({"opening_hours": hours((0, "08:00", "12:00"))}, "settings.opening_hours[0].weekday"),
        ({"opening_hours": hours((8, "08:00", "12:00"))}, "settings.opening_hours[0].weekday"),
        ({"opening_hours": hours((1, "8:00", "12:00"))}, "settings.opening_hours[0].opens"),
        ({"opening_hours": hours((1, "24:00", "24:00"))}, "settings.opening_hours[0].opens"),
        ({"opening_hours": hours((1, "08:00", "12:60"))}, "settings.opening_hours[0].closes"),
        ({"opening_hours": hours((1, "08:00", "08:00"))}, "settings.opening_hours[0].closes"),
        ({"opening_hours": hours((1, "20:00", "02:00"))}, "settings.opening_hours[0].closes"),
        (
            {"opening_hours": hours((1, "08:00", "12:00"), (2, "08:00", "12:00"), (1, "11:59", "13:00"))},
            "settings.opening_hours[2]",
        ),
        ({"opening_hours": hours(*[(1, "08:00", "12:00")] * 51)}, "settings.opening_hours"),
    ],
)
def test_bad_settings_are_refused_by_name(settings: dict[str, Any], field: str) -> None:
    assert refusal(bakery(**settings)).field == field


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (pb.Tenant(description="x" * 4001), "description"),
        (pb.Tenant(description="bell \a"), "description"),
        (pb.Tenant(persona=pb.Persona(role="x" * 501)), "persona.role"),
        (pb.Tenant(persona=pb.Persona(tone="\x1b[31m")), "persona.tone"),
        (pb.Tenant(persona=pb.Persona(instructions="x" * 8001)), "persona.instructions"),
        (pb.Tenant(display_name=localized(zz="Bakery")), "display_name[zz]"),
        (pb.Tenant(display_name=localized(fr="x" * 201)), "display_name[fr]"),
    ],
)
def test_bad_texts_are_refused_by_name(change: pb.Tenant, field: str) -> None:
    tenant = bakery()
    tenant.MergeFrom(change)
    assert refusal(tenant).field == field


@pytest.mark.parametrize("name", [{}, {"en": "  "}])
def test_a_tenant_needs_a_name(name: dict[str, str]) -> None:
    tenant = bakery()
    tenant.display_name.CopyFrom(localized(**name))
    assert refusal(tenant).field == "display_name"


def test_values_are_brought_into_their_one_form() -> None:
    tenant = bakery(
        currency_code=" ils ",
        languages=["HE", "en-us", "zh_hant_tw"],
        opening_hours=hours((5, "08:00", "14:00"), (1, "16:00", "24:00"), (1, "08:00", "16:00")),
        order_horizon_days=730,
        pause_minutes=10_080,
    )
    tenant.display_name.values["EN"] = " The Bakery "
    tenant.description = " Bread,\r\ncakes. "
    del tenant.display_name.values["en"]
    checked = checked_tenant(tenant)
    assert checked.settings.currency_code == "ILS"
    assert list(checked.settings.languages) == ["he", "en-US", "zh-Hant-TW"]
    spans = [(span.weekday, span.opens, span.closes) for span in checked.settings.opening_hours]
    assert spans == [(1, "08:00", "16:00"), (1, "16:00", "24:00"), (5, "08:00", "14:00")]
    assert checked.display_name.values["en"] == "The Bakery"
    assert checked.description == "Bread,\ncakes."
    assert checked_tenant(checked) == checked


def test_a_valid_tenant_stays_as_it_is() -> None:
    assert checked_tenant(bakery()) == bakery()
