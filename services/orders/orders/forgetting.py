"""Forgetting customers: of their orders the books keep lines, totals and times; where and to whom they went is erased.

An open order keeps its delivery details, and the name it goes to, until it has ended: without them nobody can deliver
it. They go with its end, in the same transaction. So it does not matter whether an order was placed before, while or
after its customer was forgotten.
"""

from dataclasses import replace
from typing import Any

from sales.customers.v1 import events_pb2
from sales.orders.v1 import orders_pb2
from sqlalchemy import BigInteger, Text, bindparam, cast, exists, func, literal, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH, UUID, insert

from services.common.db import Database, Transaction, statement
from services.common.events import Subscription
from services.common.idempotency import IdempotencyKeys
from services.orders.orders.models import ENDED, Order
from services.orders.orders.tables import customer_names, order_timeline, orders
from services.orders.schema import plumbing

_PERSONAL = ("delivery_address", "notes", "cancel_reason")
"""Fields of an order that may say who its customer is, in the order itself and in its timeline."""

_tenant = bindparam("tenant_id", type_=Text)
_customer = bindparam("of_customer", type_=Text)
_theirs = (orders.c.tenant_id == _tenant, orders.c.customer_id == _customer)
_has_ended = orders.c.status.in_([literal_column(f"'{status}'") for status in sorted(ENDED)])

_hash_of_tenant = func.hashtextextended(_tenant, literal_column("0"))
# Forgetting a customer and ends of their orders go one after the other: who comes second sees what the first one left,
# be it an order that has ended or the note that its customer is forgotten. A statement of its own, because one that
# waits sees everything but its locked rows as it was when it began.
_TAKE_TURNS = statement(select(func.pg_advisory_xact_lock(func.hashtextextended(_customer, _hash_of_tenant))))
_told = insert(customer_names).values(
    tenant_id=_tenant,
    customer_id=_customer,
    name=literal_column("''"),
    search_name=literal_column("''"),
    version=bindparam("version", type_=BigInteger),
    forgotten=literal_column("true"),
)
_NOTE = statement(
    _told.on_conflict_do_update(
        index_elements=[customer_names.c.tenant_id, customer_names.c.customer_id],
        # No name that is told late counts any more.
        set_={"forgotten": _told.excluded.forgotten, "version": _told.excluded.version},
    )
)
_IS_FORGOTTEN = statement(
    select(customer_names.c.forgotten).where(
        customer_names.c.tenant_id == _tenant, customer_names.c.customer_id == _customer, customer_names.c.forgotten
    )
)
_ENDED_ORDERS = statement(select(orders.c.order_id).where(*_theirs, _has_ended))
_own_ids = bindparam("order_ids", type_=ARRAY(UUID))
_ERASE_ORDERS = statement(
    update(orders)
    .where(orders.c.tenant_id == _tenant, orders.c.order_id == func.any(_own_ids))
    .where(or_(*(orders.c[name] != literal_column("''") for name in _PERSONAL)))
    .values(dict.fromkeys(_PERSONAL, literal_column("''")))
)
_others = " && ".join(f'@.field != "{name}"' for name in _PERSONAL)
_ERASE_CHANGES = statement(
    update(order_timeline)
    .where(order_timeline.c.tenant_id == _tenant, order_timeline.c.order_id == func.any(_own_ids))
    .values(
        changes=func.jsonb_path_query_array(order_timeline.c.changes, cast(literal(f"$[*] ? ({_others})"), JSONPATH))
    )
)
_ERASE_NAME = statement(
    update(customer_names)
    .where(customer_names.c.tenant_id == _tenant, customer_names.c.customer_id == _customer, customer_names.c.forgotten)
    .where(~exists(select(orders.c.order_id).where(*_theirs, ~_has_ended)))
    .values(name=literal_column("''"), search_name=literal_column("''"))
)


class ForgettingCustomers:
    """Erases what makes customers persons, of all orders that have ended."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._keys = IdempotencyKeys(plumbing)
        self.subscription = Subscription(
            "CUSTOMERS",
            "sales.customers.v1.customer_forgotten",
            "orders_forgetting",
            self.on_customer_forgotten,
            max_deliver=Subscription.UNTIL_IT_EXPIRES,
        )

    async def on_customer_forgotten(self, payload: bytes) -> None:
        """Handle CustomerForgotten; told again, it erases whatever is left."""
        event = events_pb2.CustomerForgotten.FromString(payload)
        async with self._database.transaction(event.tenant_id) as tx:
            own: dict[str, Any] = {"tenant_id": tx.tenant_id, "of_customer": event.customer_id}
            await tx.fetch_one(_TAKE_TURNS, **own)
            await tx.execute(_NOTE, version=event.version, **own)
            await _erase_ended(tx, self._keys, event.customer_id)


async def settle_ended(tx: Transaction, keys: IdempotencyKeys, order: Order) -> Order:
    """An order that has just ended and is stored: as it is, or, of a forgotten customer, erased here and there."""
    if order.status not in ENDED:
        return order
    own: dict[str, Any] = {"tenant_id": tx.tenant_id, "of_customer": order.customer_id}
    await tx.fetch_one(_TAKE_TURNS, **own)
    if await tx.fetch_one(_IS_FORGOTTEN, **own) is None:
        return order
    await _erase_ended(tx, keys, order.customer_id)
    terms = replace(order.terms, delivery_address="", notes="")
    return replace(order, terms=terms, cancel_reason="", customer_name="")


async def _erase_ended(tx: Transaction, keys: IdempotencyKeys, customer_id: str) -> None:
    own: dict[str, Any] = {"tenant_id": tx.tenant_id, "of_customer": customer_id}
    order_ids = [row["order_id"] for row in await tx.fetch_all(_ENDED_ORDERS, **own)]
    await tx.execute(_ERASE_ORDERS, tenant_id=tx.tenant_id, order_ids=order_ids)
    await tx.execute(_ERASE_CHANGES, tenant_id=tx.tenant_id, order_ids=order_ids)
    await tx.execute(_ERASE_NAME, **own)
    ended = {str(order_id) for order_id in order_ids}

    def erase(answer: orders_pb2.Order) -> bool:
        for name in (*_PERSONAL, "customer_name"):
            answer.ClearField(name)  # type: ignore[arg-type]  # names of fields
        return answer.order_id in ended

    await keys.rewrite_answers(tx, customer_id, orders_pb2.Order, erase)
