"""Time, injected so that tests can stand still, and as contracts carry it."""

from collections.abc import Callable
from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Now, aware, in UTC."""
    return datetime.now(UTC)


def timestamp(moment: datetime) -> Timestamp:
    """An aware moment as a message."""
    message = Timestamp()
    message.FromDatetime(moment)
    return message
