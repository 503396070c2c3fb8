"""What a customer may be told of the business at a moment of its own clock."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from sales.tenants.v1 import tenants_pb2 as pb


def business_info(tenant: pb.Tenant, now: datetime) -> pb.BusinessInfo:
    """Business information at `now` (UTC-aware). Delivery terms are told only while delivery is offered."""
    settings = tenant.settings
    local = now.astimezone(ZoneInfo(settings.time_zone))
    return pb.BusinessInfo(
        display_name=tenant.display_name,
        opening_hours=settings.opening_hours,
        open_now=is_open(settings.opening_hours, local),
        local_time=f"{local:%Y-%m-%d %H:%M} {settings.time_zone}",
        contact=settings.contact,
        delivery_terms=settings.delivery_terms if settings.delivery_offered else None,
        delivery_offered=settings.delivery_offered,
        pickup_offered=settings.pickup_offered,
    )


def is_open(spans: Iterable[pb.OpeningHours], local: datetime) -> bool:
    """Whether a local moment lies in one of the spans; at the minute of closing it is closed."""
    weekday, minute = local.isoweekday(), f"{local:%H:%M}"
    return any(span.weekday == weekday and span.opens <= minute < span.closes for span in spans)
