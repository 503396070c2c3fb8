"""Numbers in text: digits in any notation, number words, and quantities with their units."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from services.agent.truth.text import fold, hebrew_bare

NUMBER = r"\d{1,3}(?:[ ,.']\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d+(?:[.,]\d+)?"

_WORDS = """
0.25: quarter | רבע | четверть четвертинка | ربع
0.5: half | חצי | пол половина половину полкило полкилограмма полкилограммчика | نصف نص
1: one single kilo kilogram kg | אחד אחת קילו קילוגרם ק"ג | один одна одно одну килограмм кило кг | واحد واحدة كيلو كيلوغرام كغ كغم
1.5: | | полтора полторы полтарашка |
2: two couple pair double | שני שתי שניים שתיים זוג | два две двух пару пара двойной | اثنان اثنين كيلوين حبتين قطعتين رغيفين
3: three | שלוש שלושה | три трех трое | ثلاث ثلاثة تلات
4: four | ארבע ארבעה | четыре четырех | أربع أربعة
5: five | חמש חמישה | пять пяти | خمس خمسة
6: six | שש שישה ששה | шесть шести | ست ستة
7: seven | שבע שבעה | семь семи | سبع سبعة
8: eight | שמונה | восемь восьми | ثمان ثماني ثمانية
9: nine | תשע תשעה | девять девяти | تسع تسعة
10: ten | עשר עשרה עשרת | десять десяти десяток | عشر عشرة
11: eleven | | одиннадцать | أحد عشر
12: twelve dozen | תריסר | двенадцать дюжина дюжину | دزينة درزن
13: thirteen | | тринадцать |
14: fourteen | | четырнадцать |
15: fifteen | | пятнадцать |
16: sixteen | | шестнадцать |
17: seventeen | | семнадцать |
18: eighteen | | восемнадцать |
19: nineteen | | девятнадцать |
20: twenty | עשרים | двадцать двадцати | عشرون عشرين
30: thirty | שלושים | тридцать | ثلاثون ثلاثين
40: forty | ארבעים | сорок | أربعون أربعين
50: fifty | חמישים | пятьдесят | خمسون خمسين
60: sixty | שישים ששים | шестьдесят | ستون ستين
70: seventy | שבעים | семьдесят | سبعون سبعين
80: eighty | שמונים | восемьдесят | ثمانون ثمانين
90: ninety | תשעים | девяносто | تسعون تسعين
100: hundred | מאה | сто | مئة مية مائة
200: | מאתיים | двести | مئتين مئتان
300: | | триста | ثلاثمئة
400: | | четыреста |
500: | | пятьсот | خمسمئة
1000: thousand | אלף | тысяча | ألف
"""

_VALUES: dict[str, Decimal] = {
    word: Decimal(value)
    for value, _, row in (line.partition(":") for line in fold(_WORDS).strip().splitlines())
    for word in row.replace("|", " ").split()
}
KILO = frozenset(fold('kilo kilogram kg קילו קילוגרם ק"ג килограмм кило кг كيلو كيلوغرام كغ كغم').split())
_GRAMS = frozenset(fold("g gr gram grams גרם גר ג гр г грамм граммов грамма غرام غم جرام غ").split())
_AND_HALF = frozenset(fold("וחצי половиной ونصف ونص").split())
_TOKEN = re.compile(r"\d+(?:[.,/:]\d+)*|[^\W\d_]+(?:['\"][^\W\d_]+)*")
_ONE = frozenset({"a", "an"})
_SPECIAL = _ONE | _AND_HALF


def readings(number: str) -> tuple[Decimal, ...]:
    """What a written number may mean: "37,5" is 37.5, "1,200.50" is 1200.50, "1.200" is 1200 or 1.2."""
    if number.isdigit():
        return (Decimal(number),)
    groups = re.split(r"[ ,.']", number)
    values: list[Decimal] = []
    if len(groups[-1]) == 3 and all(len(group) == 3 for group in groups[1:]) and groups[0].strip("0"):
        values.append(Decimal("".join(groups)))
    elif len(groups) > 2 and all(len(group) == 3 for group in groups[1:-1]):
        values.append(Decimal("".join(groups[:-1]) + "." + groups[-1]))
    if len(groups) == 2 and " " not in number and "'" not in number:
        values.append(Decimal(".".join(groups)))
    return tuple(values) or (Decimal(groups[-1]),)


@lru_cache(maxsize=4096)
def word_value(word: str) -> Decimal | None:
    """The value of a folded number word, or None."""
    value = _VALUES.get(word)
    if value is None and "א" <= word[0] <= "ת":
        value = next((_VALUES[bare] for bare in hebrew_bare(word) if bare in _VALUES), None)
    return value


def spoken_number(words: list[str]) -> Decimal | None:
    """The number that trailing `words` spell ("one hundred and forty two"), or None if they spell none."""
    total, seen = Decimal(0), False
    for word in words:
        value = word_value(word)
        if value is None:
            if seen and word in {"and", "и", "و"}:
                continue
            total, seen = Decimal(0), False
        elif value in (100, 1000) and 2 <= total < 100 and seen:
            total *= value
        else:
            total, seen = total + value, True
    return total if seen else None


def quantities(text: str) -> list[Decimal]:
    """The quantities in folded `text`, in order; grams become kilograms, "a kilo" is 1, "2 and a half" 2.5."""
    found: list[Decimal] = []
    pieces = _TOKEN.findall(text)
    for i, piece in enumerate(pieces):
        if piece[0] > "9" and piece not in _SPECIAL and word_value(piece) is None:
            continue
        following = pieces[i + 1] if i + 1 < len(pieces) else ""
        value = _numeric(piece) if piece[0].isdigit() else _worded(piece, pieces[i - 1] if i else "")
        if piece in _ONE and following == "half":
            continue
        if piece in _AND_HALF and following in KILO:
            value = Decimal("0.5")
        elif piece in _AND_HALF or (piece == "half" and _after_number(pieces[max(i - 3, 0) : i])):
            value = next((n for n in reversed(found) if n == int(n)), Decimal(0)) + Decimal("0.5")
        if value is not None:
            found.append(value / 1000 if following in _GRAMS else value)
    return found


def is_number(piece: str) -> bool:
    """Whether a folded word or number says how many, "kilo" included: it says one."""
    return piece[0].isdigit() or word_value(piece) is not None


def belongs_to_quantity(piece: str) -> bool:
    """Whether a folded word or number may be part of a quantity: a number, a kilo, a gram, a half."""
    return is_number(piece) or piece in _SPECIAL or piece in _GRAMS


def _after_number(before: list[str]) -> bool:
    """Whether "(two) and a" stands before a half."""
    counted = [piece for piece in before if piece not in _ONE]
    return len(counted) > 1 and counted[-1] == "and" and is_number(counted[-2])


def _numeric(piece: str) -> Decimal | None:
    if ":" in piece or len(piece) > 9:
        return None
    if "/" in piece:
        top, _, bottom = piece.partition("/")
        whole = top.isdigit() and bottom.isdigit() and 1 <= int(bottom) <= 4
        return Decimal(top) / Decimal(bottom) if whole else None
    parts = re.split(r"[.,]", piece)
    return Decimal(".".join(parts)) if len(parts) <= 2 else None


def _worded(piece: str, previous: str) -> Decimal | None:
    if piece in _ONE:
        return Decimal(1)
    if piece in KILO and (previous[:1].isdigit() or (previous and word_value(previous) is not None)):
        return None  # "2 kilo" is two, not two and one
    return word_value(piece)
