"""The sales of a range of days: one statement, so that all its figures are of one moment."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Date, DateTime, Integer, Interval, Text, bindparam, cast, extract, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement, Grouping

from services.common.db import statement
from services.orders.orders.tables import order_lines, orders

_BEST_SELLERS = 20
_TENANT_ID = bindparam("tenant_id", type_=Text)
_TIME = DateTime(timezone=True)

# By the offsets that the tenant's zone has here and everywhere else in the service: the zones that PostgreSQL knows may
# be of another year, and some names, such as EET, mean something else to it.
_offset = Grouping(bindparam("offsets", type_=ARRAY(Interval)))[
    func.width_bucket(orders.c.create_time, bindparam("offsets_since", type_=ARRAY(_TIME)))
]
_local_time = func.timezone(literal_column("'UTC'"), orders.c.create_time) + _offset
_placed = (
    select(
        orders.c.order_id,
        orders.c.number,
        orders.c.customer_id,
        orders.c.conversation_id,
        orders.c.status,
        orders.c.total_minor,
        _local_time.label("local_time"),
    )
    .where(
        orders.c.tenant_id == _TENANT_ID,
        orders.c.currency_code == bindparam("currency_code", type_=Text),
        orders.c.create_time >= bindparam("placed_from", type_=_TIME),
        orders.c.create_time < bindparam("placed_before", type_=_TIME),
    )
    .cte("placed")
)
_is_sold = _placed.c.status != literal_column("'cancelled'")
_count = func.count().label("order_count")
_total = func.sum(_placed.c.total_minor)
_revenue = _total.label("revenue_minor")


def _as_rows(query: Any, order: Sequence[str]) -> ColumnElement[Any]:
    """The rows of a query as one JSON array of objects, [] when there are none."""
    rows = query.subquery()
    pairs: list[Any] = []
    for column in rows.c:
        pairs += [literal_column(f"'{column.name}'"), column]
    gathered = func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*pairs), *(rows.c[name] for name in order)))
    return select(func.coalesce(gathered, literal_column("'[]'::jsonb"))).select_from(rows).scalar_subquery()


def _statuses() -> ColumnElement[Any]:
    total = _total.label("total_minor")
    return _as_rows(select(_placed.c.status, _count, total).group_by(_placed.c.status), ["status"])


def _days() -> ColumnElement[Any]:
    day = cast(_placed.c.local_time, Date).label("date")
    return _as_rows(select(day, _count, _revenue).where(_is_sold).group_by(day), ["date"])


def _hours() -> ColumnElement[Any]:
    weekday = cast(extract("isodow", _placed.c.local_time), Integer).label("weekday")
    hour = cast(extract("hour", _placed.c.local_time), Integer).label("hour")
    return _as_rows(select(weekday, hour, _count).where(_is_sold).group_by(weekday, hour), ["weekday", "hour"])


def _products() -> ColumnElement[Any]:
    """Best sellers; name and unit are those of the last order with the product."""
    revenue = func.sum(order_lines.c.line_total_minor)
    best = (
        select(
            order_lines.c.sku,
            revenue.label("revenue_minor"),
            cast(func.sum(order_lines.c.quantity), Text).label("quantity"),
            _count,
            func.max(_placed.c.number).label("last_number"),
        )
        .join(_placed, _placed.c.order_id == order_lines.c.order_id)
        .where(order_lines.c.tenant_id == _TENANT_ID, _is_sold)
        .group_by(order_lines.c.sku)
        .order_by(revenue.desc(), order_lines.c.sku)
        .limit(literal_column(str(_BEST_SELLERS)))
        .cte("best")
    )
    last_line = order_lines.alias("last_line")
    named = (
        select(best, last_line.c.display_name, last_line.c.unit, (-best.c.revenue_minor).label("place"))
        .join(orders, (orders.c.tenant_id == _TENANT_ID) & (orders.c.number == best.c.last_number))
        .join(last_line, (last_line.c.order_id == orders.c.order_id) & (last_line.c.sku == best.c.sku))
    )
    return _as_rows(named, ["place", "sku"])


def _distinct(column: ColumnElement[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    # Not count(DISTINCT …), which sorts.
    different = select(column).where(_is_sold, *conditions).distinct().subquery()
    return select(func.count()).select_from(different).scalar_subquery()


SALES = statement(
    select(
        _statuses().label("statuses"),
        _days().label("days"),
        _hours().label("hours"),
        _products().label("products"),
        _distinct(_placed.c.customer_id).label("customer_count"),
        _distinct(_placed.c.conversation_id, _placed.c.conversation_id != literal_column("''")).label(
            "conversation_count"
        ),
    )
)
