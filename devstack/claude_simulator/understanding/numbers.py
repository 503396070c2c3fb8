"""Numbers in words and digits."""

import re
from decimal import Decimal, InvalidOperation

from devstack.claude_simulator.understanding.text import Word

HALF = {"חצי", "half", "пол", "половина", "половину", "полкило", "نصف", "نص"}
_QUARTER = {"רבע", "quarter", "четверть", "ربع"}
_AND_HALF = {"וחצי", "ونصف", "ونص"}
_AND_QUARTER = {"ורבע", "وربع"}
_DOZEN = {"תריסר", "תריסרים", "תריסרי", "dozen", "дюжина", "дюжину", "дюжины", "دزينة"}
_HUNDREDS = {"מאות", "hundred"}
_TEEN = {"עשר", "עשרה"}
_LINKS = {"a", "an", "of", "and"}

_VALUES: dict[str, str] = {
    "אחד": "1", "אחת": "1", "שני": "2", "שתי": "2", "שניים": "2", "שתיים": "2", "שלוש": "3", "שלושה": "3",
    "ארבע": "4", "ארבעה": "4", "חמש": "5", "חמישה": "5", "חמשה": "5", "שש": "6", "שישה": "6", "ששה": "6",
    "שבע": "7", "שבעה": "7", "שמונה": "8", "תשע": "9", "תשעה": "9", "עשר": "10", "עשרה": "10", "עשרים": "20",
    "מאה": "100", "מאתיים": "200", "אלף": "1000", "שלושת": "3", "שתים": "2", "זוג": "2", "שלושים": "30",
    "ארבעים": "40", "חמישים": "50", "שישים": "60", "שבעים": "70", "שמונים": "80", "תשעים": "90",
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "thirteen": "13", "fourteen": "14", "fifteen": "15",
    "sixteen": "16", "seventeen": "17", "eighteen": "18", "nineteen": "19", "twenty": "20", "thirty": "30",
    "forty": "40", "fifty": "50", "sixty": "60", "seventy": "70", "eighty": "80", "ninety": "90", "hundred": "100",
    "couple": "2", "pair": "2", "single": "1",
    "один": "1", "одна": "1", "одну": "1", "одно": "1", "два": "2", "две": "2", "три": "3", "четыре": "4",
    "пять": "5", "шесть": "6", "семь": "7", "восемь": "8", "девять": "9", "десять": "10", "полтора": "1.5",
    "двенадцать": "12", "пятнадцать": "15", "двадцать": "20", "тридцать": "30", "сорок": "40", "пятьдесят": "50",
    "двести": "200", "триста": "300", "четыреста": "400", "пятьсот": "500", "сто": "100", "пара": "2", "пару": "2",
    "واحد": "1", "واحدة": "1", "اثنين": "2", "اثنان": "2", "ثلاثة": "3", "ثلاث": "3", "أربعة": "4", "اربعة": "4",
    "أربع": "4", "خمسة": "5", "خمس": "5", "ستة": "6", "سبعة": "7", "ثمانية": "8", "تسعة": "9", "عشرة": "10",
}  # fmt: skip

Reading = tuple[Decimal, int]


def read_number(row: list[Word], at: int) -> Reading | None:
    """The number that begins with word `at`: its value and how many words it takes."""
    found = _dozens(row, at) or _quarters(row, at) or _plain(row, at)
    if found is None:
        return None
    value, taken = found
    if _text(row, at + taken) in _HUNDREDS and value < 10:
        return value * 100, taken + 1
    return value + _and_fraction(row, at + taken)[0], taken + _and_fraction(row, at + taken)[1]


def _and_fraction(row: list[Word], at: int) -> Reading:
    """ "…and a half" after a number or a unit: what it adds and the words it takes."""
    return and_fraction(row, at) or (Decimal(0), 0)


def and_fraction(row: list[Word], at: int) -> Reading | None:
    """A half or quarter that is added to what stands before."""
    word = _text(row, at)
    if word in _AND_HALF:
        return Decimal("0.5"), 1
    if word in _AND_QUARTER:
        return Decimal("0.25"), 1
    if word in {"and", "с"}:
        skip = 2 if _text(row, at + 1) == "a" else 1
        if _text(row, at + skip) in {"half", "половиной"}:
            return Decimal("0.5"), skip + 1
        if _text(row, at + skip) == "quarter":
            return Decimal("0.25"), skip + 1
    return None


def _plain(row: list[Word], at: int) -> Reading | None:
    word = _text(row, at)
    if _bare(word) in HALF:
        return Decimal("0.5"), 1
    value = _value(word)
    return _compound(row, at, value) if value else _digits(word)


def _value(word: str) -> Decimal | None:
    """What one word counts, with or without its "and"."""
    text = _VALUES.get(word) or _VALUES.get(_bare(word) if len(word) > 3 else "")
    return Decimal(text) if text else None


def _bare(word: str) -> str:
    """The word without the "and" that Hebrew and Arabic write together with it."""
    return word.removeprefix("ו").removeprefix("و")


def _compound(row: list[Word], at: int, value: Decimal) -> Reading:
    """Words that make one number together: "twenty five", "two hundred and fifty", "חמש עשרה"."""
    after, taken = _text(row, at + 1), 1
    if value < 10 and after in _TEEN:
        value, taken = value + 10, 2
    elif value < 20 and after in _HUNDREDS:
        value, taken = value * 100, 2
    while True:
        skip = int(value % 100 == 0 and _text(row, at + taken) == "and")
        more = _value(_text(row, at + taken + skip))
        room = (
            1000
            if value == 1000
            else 100
            if value and value % 100 == 0
            else 10
            if value % 10 == 0 and value % 100 >= 20
            else 0
        )
        if more is None or not 1 <= more < room:
            return value, taken
        value, taken = value + more, taken + skip + 1


def _digits(word: str) -> Reading | None:
    if not word or not word[0].isdigit():
        return None
    if "/" in word:
        above, below = word.split("/")
        return (Decimal(above) / Decimal(below), 1) if 0 < int(above) < int(below) <= 10 else None
    text = re.sub(r"(?<=\d),(?=\d{3}$)", "", word).replace(",", ".")
    try:
        return Decimal(text), 1
    except InvalidOperation:
        return None


def _quarters(row: list[Word], at: int) -> Reading | None:
    """A quarter, three quarters."""
    word, after = _text(row, at), _text(row, at + 1)
    if word == "שלושת" and after == "רבעי":
        return Decimal("0.75"), 2
    if word == "three" and after == "quarters":
        return Decimal("0.75"), 2
    return (Decimal("0.25"), 1) if _bare(word) in _QUARTER else None


def _dozens(row: list[Word], at: int) -> Reading | None:
    """A dozen, half a dozen, two dozen."""
    many = _plain(row, at)
    value, taken = many if many else (Decimal(1), 0)
    if many:
        more, used = _and_fraction(row, at + taken)
        value, taken = value + more, taken + used
    while many and _text(row, at + taken) in _LINKS:
        taken += 1
    if _text(row, at + taken).rstrip("s") in _DOZEN:
        more, used = _and_fraction(row, at + taken + 1)
        return (value + more) * 12, taken + 1 + used
    return None


def _text(row: list[Word], at: int) -> str:
    return row[at].text if 0 <= at < len(row) else ""
