"""The statements of the orders store, compiled once: writing and reading an order as one whole."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert
from sqlalchemy.dialects.postgresql import UUID as UUID_TYPE
from sqlalchemy.sql.elements import ColumnElement

from services.common.db import Statement, statement
from services.orders.orders.tables import customer_names, order_counters, order_lines, order_timeline, orders

_TENANT_ID = bindparam("tenant_id", type_=Text)
_ORDER_ID = bindparam("order_id", type_=UUID_TYPE)
_FIXED = ("customer_id", "conversation_id", "create_time")
_CHANGING = (
    "status",
    "currency_code",
    "total_minor",
    "fulfillment",
    "delivery_address",
    "notes",
    "wanted_date",
    "cancel_reason",
    "version",
    "update_time",
)
_LINE_FIELDS = ("position", "sku", "display_name", "quantity", "unit", "unit_price_minor", "line_total_minor")


def _insert_lines() -> Any:
    """Insert the lines in parameter `lines`, a JSON array of objects with the fields of a line."""
    given = (
        func.jsonb_to_recordset(bindparam("lines", type_=JSONB))
        .table_valued(
            column("position", SmallInteger),
            column("sku", Text),
            column("display_name", JSONB),
            column("quantity", Numeric(12, 3)),
            column("unit", Text),
            column("unit_price_minor", BigInteger),
            column("line_total_minor", BigInteger),
        )
        .render_derived(name="given", with_types=True)
    )
    return insert(order_lines).from_select(
        ["tenant_id", "order_id", *_LINE_FIELDS],
        select(_TENANT_ID, _ORDER_ID, *(given.c[name] for name in _LINE_FIELDS)),
    )


def _insert_entry() -> Any:
    return insert(order_timeline).values(
        tenant_id=_TENANT_ID,
        order_id=_ORDER_ID,
        version=bindparam("version", type_=BigInteger),
        action=bindparam("action"),
        actor_kind=bindparam("actor_kind"),
        actor_id=bindparam("actor_id"),
        actor_name=bindparam("actor_name"),
        changes=bindparam("changes"),
        create_time=bindparam("update_time", type_=DateTime(timezone=True)),
    )


def _name_of(customer_id: ColumnElement[str]) -> Any:
    """What the customer is called; "" while that is not known."""
    name = select(customer_names.c.name).where(
        customer_names.c.tenant_id == _TENANT_ID, customer_names.c.customer_id == customer_id
    )
    return func.coalesce(name.scalar_subquery(), literal_column("''")).label("customer_name")


def _place() -> Statement:
    """Take the next number and write order, lines and timeline entry, in one round trip."""
    numbered = (
        insert(order_counters)
        .values(tenant_id=_TENANT_ID, last_number=1)
        .on_conflict_do_update(
            index_elements=[order_counters.c.tenant_id], set_={"last_number": order_counters.c.last_number + 1}
        )
        .returning(order_counters.c.last_number)
        .cte("numbered")
    )
    names = [*_FIXED, *_CHANGING]
    placed = insert(orders).from_select(
        ["tenant_id", "order_id", "number", *names],
        select(
            _TENANT_ID,
            _ORDER_ID,
            numbered.c.last_number,
            *(bindparam(name, type_=orders.c[name].type) for name in names),
        ),
    )
    parts = (_insert_lines().cte("lines"), _insert_entry().cte("entry"))
    customer_name = _name_of(bindparam("customer_id", type_=Text))
    return statement(placed.returning(orders.c.number, customer_name).add_cte(*parts))


def _save(*, with_lines: bool) -> Statement:
    """Write a changed order and its timeline entry, with its lines where they may have changed, in one round trip."""
    parts = [_insert_entry().cte("entry")]
    if with_lines:
        inserted = _insert_lines()
        replaced = {name: inserted.excluded[name] for name in _LINE_FIELDS if name != "position"}
        # Lines that stay in place are overwritten and those behind the last are removed: no row is touched twice.
        parts += [
            inserted.on_conflict_do_update(
                index_elements=[order_lines.c.order_id, order_lines.c.position], set_=replaced
            ).cte("lines"),
            delete(order_lines)
            .where(order_lines.c.tenant_id == _TENANT_ID, order_lines.c.order_id == _ORDER_ID)
            .where(order_lines.c.position >= bindparam("line_count", type_=Integer))
            .cte("removed"),
        ]
    changed = (
        update(orders)
        .where(orders.c.tenant_id == bindparam("the_tenant"), orders.c.order_id == bindparam("the_order"))
        .values({name: bindparam(name, type_=orders.c[name].type) for name in _CHANGING})
    )
    return statement(changed.add_cte(*parts))


def _lines_of_order() -> Any:
    fields: list[Any] = []
    for name in _LINE_FIELDS:
        # Quantities leave the database as text: as JSON numbers they would be read as floats.
        value = cast(order_lines.c.quantity, Text) if name == "quantity" else order_lines.c[name]
        fields += [literal_column(f"'{name}'"), value]
    return (
        select(func.jsonb_agg(aggregate_order_by(func.jsonb_build_object(*fields), order_lines.c.position)))
        .where(order_lines.c.tenant_id == orders.c.tenant_id, order_lines.c.order_id == orders.c.order_id)
        .correlate(orders)
        .scalar_subquery()
        .label("lines")
    )


WHOLE = select(orders, _lines_of_order(), _name_of(orders.c.customer_id)).where(
    orders.c.tenant_id == bindparam("tenant_id")
)

PLACE = _place()
SAVE = _save(with_lines=False)
SAVE_WITH_LINES = _save(with_lines=True)
LOCK = statement(
    select(orders.c.order_id)
    .where(orders.c.tenant_id == bindparam("tenant_id"), orders.c.number == bindparam("number"))
    .with_for_update()
)
BY_ID = statement(WHOLE.where(orders.c.order_id == bindparam("order_id")))
BY_NUMBER = statement(WHOLE.where(orders.c.number == bindparam("number")))
TIMELINE = statement(
    select(order_timeline)
    .where(order_timeline.c.tenant_id == bindparam("tenant_id"), order_timeline.c.order_id == bindparam("order_id"))
    .order_by(order_timeline.c.version)
)
