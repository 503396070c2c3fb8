"""Every query of the customers service."""

import itertools
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sales.customers.v1 import customers_pb2 as pb
from sqlalchemy import DateTime, Integer, Text, bindparam, func, literal_column, select, tuple_, update
from sqlalchemy.dialects.postgresql import UUID, aggregate_order_by, insert

from services.common.clock import timestamp
from services.common.db import Row, Transaction, statement
from services.customers.models import FACTS, Profile, Source, customers, etag, identities

_tenant = bindparam("tenant_id", type_=Text)
_customer = bindparam("of_customer", type_=UUID)
_own_customer = (customers.c.tenant_id == _tenant) & (customers.c.customer_id == _customer)
_own_identity = (
    (identities.c.tenant_id == _tenant)
    & (identities.c.channel == bindparam("of_channel", type_=Text))
    & (identities.c.external_id == bindparam("of_external_id", type_=Text))
)

_known_as = identities.alias("known_as")
_identity_fields = ("channel", "external_id", "display_name", "language_hint")
_identity_json = func.jsonb_build_object(
    *itertools.chain.from_iterable((literal_column(f"'{name}'"), _known_as.c[name]) for name in _identity_fields)
)
_identities = (
    select(func.jsonb_agg(aggregate_order_by(_identity_json, _known_as.c.create_time, _known_as.c.external_id)))
    .where(_known_as.c.tenant_id == customers.c.tenant_id, _known_as.c.customer_id == customers.c.customer_id)
    .correlate(customers)
    .scalar_subquery()
    .label("identities")
)

_SELECT = statement(select(customers, _identities).where(_own_customer))
_LOCK = statement(select(customers, _identities).where(_own_customer).with_for_update(of=customers))
_SELECT_BY_IDENTITY = statement(
    select(customers, _identities)
    .join(
        identities,
        (identities.c.tenant_id == customers.c.tenant_id) & (identities.c.customer_id == customers.c.customer_id),
    )
    .where(customers.c.tenant_id == _tenant)
    .where(_own_identity)
)
_position = (bindparam("before_time", type_=DateTime(timezone=True)), bindparam("before_id", type_=UUID))
_LIST = statement(
    select(customers, _identities)
    .where(customers.c.tenant_id == _tenant)
    .where(tuple_(customers.c.create_time, customers.c.customer_id) < tuple_(*_position))
    .order_by(customers.c.create_time.desc(), customers.c.customer_id.desc())
    .limit(bindparam("limit", type_=Integer))
)

# The identity is the key: whoever inserts it first also inserts the customer, in the same statement.
_new_identity = (
    insert(identities)
    .values({name: bindparam(name) for name in ("tenant_id", *_identity_fields, "customer_id")})
    .on_conflict_do_nothing()
    .returning(identities.c.tenant_id, identities.c.customer_id)
    .cte("new_identity")
)
_CREATE = statement(
    insert(customers)
    .from_select(["tenant_id", "customer_id"], select(_new_identity.c.tenant_id, _new_identity.c.customer_id))
    .returning(customers)
)

_renamed = (
    update(identities)
    .where(_own_identity)
    .where(
        tuple_(identities.c.display_name, identities.c.language_hint)
        != tuple_(bindparam("new_display_name", type_=Text), bindparam("new_language_hint", type_=Text))
    )
    .values(display_name=bindparam("new_display_name"), language_hint=bindparam("new_language_hint"))
    .returning(identities.c.tenant_id, identities.c.customer_id)
    .cte("renamed")
)
_RENAME = statement(
    update(customers)
    .where(customers.c.tenant_id == _renamed.c.tenant_id, customers.c.customer_id == _renamed.c.customer_id)
    .values(version=customers.c.version + 1, update_time=func.now())
)
_UPDATE = statement(
    update(customers)
    .where(_own_customer)
    .values({name: bindparam(f"new_{name}") for name in (*FACTS, "sources")})
    .values(version=customers.c.version + 1, update_time=func.now())
    .returning(customers.c.version, customers.c.update_time)
)

_NEWEST = (datetime(9999, 1, 1, tzinfo=UTC), uuid.UUID(int=2**128 - 1))


