"""The day an order is wanted for, by the clock of the request."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from devstack.claude_simulator.understanding.numbers import read_number
from devstack.claude_simulator.understanding.text import words

_END = r"(?!\w)"
_START = r"(?<!\w)"
_RELATIVE = {
    -1: r"ל?אתמול|yesterday|вчера|أمس|امبارح",
    0: r"ל?היום|עוד היום|today|tonight|сегодня|اليوم",
    1: r"ל?מחר|tomorrow|завтра|غدا|غداً|بكرا|بكرة",
    2: r"ל?מחרתיים|(?:the )?day after tomorrow|послезавтра|بعد غد|بعد بكرا|(?:ל?(?:ב)?עוד |ב?תוך )יומיים|بعد يومين",
    7: r"(?:ב|ל)?עוד שבוע|in a week|через неделю|بعد [أا]سبوع",
}
# ISO weekdays, Monday is 1. Hebrew numbers its days, so "יום" (or the eve) must stand before.
_WEEKDAYS = {
    1: r"(?:ב|ל)?יום שני|(?:on |for |next |this )?monday|(?:в )?понедельник|(?:[لب]?يوم )?(?:ال)?[إا]ثنين",
    2: r"(?:ב|ל)?יום שלישי|(?:on |for |next |this )?tuesday|(?:во? )?вторник|(?:[لب]?يوم )?(?:ال)?ثلاثاء",
    3: r"(?:ב|ל)?יום רביעי|(?:on |for |next |this )?wednesday|(?:в )?среду|(?:[لب]?يوم )?(?:ال)?[أا]ربعاء",
    4: r"(?:ב|ל)?יום חמישי|(?:on |for |next |this )?thursday|(?:в )?четверг|(?:[لب]?يوم )?(?:ال)?خميس",
    5: r"(?:ב|ל)?יום שישי|לשישי|(?:on |for |next |this )?friday|(?:в )?пятницу|(?:[لب]?يوم )?(?:ال)?جمعة",
    6: r"(?:ב|ל)שבת|(?:ב|ל)?יום שבת|(?:on |for |next |this )?(?:saturday|shabbat)|(?:в )?субботу|(?:[لب]?يوم )?(?:ال)?سبت",
    7: r"(?:ב|ל)?יום ראשון|(?:on |for |next |this )?sunday|(?:в )?воскресенье|(?:[لب]?يوم )?(?:ال)?[أا]حد",
}
_IN_DAYS = re.compile(
    rf"{_START}(?:ב?עוד|in|через|بعد) (?P<count>\d{{1,2}}|[^\W\d_]+) (?:ימים|days?|дня|дней|день|[أا]يام){_END}", re.I
)
_PREPOSITION = r"(?:(?:for|on|by|ב|ל|на|ל-|ב-)\s?-?)?"
_ISO = re.compile(rf"{_START}{_PREPOSITION}(\d{{4}})-(\d{{2}})-(\d{{2}}){_END}", re.I)
# Needs a preposition or a year: "1/2" alone is half of something.
_NUMERIC = re.compile(
    rf"{_START}(?:(?:for|on|by|на|ב|ל)\s?-?\s?)(\d{{1,2}})[./](\d{{1,2}})(?:[./](\d{{2,4}}))?{_END}(?!\s*(?:kg|ק))",
    re.I,
)
_RELATIVE_PATTERNS = [
    (days, re.compile(f"{_START}(?:{text}){_END}", re.I)) for days, text in sorted(_RELATIVE.items(), reverse=True)
]
_WEEKDAY_PATTERNS = [
    (day, re.compile(rf"{_START}(?:{text})(?: הקרוב)?{_END}", re.I)) for day, text in _WEEKDAYS.items()
]


@dataclass(frozen=True)
class DayMention:
    """A day and where it stands in the text."""

    day: date
    start: int
    end: int


def find_day(text: str, today: date | None) -> DayMention | None:
    """The first day named; None without one or without a clock for words that need it."""
    if today is None:
        return _iso(text)
    finders = (_relative, _in_days, _weekday, _numeric)
    return _iso(text) or next((found for find in finders if (found := find(text, today))), None)


def _iso(text: str) -> DayMention | None:
    match = _ISO.search(text)
    return _mention(match, int(match[1]), int(match[2]), int(match[3])) if match else None


def _relative(text: str, today: date) -> DayMention | None:
    for days, pattern in _RELATIVE_PATTERNS:
        match = pattern.search(text)
        if match:
            return DayMention(today + timedelta(days=days), match.start(), match.end())
    return None


def _in_days(text: str, today: date) -> DayMention | None:
    match = _IN_DAYS.search(text)
    count = read_number(words(match["count"].lower()), 0) if match else None
    if match is None or count is None or count[0] % 1:
        return None
    return DayMention(today + timedelta(days=int(count[0])), match.start(), match.end())


def _weekday(text: str, today: date) -> DayMention | None:
    for weekday, pattern in _WEEKDAY_PATTERNS:
        match = pattern.search(text)
        if match:
            ahead = (weekday - today.isoweekday()) % 7 or 7
            return DayMention(today + timedelta(days=ahead), match.start(), match.end())
    return None


def _numeric(text: str, today: date) -> DayMention | None:
    match = _NUMERIC.search(text)
    if not match:
        return None
    day, month, year = int(match[1]), int(match[2]), match[3]
    if year:
        return _mention(match, int(year) if len(year) == 4 else 2000 + int(year), month, day)
    this_year = _mention(match, today.year, month, day)
    if this_year and this_year.day < today - timedelta(days=60):
        return _mention(match, today.year + 1, month, day)
    return this_year


def _mention(match: re.Match[str], year: int, month: int, day: int) -> DayMention | None:
    try:
        return DayMention(date(year, month, day), match.start(), match.end())
    except ValueError:
        return None
