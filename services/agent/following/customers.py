"""Customers as lists of conversations show them: a handler of `customer_changed`, in the order of versions."""

from typing import Any

from sales.customers.v1 import events_pb2
from sqlalchemy import BigInteger, Text, bindparam
from sqlalchemy.dialects.postgresql import insert

from services.agent.tables import customer_names
from services.common.db import Database, statement
from services.common.events import Subscription

_COLUMNS: dict[str, Any] = {
    "tenant_id": Text,
    "customer_id": Text,
    "name": Text,
    "language": Text,
    "version": BigInteger,
}


def _keep() -> Any:
    new = insert(customer_names).values({name: bindparam(name, type_=type_) for name, type_ in _COLUMNS.items()})
    return new.on_conflict_do_update(
        index_elements=["tenant_id", "customer_id"],
        set_={name: new.excluded[name] for name in ("name", "language", "version")},
        where=new.excluded.version > customer_names.c.version,
    )


_KEEP = statement(_keep())


class CustomerNames:
    """Keeps name and language of each customer; an event that comes late changes nothing."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.subscription = Subscription(
            "CUSTOMERS", "sales.customers.v1.customer_changed", "agent_customer_names", self.changed
        )

    async def changed(self, data: bytes) -> None:
        """Handle an event `customer_changed`."""
        event = events_pb2.CustomerChanged.FromString(data)
        async with self._database.transaction(event.tenant_id) as tx:
            await tx.execute(
                _KEEP,
                tenant_id=tx.tenant_id,
                customer_id=event.customer_id,
                name=event.name,
                language=event.language,
                version=event.version,
            )
