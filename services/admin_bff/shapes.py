"""Shapes that every part of the API shares: bodies, answers, money, moments, pages."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Generic, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from sales.common.v1 import money_pb2

T = TypeVar("T")

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DEFAULT_PAGE, LARGEST_PAGE = 50, 200


class Answer(BaseModel):
    """Something the API tells, always with all its fields."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class Body(BaseModel):
    """Something the API is told: no field but the known ones, each of its own type."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Query(BaseModel):
    """Parameters of a query: none but the known ones."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _storable(text: str) -> str:
    if "\0" in text:
        raise ValueError("must not contain the character NUL")
    return text


def _whole_date(value: object) -> object:
    """Before pydantic's own validation, which would take a number of seconds for a date as well."""
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError('must be a date like "2026-11-23"')
    return value


Text = Annotated[str, AfterValidator(_storable)]
LocalDate = Annotated[date, BeforeValidator(_whole_date), Field(ge=date(2000, 1, 1), le=date(2999, 12, 31))]
Words = dict[str, str]  # language (BCP 47) to text


class Money(Answer):
    """An exact amount in minor units: 37.50 ILS is 3750."""

    currency: str
    amount_minor: int

    @classmethod
    def of(cls, money: money_pb2.Money) -> "Money":
        return cls(currency=money.currency_code, amount_minor=money.amount_minor)


class Page(Answer, Generic[T]):
    """A page of a list."""

    items: list[T]
    next_cursor: str | None


class PageQuery(Query):
    """Which page of a list."""

    cursor: Text = Field("", max_length=1000, description="`next_cursor` of the page before")
    limit: int = Field(DEFAULT_PAGE, ge=1, le=LARGEST_PAGE)


def next_cursor(page_token: str) -> str | None:
    """The cursor of the next page; None at the end."""
    return page_token or None


def moment(timestamp: Timestamp) -> datetime:
    """A moment that is always there, in UTC."""
    return timestamp.ToDatetime(UTC)


def moment_or_none(message: Message, field: str) -> datetime | None:
    """A moment that may be absent, in UTC."""
    return moment(getattr(message, field)) if message.HasField(field) else None
