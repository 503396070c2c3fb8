"""Opaque page tokens and bounded page sizes (AIP-158)."""

import base64
import binascii
import json
import uuid
from datetime import UTC, datetime
from typing import Any

from services.common.errors import DomainError, invalid


def page_size(requested: int, default: int, largest: int) -> int:
    """The size to use: 0 means the default, larger than the largest means the largest, negative is an error."""
    if requested < 0:
        raise invalid("page_size", "BAD_PAGE_SIZE", f"page_size must be 0 to {largest}, it is {requested}")
    return min(requested or default, largest)


def encode_page_token(*position: str | int) -> str:
    """Wrap the sort position of the last row of a page."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


def decode_page_token(token: str, parts: int) -> list[Any] | None:
    """The position in a token, None for the first page, INVALID_ARGUMENT for anything we did not make."""
    if not token:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(token.encode()))
    except (binascii.Error, ValueError, RecursionError):
        position = None
    if not isinstance(position, list) or len(position) != parts:
        raise bad_page_token()
    return position


def decode_moment(token: str) -> tuple[datetime, uuid.UUID] | None:
    """The time in UTC and the id in a token of a list that is sorted by them; else as `decode_page_token`."""
    position = decode_page_token(token, parts=2)
    if position is None:
        return None
    try:
        time, row_id = datetime.fromisoformat(position[0]), uuid.UUID(position[1])
        if time.tzinfo is None:
            raise bad_page_token()
        # The last hours of the year 9999 may be no time in UTC.
        return time.astimezone(UTC), row_id
    except (TypeError, ValueError, AttributeError, OverflowError):
        raise bad_page_token() from None


def bad_page_token() -> DomainError:
    """The error for a token that we did not make."""
    return invalid("page_token", "BAD_PAGE_TOKEN", "page_token must be the next_page_token of an earlier answer")
