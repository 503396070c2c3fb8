"""Dates in text: relative words, weekdays, calendar dates and spans of time, in four languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain, pairwise

from services.agent.truth.patterns import by_first_letter, compile_at_words, compile_folded, tag_of, tagged
from services.agent.truth.text import fold

_RELATIVE = {
    2: r"day after tomorrow|מחרתיימ|послезавтра|بعد (?:غد|بكرا|بكره)",
    1: r"tomorrow|tmrw|next day|tomorrow's|ל?מחר(?: בבוקר)?|למחרת|завтра|غدا?|بكرا|بكره|باكر",
    0: r"today|tonight|same[- ]day|this (?:morning|afternoon|evening)|היומ|הערב|אחר הצהריימ היומ|сегодня|اليوم|الليله|هذا المساء",
}
_WEEKDAYS = (
    r"mon(?:day)?s?|(?:יומ |ימי |יומ ב')?שני(?= |$|\W)|понедельник\w*|(?:ال)?اثنين|(?:ال)?اتنين",
    r"tue(?:s(?:day)?)?s?|שלישי|вторник\w*|(?:ال)?ثلاثاء?|(?:ال)?تلات",
    r"wed(?:nesday)?s?|רביעי|сред[аыу]|(?:ال)?اربعاء?",
    r"thu(?:rs(?:day)?)?s?|חמישי|четверг\w*|(?:ال)?خميس",
    r"fri(?:day)?s?|שישי|пятниц\w+|(?:ال)?جمعه",
    r"sat(?:urday)?s?|שבת|суббот\w+|(?:ال)?سبت",
    r"sun(?:day)?s?|ראשונ|воскресень\w+|(?:ال)?احد",
)
_MONTHS = (
    r"jan(?:uary)?|ינואר|январ[яь]|يناير|كانون الثاني",
    r"feb(?:ruary)?|פברואר|феврал[яь]|فبراير|شباط",
    r"mar(?:ch)?|מרצ|март[а]?|مارس|اذار",
    r"apr(?:il)?|אפריל|апрел[яь]|ابريل|نيسان",
    r"may|מאי|ма[яй]|مايو|ايار",
    r"june?|יוני|июн[яь]|يونيو|حزيران",
    r"july?|יולי|июл[яь]|يوليو|تموز",
    r"aug(?:ust)?|אוגוסט|август[а]?|اغسطس|اب",
    r"sep(?:t(?:ember)?)?|ספטמבר|сентябр[яь]|سبتمبر|ايلول",
    r"oct(?:ober)?|אוקטובר|октябр[яь]|اكتوبر|تشرين الاول",
    r"nov(?:ember)?|נובמבר|ноябр[яь]|نوفمبر|تشرين الثاني",
    r"dec(?:ember)?|דצמבר|декабр[яь]|ديسمبر|كانون الاول",
)


def _months() -> str:
    return by_first_letter(part for i, source in enumerate(_MONTHS, start=1) for part in tagged(source, f"m{i}"))


_TWO = r"(?:\d+|an?|one|two|three|four|five|half an|a few|couple of|a couple of|שעתיימ|יומיימ|חצי|שני|שלוש|שלושה|час|пару|несколько|два|две|три|نصف|ساعتين|يومين|كم)"
_SPAN = compile_at_words(
    rf"(?<!\w)(?:(?:with)?in|in about|in less than|next|takes?|תוכ|בתוכ|בעוד|עוד|через|в течение|خلال|بعد|في غضون)(?: about| approximately| the next| the| less than| כ-?| примерно| حوالي)? ?"
    rf"(?:{_TWO}(?:\s?[-–]\s?\d+)? ?(?:business |working )?(?:minutes?|mins?|hours?|hrs?|days?|weeks?|דקות|דק'|שעות|שעה|ימימ|ימי עסקימ|שבוע|минут\w*|час\w*|дн\w+|день|недел\w+|دقيقه|دقايق|دقاءق|ساعه|ساعات|ايام|يوم|اسبوع)"
    r"|hour|שעה|שעתיימ|יומ|יומיימ|שבוע|חצי שעה|час|полчаса|неделю|день|ساعه|ساعتين|يوم|يومين|نصف ساعه)(?!\w)"
)
_NAMES = {f"r{days}": source for days, source in _RELATIVE.items()} | {
    f"w{i}": source for i, source in enumerate(_WEEKDAYS)
}
_NAMED = by_first_letter(part for tag, source in _NAMES.items() for part in tagged(source, tag))
_DAY = compile_at_words(rf"(?:[בלוהמ]|עד )?{_NAMED}(?!\w)|{_months()} \d{{1,2}}(?:st|nd|rd|th)?(?!\d|:)")
_DATE = compile_folded(
    r"\d(?<!\d\d)(?:(?<=2)0\d\d-\d\d?-\d\d?(?!\d)(?P<iso__>)|(?<![./]\d)\d?[/.]\d{1,2}(?:[/.](?:20)?\d\d)?(?![\d/]|\.\d)(?P<num__>)"
    rf"|\d?(?:st|nd|rd|th)?(?: of| ב-?|-го)? ?[בל]?{_months()}(?!\w))"
)
_CLOCK = re.compile(r"\d(?<![\d:]\d)(?:\d?:[0-5]\d(?!\d)|\d? ?(?:am|pm)\b)")
_DIGIT = re.compile(r"\d")
_HEBREW_DAY = compile_folded(r"(?<!\w)(?:ב|ל|ה|מ)?(?:יומ|ימי)\s*$|\bעד\s*$|(?<!\w)ב\s*$")


@dataclass(frozen=True, slots=True)
class When:
    """A point in time that a text names: the date it means, if it means one, and where it stands.

    `kind` is relative, weekday, date, span ("within two hours") or clock ("17:00"); a weekday means its next
    occurrence; `days` holds the possible dates.
    """

    kind: str
    days: frozenset[date]
    text: str
    start: int
    end: int
    weekday: int | None = None


def whens_in(text: str, today: date) -> list[When]:
    """Every point in time in folded `text`, as seen from `today`."""
    matches = chain(_DAY.finditer(text), _DATE.finditer(text) if _DIGIT.search(text) else ())
    found = [when for match in matches if (when := _day(match, text, today)) is not None]
    for kind, pattern in (("span", _SPAN), ("clock", _CLOCK)):
        found += [When(kind, frozenset(), m.group().strip(), m.start(), m.end()) for m in pattern.finditer(text)]
    return sorted(found, key=lambda when: when.start)


def _day(match: re.Match[str], text: str, today: date) -> When | None:
    tag, span = tag_of(match), (match.group().strip(), match.start(), match.end())
    if tag[0] == "r":
        return When("relative", frozenset({today + timedelta(days=int(tag[1:]))}), *span)
    if tag[0] == "w":
        return _weekday(int(tag[1:]), match, text, today)
    days = frozenset(_dates(tag, match, today))
    return When("date", days, *span) if days else None


def _weekday(index: int, match: re.Match[str], text: str, today: date) -> When | None:
    word = match.group().strip()
    # Hebrew weekdays are ordinals too ("second", "third"): they count after the word for day or a preposition.
    if (
        "א" <= word[0] <= "ת"
        and "שבת" not in word
        and "יומ" not in word
        and "ימי" not in word
        and not _named_day(word, text[: match.start()])
    ):
        return None
    if word in ("sun", "sat", "mon", "wed") and not re.match(r"\W*(?:$|[-–,]|\d|to\b)", text[match.end() :]):
        return None
    ahead = (index - today.weekday()) % 7
    days = {today + timedelta(days=ahead), today + timedelta(days=ahead + 7)}
    return When("weekday", frozenset(days), word, match.start(), match.end(), index)


def _named_day(word: str, before: str) -> bool:
    return word[0] == "ב" or _HEBREW_DAY.search(before) is not None


def _dates(tag: str, match: re.Match[str], today: date) -> Iterator[date]:
    """The calendar dates a match may mean, this year or next, day first (month first is tried for slashes)."""
    numbers = [int(number) for number in re.findall(r"\d+", match.group())]
    if tag == "iso":
        yield from _valid(numbers[0], numbers[1], numbers[2])
        return
    if tag[0] == "m":
        years = (today.year - 1, today.year, today.year + 1)
        yield from (day for year in years for day in _valid(year, int(tag[1:]), numbers[0]))
        return
    written = len(numbers) == 3
    for year in (numbers[2] % 100 + 2000,) if written else (today.year - 1, today.year, today.year + 1):
        yield from _valid(year, numbers[1], numbers[0])


def _valid(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return


def weekdays_of(text: str, today: date) -> frozenset[int]:
    """The weekdays that a text of the business names, ranges such as "Sunday-Thursday" filled in."""
    folded = fold(text)
    days = [when for when in whens_in(folded, today) if when.weekday is not None]
    found = {when.weekday for when in days if when.weekday is not None}
    for first, second in pairwise(days):
        between = folded[first.end : second.start]
        if re.fullmatch(r"\s*(?:-|–|—|to|through|till|until|עד|по|до|-го|الي|حتي)\s*(?:יומ )?", between):
            day = first.weekday or 0
            while day != second.weekday:
                found.add(day)
                day = (day + 1) % 7
    return frozenset(found)
