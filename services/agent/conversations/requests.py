"""What requests to read conversations may say: filters, ranges of days, ids and page tokens."""

import re
import uuid
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sales.agent.v1 import conversations_pb2 as pb

from services.agent.conversations import search
from services.agent.conversations.reading import AGENT, NEEDS_PERSON, PERSON, Filter
from services.common.errors import invalid, not_found
from services.common.pagination import bad_page_token, decode_page_token

LARGEST_NUMBER = 2**31 - 1

HANDLERS = {AGENT: pb.HANDLER_AGENT, NEEDS_PERSON: pb.HANDLER_NEEDS_PERSON, PERSON: pb.HANDLER_PERSON}
_HANDLER_NAMES: dict[int, str] = {handler: name for name, handler in HANDLERS.items()}
# Between these every date has a first instant and a next day, whatever the zone.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)
_LONGEST_RANGE = 366
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def check_filter(request: pb.ListConversationsRequest) -> Filter:
    """Which conversations; INVALID_ARGUMENT names the field that cannot be."""
    return Filter(
        query=search.needle(_text("query", request.query)),
        chat=_text("external_chat_id", request.external_chat_id),
        channel=_text("channel", request.channel),
        handlers=_handlers(request.handlers),
        unread=request.unread,
    )


def _text(field: str, value: str) -> str:
    if len(value) > search.LONGEST_QUERY:
        valid = f"{search.LONGEST_QUERY} characters at most"
        raise invalid(field, "TOO_LONG", f"{field} has {len(value)} characters; valid: {valid}", valid=valid)
    if "\x00" in value:
        raise invalid(field, "BAD_TEXT", f"{field} must not contain the character NUL")
    return value


def _handlers(values: Iterable[int]) -> tuple[str, ...]:
    names = []
    for n, value in enumerate(values):
        if value not in _HANDLER_NAMES:
            valid = ", ".join(pb.Handler.Name(handler) for handler in HANDLERS.values())
            raise invalid(f"handlers[{n}]", "BAD_HANDLER", f"handlers must be of {valid}", valid=valid)
        names.append(_HANDLER_NAMES[value])
    return tuple(names)


def check_range(start: str, end: str) -> tuple[date, date]:
    """First and last local date of a report; BAD_RANGE unless it has 1 to 366 days."""
    first, last = _day("start_date", start), _day("end_date", end)
    if not 0 <= (last - first).days < _LONGEST_RANGE:
        valid = f"{first} to {first + timedelta(days=_LONGEST_RANGE - 1)}"
        raise invalid("end_date", "BAD_RANGE", f"a report has 1 to {_LONGEST_RANGE} days; valid: {valid}", valid=valid)
    return first, last


def _day(field: str, text: str) -> date:
    try:
        day = date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        day = None
    if day is None or not _EARLIEST <= day <= _LATEST:
        valid = f"YYYY-MM-DD, {_EARLIEST} to {_LATEST}"
        raise invalid(field, "BAD_DATE", f"{text[:40]!r} is no date; {field} must be {valid}", valid=valid)
    return day


def check_id(field: str, value: str, what: str) -> uuid.UUID:
    """An id that we gave; what cannot be one is NOT_FOUND, like one of another tenant."""
    if not value:
        raise invalid(field, "REQUIRED", f"{field} must be given")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise not_found(what, value) from None


def check_moment(page_token: str, first: tuple[datetime, uuid.UUID]) -> tuple[datetime, uuid.UUID]:
    """Time and id of the last row of the page before; `first` where there is no token."""
    position = decode_page_token(page_token, 2)
    if position is None:
        return first
    try:
        time, row_id = datetime.fromisoformat(position[0]), uuid.UUID(position[1])
    except (TypeError, ValueError, AttributeError):
        raise bad_page_token() from None
    if time.tzinfo is None:
        raise bad_page_token()
    return time, row_id


def check_number(page_token: str, first: int) -> int:
    """The number in a page token; `first` where there is no token, and nothing above it."""
    match decode_page_token(page_token, 1):
        case None:
            return first
        case [int(number)] if 0 <= number <= first:
            return number
    raise bad_page_token()
