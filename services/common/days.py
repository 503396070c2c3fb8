"""Local dates that requests name."""

import re
from datetime import date, timedelta

from services.common.errors import invalid

# Between these every date has a first instant and a next day, whatever the zone.
_EARLIEST, _LATEST = date(2000, 1, 1), date(2199, 12, 31)
_LONGEST_RANGE = 366
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def parse_day(text: str) -> date | None:
    """The date, None for what is not one written YYYY-MM-DD."""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def check_day(text: str, field: str) -> date:
    """A local date that a clock can show anywhere; BAD_DATE otherwise."""
    day = parse_day(text)
    if day is None or not _EARLIEST <= day <= _LATEST:
        valid = f"YYYY-MM-DD, {_EARLIEST} to {_LATEST}"
        raise invalid(field, "BAD_DATE", f"{text[:40]!r} is no date; {field} must be {valid}", valid=valid)
    return day


def check_range(start: str, end: str) -> tuple[date, date]:
    """First and last local date of a report; BAD_RANGE unless it has 1 to 366 days."""
    first, last = check_day(start, "start_date"), check_day(end, "end_date")
    if not 0 <= (last - first).days < _LONGEST_RANGE:
        valid = f"{first} to {first + timedelta(days=_LONGEST_RANGE - 1)}"
        raise invalid("end_date", "BAD_RANGE", f"a report has 1 to {_LONGEST_RANGE} days; valid: {valid}", valid=valid)
    return first, last
