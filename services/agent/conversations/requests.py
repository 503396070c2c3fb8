"""What requests to read conversations may say: filters, ids and page tokens."""

import uuid
from collections.abc import Iterable

from sales.agent.v1 import conversations_pb2 as pb

from services.agent.conversations import search
from services.agent.conversations.reading import AGENT, NEEDS_PERSON, PERSON, Filter
from services.common.errors import invalid, not_found
from services.common.pagination import bad_page_token, decode_page_token

LARGEST_NUMBER = 2**31 - 1

HANDLERS = {AGENT: pb.HANDLER_AGENT, NEEDS_PERSON: pb.HANDLER_NEEDS_PERSON, PERSON: pb.HANDLER_PERSON}
_HANDLER_NAMES: dict[int, str] = {handler: name for name, handler in HANDLERS.items()}


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


def check_id(field: str, value: str, what: str) -> uuid.UUID:
    """An id that we gave; what cannot be one is NOT_FOUND, like one of another tenant."""
    if not value:
        raise invalid(field, "REQUIRED", f"{field} must be given")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise not_found(what, value) from None


def check_number(page_token: str, first: int) -> int:
    """The number in a page token; `first` where there is no token, and nothing above it."""
    match decode_page_token(page_token, 1):
        case None:
            return first
        case [int(number)] if 0 <= number <= first:
            return number
    raise bad_page_token()
