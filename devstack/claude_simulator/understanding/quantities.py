"""Amounts in a sentence: "2 קילו", "half a kilo", "500 גרם", "a dozen", "1.5 kg"."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

from devstack.claude_simulator.understanding.numbers import HALF, and_fraction, read_number
from devstack.claude_simulator.understanding.text import Word

_KILO = {
    "קילו", 'ק"ג', "קג", "קילוגרם", "קילוגרמים", "kilo", "kilos", "kg", "kgs", "kilogram", "kilograms", "кг", "кило",
    "килограмм", "килограмма", "килограммов", "k", "ק", "كيلو", "كغ", "كجم", "كيلوغرام", "كيلوجرام",
}  # fmt: skip
_GRAM = {
    "גרם", "גר", "גרמים", "gram", "grams", "g", "gr", "г", "гр", "грамм", "граммов", "غرام", "جرام", "غ",
}  # fmt: skip
_PIECE = {
    "יחידה", "יחידות", "יח", "חתיכה", "חתיכות", "כיכר", "כיכרות", "piece", "pieces", "pcs", "pc",
    "unit", "units", "loaf", "loaves", "шт", "штук", "штуки", "штука", "штуку", "буханка",
    "буханки", "буханку", "قطعة", "قطع", "حبة", "حبات", "رغيف",
}  # fmt: skip
# A part of what others sell whole.
_SLICE = {"slice", "slices", "פרוסה", "פרוסות", "ломтик", "ломтика", "ломтиков", "شريحة", "شرائح"}
# Words that are an amount and its unit: in Arabic two of a thing are one word.
_WHOLE = {
    "полкило": ("0.5", "kg"), "полкилограмма": ("0.5", "kg"), "كيلوين": ("2", "kg"), "رغيفين": ("2", "piece"),
    "قطعتين": ("2", "piece"), "حبتين": ("2", "piece"),
}  # fmt: skip
_TON = {
    "ton", "tons", "tonne", "tonnes", "טון", "טונות", "тонна", "тонны", "тонну", "тонн", "طن", "أطنان",
}  # fmt: skip
# Units that nothing is sold by here.
_OTHER = {
    "lb",
    "lbs",
    "pound",
    "pounds",
    "oz",
    "ounce",
    "ounces",
    "ליטר",
    "ליטרים",
    "פאונד",
    "фунт",
    "фунта",
    "фунтов",
    "رطل",
}
_LINKS = {"a", "an", "of", "the"}
_NOT_AMOUNTS = {
    "many", "much", "כמה", "сколько", "كم", "this", "that", "which", "the", "any", "each", "every", "no", "mild", "other", "spicy", "last", "good", "cheaper", "cheapest", "כל",
    "מכל", "אף", "per", "за", "не",
}  # fmt: skip
_CHANGE = re.compile(r"ו?(?:תשנ[הוי]|לשנות|תעש[הוי]|לעשות|תעדכ(?:ן|נו|ני)|תגדיל[וי]?|תקטי(?:ן|נו|ני))$")
_ONE = {"one", "אחד", "אחת", "single"}


@dataclass(frozen=True)
class Amount:
    """A number with its unit ("kg", "g", "piece", "slice", "other" or None) and the words `first` to `last` it takes."""

    value: Decimal
    unit: str | None
    first: int
    last: int


def find_amounts(row: list[Word], taken: set[int]) -> list[Amount]:
    """All amounts, left to right; words in `taken` belong to something else."""
    amounts: list[Amount] = []
    at = 0
    while at < len(row):
        amount = None if at in taken else _amount_at(row, at, taken)
        if amount:
            amounts.append(amount)
        at = amount.last + 1 if amount else at + 1
    return amounts


def _amount_at(row: list[Word], at: int, taken: set[int]) -> Amount | None:
    before = row[at - 1].text if at else ""
    if whole := _WHOLE.get(row[at].text.removeprefix("و")):
        return Amount(Decimal(whole[0]), whole[1], at, at)
    if row[at].text.startswith("ל") and _is_changed(row, at):
        row = [*row[:at], replace(row[at], text=row[at].text[1:]), *row[at + 1 :]]  # "תשנה לשלוש"
    number = read_number(row, at)
    if number is None:
        return _bare_kilo(row, at, before)
    if row[at].text in _ONE and before in _NOT_AMOUNTS:
        return None
    value, used = number
    end = at + used
    if any(place in taken for place in range(at, end)):
        return None
    place = end
    while place < len(row) and row[place].text in _LINKS and place not in taken:
        place += 1
    unit = _unit(row, place, taken)
    if unit is None:
        return (
            None
            if row[at].text in HALF and place == end and before in _NOT_AMOUNTS
            else Amount(value, None, at, end - 1)
        )
    more = _fraction_after(row, place)
    value += more[0] if more else 0
    last = place + (more[1] if more else 0)
    return Amount(value * 1000, "kg", at, last) if unit == "ton" else Amount(value, unit, at, last)


def _bare_kilo(row: list[Word], at: int, before: str) -> Amount | None:
    """ "a kilo of…": the unit alone is one."""
    more = _fraction_after(row, at)
    # "לקילו" is "per kilo", but "לקילו וחצי" is an amount, and so is what something is changed to.
    word = (
        row[at].text.lstrip("ולב") if more or _is_changed(row, at) else row[at].text.removeprefix("ו").removeprefix("و")
    )
    if word not in _KILO or before in _NOT_AMOUNTS - {"the"}:
        return None
    after = row[at + 1].text if at + 1 < len(row) else ""
    used = more[1] if more else int(after in _ONE)
    return Amount(Decimal(1) + (more[0] if more else 0), "kg", at, at + used)


def _is_changed(row: list[Word], at: int) -> bool:
    """Whether a word of changing stands before."""
    return any(_CHANGE.match(word.text) for word in row[:at])


def _fraction_after(row: list[Word], at: int) -> tuple[Decimal, int] | None:
    """ "…and a half" after a unit, unless it has a unit of its own: "a kilo, and half a kilo of…"."""
    more = and_fraction(row, at + 1)
    behind = at + 1 + (more[1] if more else 0)
    while behind < len(row) and row[behind].text in _LINKS:
        behind += 1
    return None if more and behind < len(row) and unit_of(row[behind].text) else more


def _unit(row: list[Word], at: int, taken: set[int]) -> str | None:
    if at >= len(row) or at in taken:
        return None
    return unit_of(row[at].text)


def unit_of(word: str) -> str | None:
    """The unit that a word names."""
    if word in _KILO:
        return "kg"
    if word in _GRAM:
        return "g"
    if word in _PIECE:
        return "piece"
    if word in _SLICE:
        return "slice"
    if word in _TON:
        return "ton"
    return "other" if word in _OTHER else None