@dataclass(slots=True)
class StoredCustomer:
    """A customer as stored."""

    customer_id: uuid.UUID
    profile: Profile
    identities: list[dict[str, str]]
    version: int
    create_time: datetime
    update_time: datetime

    @property
    def etag(self) -> str:
        return etag(self.version)

    def identity(self, channel: str, external_id: str) -> dict[str, str]:
        """One of the customer's own identities."""
        return next(one for one in self.identities if one["channel"] == channel and one["external_id"] == external_id)

    def to_proto(self) -> pb.Customer:
        """As callers see it: until the customer's language is known, the channel's hint stands in for it."""
        facts = dict(self.profile.facts)
        facts["language"] = facts["language"] or next(
            (one["language_hint"] for one in reversed(self.identities) if one["language_hint"]), ""
        )
        return pb.Customer(
            customer_id=str(self.customer_id),
            profile=pb.Profile(**facts),
            sources={
                fact: _source_message(source)
                for fact, source in self.profile.sources.items()
                if self.profile.facts[fact]
            },
            identities=[
                pb.Identity(channel=one["channel"], external_id=one["external_id"], display_name=one["display_name"])
                for one in self.identities
            ],
            version=self.version,
            etag=self.etag,
            create_time=timestamp(self.create_time),
            update_time=timestamp(self.update_time),
        )


async def get(tx: Transaction, customer_id: uuid.UUID) -> StoredCustomer | None:
    row = await tx.fetch_one(_SELECT, tenant_id=tx.tenant_id, of_customer=customer_id)
    return _to_customer(row) if row else None


async def lock(tx: Transaction, customer_id: uuid.UUID) -> StoredCustomer | None:
    """Read a customer and hold off every other change of it until the transaction ends."""
    row = await tx.fetch_one(_LOCK, tenant_id=tx.tenant_id, of_customer=customer_id)
    return _to_customer(row) if row else None


async def get_by_identity(tx: Transaction, channel: str, external_id: str) -> StoredCustomer | None:
    row = await tx.fetch_one(
        _SELECT_BY_IDENTITY, tenant_id=tx.tenant_id, of_channel=channel, of_external_id=external_id
    )
    return _to_customer(row) if row else None


async def create(tx: Transaction, identity: pb.Identity, language_hint: str) -> StoredCustomer | None:
    """Write a new customer behind a new identity; None when somebody else did meanwhile, after waiting for them."""
    known_as = {
        "channel": identity.channel,
        "external_id": identity.external_id,
        "display_name": identity.display_name,
        "language_hint": language_hint,
    }
    row = await tx.fetch_one(_CREATE, tenant_id=tx.tenant_id, customer_id=uuid.uuid4(), **known_as)
    return _to_customer(row, [known_as]) if row else None


async def rename_identity(tx: Transaction, identity: pb.Identity, language_hint: str) -> bool:
    """Keep what the channel now shows of a locked customer; False when somebody else had already."""
    changed = await tx.execute(
        _RENAME,
        tenant_id=tx.tenant_id,
        of_channel=identity.channel,
        of_external_id=identity.external_id,
        new_display_name=identity.display_name,
        new_language_hint=language_hint,
    )
    return changed > 0


async def update_profile(tx: Transaction, customer: StoredCustomer) -> None:
    """Write the profile of a locked customer; its version rises by one."""
    sources = {fact: source.to_json() for fact, source in customer.profile.sources.items()}
    row = await tx.fetch_one(
        _UPDATE,
        tenant_id=tx.tenant_id,
        of_customer=customer.customer_id,
        new_sources=sources,
        **{f"new_{fact}": value for fact, value in customer.profile.facts.items()},
    )
    assert row is not None, "the caller holds the customer's lock"  # noqa: S101
    customer.version, customer.update_time = row["version"], row["update_time"]


async def list_page(tx: Transaction, before: tuple[datetime, uuid.UUID] | None, limit: int) -> list[StoredCustomer]:
    """Customers first seen before a position (create time and id), newest first."""
    time, customer_id = before or _NEWEST
    rows = await tx.fetch_all(_LIST, tenant_id=tx.tenant_id, before_time=time, before_id=customer_id, limit=limit)
    return [_to_customer(row) for row in rows]


def _to_customer(row: Row, known_as: list[dict[str, str]] | None = None) -> StoredCustomer:
    sources: dict[str, Any] = row["sources"]
    return StoredCustomer(
        customer_id=uuid.UUID(str(row["customer_id"])),
        profile=Profile(
            facts={fact: row[fact] for fact in FACTS},
            sources={fact: Source.from_json(source) for fact, source in sources.items()},
        ),
        identities=known_as if known_as is not None else row["identities"] or [],
        version=row["version"],
        create_time=row["create_time"],
        update_time=row["update_time"],
    )


def _source_message(source: Source) -> pb.FactSource:
    return pb.FactSource(
        kind=pb.FactSource.Kind.ValueType(int(source.kind)),
        reference=source.reference,
        observe_time=timestamp(source.observe_time),
        display_name=source.display_name,
    )
