"""What customers are called, heard from the customers service.

Kept beside the orders and read with them, not copied into each: a new name is one row written, however many orders the
customer has, and an order placed while it arrives shows it too.
"""

from sales.customers.v1 import events_pb2
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert

from services.common.db import Database, statement
from services.common.events import Subscription
from services.orders.catalog.names import lookup_key
from services.orders.orders.tables import customer_names

_TOLD = ("tenant_id", "customer_id", "name", "search_name", "version")
_told = insert(customer_names).values({name: bindparam(name, type_=customer_names.c[name].type) for name in _TOLD})
# Events may come twice and in any order: the highest version is what holds.
_KEEP_NEWEST = statement(
    _told.on_conflict_do_update(
        index_elements=[customer_names.c.tenant_id, customer_names.c.customer_id],
        set_={name: _told.excluded[name] for name in ("name", "search_name", "version")},
        where=customer_names.c.version < _told.excluded.version,
    )
)


class CustomerNames:
    """Keeps the names fresh."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.subscription = Subscription(
            "CUSTOMERS", "sales.customers.v1.customer_changed", "orders_customer_names", self.on_customer_changed
        )

    async def on_customer_changed(self, payload: bytes) -> None:
        """Handle CustomerChanged; an older one than what is known changes nothing."""
        event = events_pb2.CustomerChanged.FromString(payload)
        async with self._database.transaction(event.tenant_id) as tx:
            await tx.execute(
                _KEEP_NEWEST,
                tenant_id=event.tenant_id,
                customer_id=event.customer_id,
                name=event.name,
                search_name=lookup_key(event.name),
                version=event.version,
            )
