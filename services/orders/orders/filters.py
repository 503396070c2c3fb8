"""Which orders a request asks for: the conditions of lists and sums."""

from dataclasses import dataclass, fields
from datetime import date, timedelta

from sales.orders.v1 import orders_pb2

from services.common.days import check_day
from services.common.errors import invalid
from services.orders.catalog.names import lookup_key
from services.orders.orders.requests import check_statuses
from services.orders.tenant_facts import TenantFacts
from services.orders.texts import check_id, check_text


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that must all hold; empty ones hold always.

    `customer_name` is the key of a name; first and last day are local and both included.
    """

    statuses: tuple[str, ...] = ()
    customer_id: str = ""
    customer_name: str = ""
    sku: str = ""
    conversation_id: str = ""
    number: int = 0
    start_date: date | None = None
    end_date: date | None = None

    @property
    def needs_clock(self) -> bool:
        """Whether only the tenant's clock tells what is meant."""
        return bool(self.start_date or self.end_date)

    def values(self, facts: TenantFacts | None) -> dict[str, object]:
        """The conditions in use by name, each with the value that its statement takes."""
        given: dict[str, object] = {
            "status": self.statuses[0] if len(self.statuses) == 1 else "",
            "statuses": list(self.statuses) if len(self.statuses) > 1 else [],
            "customer_id": self.customer_id,
            "customer_name": self.customer_name,
            "sku": self.sku,
            "conversation_id": self.conversation_id,
            "number": self.number,
        }
        if facts and self.start_date:
            given["placed_from"] = facts.start_of(self.start_date)
        if facts and self.end_date:
            given["placed_before"] = facts.start_of(self.end_date + timedelta(days=1))
        return {name: value for name, value in given.items() if value}


def listed(request: orders_pb2.ListOrdersRequest) -> Filter:
    """The filter of a list, whose older conditions may stand in the request itself."""
    older = orders_pb2.OrderFilter(
        statuses=request.statuses,
        customer_id=request.customer_id,
        sku=request.sku,
        conversation_id=request.conversation_id,
    )
    outside, inside = check_filter(older, ""), check_filter(request.filter)
    both = {}
    for field in fields(Filter):
        first, second = getattr(outside, field.name), getattr(inside, field.name)
        if first and second and first != second:
            raise invalid(
                f"filter.{field.name}",
                "GIVEN_TWICE",
                f"filter.{field.name} and {field.name} differ; give it once",
                valid=f"filter.{field.name} alone",
            )
        both[field.name] = second or first
    return Filter(**both)


def check_filter(message: orders_pb2.OrderFilter, prefix: str = "filter.") -> Filter:
    """The filter in a message; INVALID_ARGUMENT names what cannot be a condition."""
    if message.number < 0:
        raise invalid(f"{prefix}number", "BAD_NUMBER", f"{prefix}number must be an order number", valid="1 or more")
    return Filter(
        statuses=tuple(sorted(set(check_statuses(message.statuses, f"{prefix}statuses")))),
        customer_id=message.customer_id and check_id(message.customer_id, f"{prefix}customer_id"),
        customer_name=_name_key(message.customer_name, f"{prefix}customer_name"),
        sku=message.sku and check_id(message.sku, f"{prefix}sku"),
        conversation_id=message.conversation_id and check_id(message.conversation_id, f"{prefix}conversation_id"),
        number=message.number,
        start_date=check_day(message.start_date, f"{prefix}start_date") if message.start_date else None,
        end_date=check_day(message.end_date, f"{prefix}end_date") if message.end_date else None,
    )


def _name_key(name: str, field: str) -> str:
    text = check_text(name, field, 200)
    key = lookup_key(text)
    if text and not key:
        raise invalid(field, "EMPTY_TEXT", f"{field} has nothing but marks in it", valid="letters of a name")
    return key
