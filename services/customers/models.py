"""Tables of the customers service, and the rule by which one source of a fact gives way to another."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, ForeignKeyConstraint, Index, MetaData, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.common.plumbing import Plumbing

SCHEMA = "customers"
metadata = MetaData(schema=SCHEMA)
plumbing = Plumbing(metadata)

FACTS = ("name", "phone", "address", "language", "notes")

customers = Table(
    "customers",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
    *(Column(fact, Text, nullable=False, server_default="") for fact in FACTS),
    # By fact: {"kind", "reference", "observe_time", "display_name"}. A cleared fact keeps the source that cleared it.
    Column("sources", JSONB, nullable=False, server_default="{}"),
    Column("version", BigInteger, nullable=False, server_default="1"),
    Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("update_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("customers_by_time", "tenant_id", "create_time", "customer_id"),
)

identities = Table(
    "identities",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("customer_id", UUID, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("language_hint", Text, nullable=False),
    Column("create_time", DateTime(timezone=True), nullable=False, server_default=func.now()),
    ForeignKeyConstraint(["tenant_id", "customer_id"], [customers.c.tenant_id, customers.c.customer_id]),
    Index("identities_by_customer", "tenant_id", "customer_id"),
)

# Ids of customers that were forgotten, and nothing about them: the other services can be told again.
forgotten_customers = Table(
    "forgotten_customers",
    metadata,
    Column("tenant_id", Text, primary_key=True),
    Column("customer_id", UUID, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("forget_time", DateTime(timezone=True), nullable=False),
)


class SourceKind(IntEnum):
    """Kinds of source, numbered as in FactSource.Kind."""

    EXTRACTION = 1
    CUSTOMER = 2
    STAFF = 3


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact came from and when it was said or entered."""

    kind: SourceKind
    reference: str
    observe_time: datetime
    display_name: str = ""  # of the member of staff

    def outranks(self, holder: "Source") -> bool:
        """Whether a fact from here replaces one of `holder`.

        Outright words of the customer and entries of staff are equals: the newer one counts. Extraction replaces
        only an earlier extraction; whatever the customer or staff said, a deletion included, it leaves alone.
        """
        if self.kind is SourceKind.EXTRACTION and holder.kind is not SourceKind.EXTRACTION:
            return False
        if self.kind is not SourceKind.EXTRACTION and holder.kind is SourceKind.EXTRACTION:
            return True
        return self.observe_time >= holder.observe_time

    def to_json(self) -> dict[str, Any]:
        return {
            "kind": int(self.kind),
            "reference": self.reference,
            "observe_time": self.observe_time.isoformat(),
            "display_name": self.display_name,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> "Source":
        observe_time = datetime.fromisoformat(stored["observe_time"])
        # Facts of before sources had names stand without one.
        return cls(SourceKind(stored["kind"]), stored["reference"], observe_time, stored.get("display_name", ""))


@dataclass(slots=True)
class Profile:
    """The facts known of a customer, "" when unknown, with the source of each one said or cleared."""

    facts: dict[str, str]
    sources: dict[str, Source]


@dataclass(slots=True)
class Outcome:
    """What became of an update: facts with a new value, facts that a higher source held on to."""

    changed: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    touched: bool = False  # whether anything has to be stored, be it only a newer source


def apply_facts(profile: Profile, new: dict[str, str], source: Source) -> Outcome:
    """Change the profile by the rule of precedence; an empty value clears the fact.

    Extraction that found nothing says nothing, so its empty values clear nothing. Nor is there anything to clear
    where nothing was ever said: an editor that sends a whole form must not close its empty fields to extraction.
    """
    outcome = Outcome()
    for fact, value in new.items():
        current, holder = profile.facts[fact], profile.sources.get(fact)
        if not value and (source.kind is SourceKind.EXTRACTION or holder is None):
            continue
        if holder is not None and not source.outranks(holder):
            if value != current:
                outcome.kept.append(fact)
            continue
        if value != current:
            outcome.changed.append(fact)
        if value != current or holder != source:
            profile.facts[fact], profile.sources[fact] = value, source
            outcome.touched = True
    return outcome


def etag(version: int) -> str:
    """The opaque etag of a version."""
    return f'"{version}"'
