"""Forgetting a customer: whatever says here who it was is deleted; only the id stays."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sales.customers.v1 import events_pb2
from sqlalchemy import BigInteger, Text, bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import UUID, insert

from services.common.clock import timestamp
from services.common.db import Transaction, statement
from services.customers.models import customers, forgotten_customers, identities
from services.customers.store import StoredCustomer

_tenant = bindparam("tenant_id", type_=Text)
_customer = bindparam("of_customer", type_=UUID)


def _own(table: Any) -> tuple[Any, Any]:
    return table.c.tenant_id == _tenant, table.c.customer_id == _customer


_FORGOTTEN = statement(select(forgotten_customers).where(*_own(forgotten_customers)))
_DELETE = tuple(statement(delete(table).where(*_own(table))) for table in (identities, customers))
_NOTE = statement(
    insert(forgotten_customers)
    .values(
        tenant_id=_tenant,
        customer_id=_customer,
        version=bindparam("version", type_=BigInteger),
        # The database's clock, as with the messages that came before and after.
        forget_time=func.now(),
    )
    .returning(forgotten_customers.c.forget_time)
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Somebody who was a customer. identities: channel and external id, known only at the moment of forgetting."""

    customer_id: uuid.UUID
    version: int
    forget_time: datetime
    identities: tuple[tuple[str, str], ...] = ()

    def event(self) -> events_pb2.CustomerForgotten:
        """What the other services are told."""
        return events_pb2.CustomerForgotten(
            customer_id=str(self.customer_id),
            version=self.version,
            identities=[
                events_pb2.ForgottenIdentity(channel=channel, external_id=external_id)
                for channel, external_id in self.identities
            ],
            forget_time=timestamp(self.forget_time),
        )


async def find(tx: Transaction, customer_id: uuid.UUID) -> Forgotten | None:
    """Somebody forgotten before; None for who is a customer, or never was one."""
    row = await tx.fetch_one(_FORGOTTEN, tenant_id=tx.tenant_id, of_customer=customer_id)
    return Forgotten(customer_id, row["version"], row["forget_time"]) if row else None


async def forget(tx: Transaction, customer: StoredCustomer) -> Forgotten:
    """Delete a locked customer with its identities, and keep the id."""
    for statement_ in _DELETE:
        await tx.execute(statement_, tenant_id=tx.tenant_id, of_customer=customer.customer_id)
    version = customer.version + 1
    row = await tx.fetch_one(_NOTE, tenant_id=tx.tenant_id, of_customer=customer.customer_id, version=version)
    assert row is not None  # noqa: S101 - an insert returns its row
    known_as = tuple((one["channel"], one["external_id"]) for one in customer.identities)
    return Forgotten(customer.customer_id, version, row["forget_time"], known_as)
