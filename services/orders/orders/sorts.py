"""How lists of orders are sorted, and the place in a list that a page token names."""

import hashlib
from datetime import date
from enum import StrEnum

from sales.orders.v1 import orders_pb2

from services.common.errors import invalid
from services.common.pagination import bad_page_token, decode_page_token, encode_page_token
from services.orders.orders.filters import Filter
from services.orders.orders.models import Order

_LAST_NUMBER = 2**63 - 1


class Sort(StrEnum):
    """How a list is sorted; equal orders follow by number in the same direction."""

    NEWEST = "newest"
    OLDEST = "oldest"
    TOTAL_DESC = "total_desc"
    TOTAL_ASC = "total_asc"
    WANTED_DATE = "wanted_date"


_SORTS: dict[int, Sort] = {
    orders_pb2.ORDER_SORT_UNSPECIFIED: Sort.NEWEST,
    orders_pb2.ORDER_SORT_OLDEST: Sort.OLDEST,
    orders_pb2.ORDER_SORT_TOTAL_DESC: Sort.TOTAL_DESC,
    orders_pb2.ORDER_SORT_TOTAL_ASC: Sort.TOTAL_ASC,
    orders_pb2.ORDER_SORT_WANTED_DATE: Sort.WANTED_DATE,
}
# Before the first order of each list. Those wanted as soon as possible come before any date.
_STARTS: dict[Sort, dict[str, object]] = {
    Sort.NEWEST: {"after_number": _LAST_NUMBER},
    Sort.OLDEST: {"after_number": 0},
    Sort.TOTAL_DESC: {"after_total": _LAST_NUMBER, "after_number": _LAST_NUMBER},
    Sort.TOTAL_ASC: {"after_total": -1, "after_number": 0},
    Sort.WANTED_DATE: {"after_date": date.min, "after_number": 0},
}


def check_sort(value: int) -> Sort:
    """The sort asked for; BAD_SORT for one that there is not."""
    if value not in _SORTS:
        valid = ", ".join(orders_pb2.OrderSort.keys())
        raise invalid("sort", "BAD_SORT", f"sort must be one of {valid}", valid=valid)
    return _SORTS[value]


class Listing:
    """One list: a tenant's orders by a filter in a sort. Its page tokens go on with no other list."""

    def __init__(self, tenant_id: str, filter_: Filter, sort: Sort) -> None:
        self.sort = sort
        self._digest = hashlib.sha256(repr((tenant_id, sort, filter_)).encode()).hexdigest()[:16]

    def token(self, last: Order) -> str:
        """The token of the page after this order."""
        key: int | str = ""
        if self.sort in (Sort.TOTAL_DESC, Sort.TOTAL_ASC):
            key = last.terms.total.amount_minor
        elif self.sort is Sort.WANTED_DATE:
            key = (last.terms.wanted_date or date.min).isoformat()
        return encode_page_token(self._digest, last.number, key)

    def position(self, token: str) -> dict[str, object]:
        """Where the page begins, as parameters of the statement; BAD_PAGE_TOKEN for a token of another list."""
        place = decode_page_token(token, 3)
        if place is None:
            return _STARTS[self.sort]
        digest, number, key = place
        if digest != self._digest or not _is_count(number):
            raise bad_page_token()
        if self.sort in (Sort.NEWEST, Sort.OLDEST):
            return {"after_number": number}
        if self.sort is Sort.WANTED_DATE:
            return {"after_date": _day(key), "after_number": number}
        if not _is_count(key):
            raise bad_page_token()
        return {"after_total": key, "after_number": number}


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value <= _LAST_NUMBER  # not a bool


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise bad_page_token() from None
