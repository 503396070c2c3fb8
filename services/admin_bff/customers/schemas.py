"""Customers as the API shows them, and what may be changed of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field, model_validator
from sales.customers.v1 import customers_pb2 as pb

from services.admin_bff.problems import Problem
from services.admin_bff.shapes import Answer, Body, Text, moment, moment_or_none

SourceKind = Literal["extraction", "customer", "staff"]
FACTS = ("name", "phone", "address", "language", "notes")

_KINDS: Mapping[int, SourceKind] = {
    pb.FactSource.KIND_EXTRACTION: "extraction",
    pb.FactSource.KIND_CUSTOMER: "customer",
    pb.FactSource.KIND_STAFF: "staff",
}


class Source(Answer):
    """Where a fact came from."""

    kind: SourceKind
    reference: str = Field(description="the message, turn or editor")
    staff_name: str = Field(description="who entered it; empty for what staff did not enter")
    at: datetime | None


class Identity(Answer):
    """A name at a channel."""

    channel: str
    external_id: str
    display_name: str


class Customer(Answer):
    """A person who writes to the business; an unknown fact is the empty string."""

    id: str
    name: str
    phone: str
    address: str
    language: str
    notes: str
    sources: dict[str, Source] = Field(description="of each known fact, by its field")
    identities: list[Identity]
    etag: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, customer: pb.Customer) -> "Customer":
        profile = customer.profile
        return cls(
            id=customer.customer_id,
            name=profile.name,
            phone=profile.phone,
            address=profile.address,
            language=profile.language,
            notes=profile.notes,
            sources={field: _source(source) for field, source in sorted(customer.sources.items())},
            identities=[
                Identity(channel=each.channel, external_id=each.external_id, display_name=each.display_name)
                for each in customer.identities
            ],
            etag=customer.etag,
            created_at=moment(customer.create_time),
            updated_at=moment(customer.update_time),
        )


class CustomerPatch(Body):
    """New facts; what is not given stays, and the empty string forgets."""

    etag: Text = Field(min_length=1, max_length=200, description="of the customer as seen")
    name: Text | None = Field(None, max_length=200)
    phone: Text | None = Field(None, max_length=100)
    address: Text | None = Field(None, max_length=500)
    language: Text | None = Field(None, max_length=35)
    notes: Text | None = Field(None, max_length=2_000)

    @model_validator(mode="after")
    def _something(self) -> "CustomerPatch":
        if not self.facts:
            raise ValueError(f"give at least one of {', '.join(FACTS)}")
        return self

    @property
    def facts(self) -> Mapping[str, str]:
        """The facts that are given."""
        return {fact: value for fact in FACTS if (value := getattr(self, fact)) is not None}


class CustomerConflict(Problem):
    """The customer was changed meanwhile."""

    current: Customer | None = Field(None, description="as it now is")


def _source(source: pb.FactSource) -> Source:
    return Source(
        kind=_KINDS.get(source.kind, "extraction"),
        reference=source.reference,
        staff_name=source.display_name,
        at=moment_or_none(source, "observe_time"),
    )
