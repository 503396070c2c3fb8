"""Statements of lists and their sums: one for each combination of conditions, compiled at its first use."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Date,
    DateTime,
    Integer,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql.elements import ColumnElement

from services.common.db import Statement, statement
from services.orders.orders.sorts import Sort
from services.orders.orders.statements import WHOLE
from services.orders.orders.tables import WANTED_FIRST, customer_names, order_lines, orders

_NUMBER, _TOTAL = orders.c.number, orders.c.total_minor
_AFTER_NUMBER = bindparam("after_number", type_=BigInteger)
_AFTER_TOTAL = bindparam("after_total", type_=BigInteger)
_AFTER_DATE = bindparam("after_date", type_=Date)
_TIME = DateTime(timezone=True)


def _among(column: ColumnElement[Any], found: Select[Any]) -> ColumnElement[bool]:
    # Inside a function IN stays a set that is built once and asked for each order. As a join it would be planned by
    # guesses of how many fit: when they are wrong it looks into the other table once for every order of the tenant.
    return func.coalesce(column.in_(found), literal_column("false"))


def _named() -> ColumnElement[bool]:
    # Row level security lets no index serve LIKE, nor is there one for words within names: names are read through.
    found = select(customer_names.c.customer_id).where(
        customer_names.c.tenant_id == bindparam("tenant_id", type_=Text),
        func.strpos(customer_names.c.search_name, bindparam("customer_name", type_=Text)) > 0,
    )
    return _among(orders.c.customer_id, found)


def _with_product() -> ColumnElement[bool]:
    found = select(order_lines.c.order_id).where(
        order_lines.c.tenant_id == bindparam("tenant_id", type_=Text),
        order_lines.c.sku == bindparam("sku", type_=Text),
    )
    return _among(orders.c.order_id, found)


_CONDITIONS: dict[str, Callable[[], ColumnElement[bool]]] = {
    # With a single status the index gives the orders in their order; among several they would have to be sorted.
    "status": lambda: orders.c.status == bindparam("status"),
    "statuses": lambda: orders.c.status == any_(bindparam("statuses", type_=ARRAY(Text))),
    "customer_id": lambda: orders.c.customer_id == bindparam("customer_id"),
    "customer_name": _named,
    "sku": _with_product,
    "conversation_id": lambda: (
        (orders.c.conversation_id == bindparam("conversation_id")) & (orders.c.conversation_id != literal_column("''"))
    ),
    "number": lambda: orders.c.number == bindparam("number", type_=BigInteger),
    "placed_from": lambda: orders.c.create_time >= bindparam("placed_from", type_=_TIME),
    "placed_before": lambda: orders.c.create_time < bindparam("placed_before", type_=_TIME),
}


def _sorted(query: Select[Any], sort: Sort) -> Select[Any]:
    if sort is Sort.NEWEST:
        return query.where(_NUMBER < _AFTER_NUMBER).order_by(_NUMBER.desc())
    if sort is Sort.OLDEST:
        return query.where(_NUMBER > _AFTER_NUMBER).order_by(_NUMBER)
    if sort is Sort.TOTAL_DESC:
        before = tuple_(_TOTAL, _NUMBER) < tuple_(_AFTER_TOTAL, _AFTER_NUMBER)
        return query.where(before).order_by(_TOTAL.desc(), _NUMBER.desc())
    if sort is Sort.TOTAL_ASC:
        return query.where(tuple_(_TOTAL, _NUMBER) > tuple_(_AFTER_TOTAL, _AFTER_NUMBER)).order_by(_TOTAL, _NUMBER)
    return query.where(tuple_(WANTED_FIRST, _NUMBER) > tuple_(_AFTER_DATE, _AFTER_NUMBER)).order_by(
        WANTED_FIRST, _NUMBER
    )


@cache
def page(conditions: frozenset[str], sort: Sort = Sort.NEWEST) -> Statement:
    """A page of orders by the conditions in use, after a position of the sort."""
    query = _sorted(WHOLE.where(*(_CONDITIONS[name]() for name in sorted(conditions))), sort)
    return statement(query.limit(bindparam("limit", type_=Integer)))


@cache
def summary(conditions: frozenset[str]) -> Statement:
    """How many orders fit, by status, and what those in the tenant's currency come to."""
    in_currency = orders.c.currency_code == bindparam("currency_code", type_=Text)
    query = (
        select(
            orders.c.status,
            func.count().label("order_count"),
            cast(func.coalesce(func.sum(_TOTAL).filter(in_currency), 0), BigInteger).label("total_minor"),
        )
        .where(orders.c.tenant_id == bindparam("tenant_id"), *(_CONDITIONS[name]() for name in sorted(conditions)))
        .group_by(orders.c.status)
    )
    return statement(query)
