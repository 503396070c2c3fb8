"""Opening hours, days with the same hours together."""

from collections.abc import Mapping
from typing import Any

_DAYS = {
    "he": ("ב׳", "ג׳", "ד׳", "ה׳", "ו׳", "שבת", "א׳"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "ru": ("пн", "вт", "ср", "чт", "пт", "сб", "вс"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}
_MONDAY_FIRST = {"ru"}
_NAMES = {"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 7}


def opening_hours(rows: Any, language: str) -> str:
    """The hours as lines; empty when there are none in a shape that is understood."""
    if isinstance(rows, str):
        return rows
    spans = _spans(rows)
    week = [day for day in _week(language) if day in spans]
    groups: list[tuple[list[int], str]] = []
    for day in week:
        if groups and groups[-1][1] == spans[day] and _follows(week, groups[-1][0][-1], day):
            groups[-1][0].append(day)
        else:
            groups.append(([day], spans[day]))
    return "\n".join(f"• {_day_names(days, language)}: {hours}" for days, hours in groups)


def _week(language: str) -> tuple[int, ...]:
    return (1, 2, 3, 4, 5, 6, 7) if language in _MONDAY_FIRST else (7, 1, 2, 3, 4, 5, 6)


def _spans(rows: Any) -> dict[int, str]:
    """Hours of each ISO weekday."""
    if isinstance(rows, Mapping):
        rows = [{"weekday": day, "hours": hours} for day, hours in rows.items()]
    spans: dict[int, str] = {}
    for row in rows if isinstance(rows, list) else []:
        day = _weekday(row.get("weekday") or row.get("day")) if isinstance(row, Mapping) else None
        if day is None:
            continue
        text = str(row.get("hours") or f"{row.get('opens')}–{row.get('closes')}")
        spans[day] = f"{spans[day]}, {text}" if day in spans else text
    return spans


def _weekday(value: Any) -> int | None:
    if isinstance(value, int):
        return value if 1 <= value <= 7 else None
    return _NAMES.get(str(value).lower()) or next(
        (n for name, n in _NAMES.items() if name[:3] == str(value).lower()[:3]), None
    )


def _follows(week: list[int], before: int, after: int) -> bool:
    return week.index(after) == week.index(before) + 1 and (after - before) % 7 == 1


def _day_names(days: list[int], language: str) -> str:
    names = _DAYS.get(language, _DAYS["en"])
    first, last = names[days[0] - 1], names[days[-1] - 1]
    return first if len(days) == 1 else f"{first}–{last}"
