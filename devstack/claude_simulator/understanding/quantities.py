"""Amounts in a sentence: "2 קילו", "half a kilo", "500 גרם", "a dozen", "1.5 kg"."""

from dataclasses import dataclass
from decimal import Decimal

from devstack.claude_simulator.understanding.numbers import HALF, and_fraction, read_number
from devstack.claude_simulator.understanding.text import Word

_KILO = {
    "קילו", 'ק"ג', "קג", "קילוגרם", "קילוגרמים", "kilo", "kilos", "kg", "kgs", "kilogram", "kilograms", "кг", "кило",
    "килограмм", "килограмма", "килограммов", "كيلو", "كغ", "كجم", "كيلوغرام", "كيلوجرام",
}  # fmt: skip
_GRAM = {
    "גרם", "גר", "גרמים", "gram", "grams", "g", "gr", "г", "гр", "грамм", "граммов", "غرام", "جرام", "غ",
}  # fmt: skip
_PIECE = {
    "יחידה", "יחידות", "יח", "חתיכה", "חתיכות", "כיכר", "כיכרות", "פרוסה", "פרוסות", "piece", "pieces", "pcs", "pc",
    "unit", "units", "loaf", "loaves", "slice", "slices", "шт", "штук", "штуки", "штука", "штуку", "буханка",
    "буханки", "буханку", "قطعة", "قطع", "حبة", "حبات", "رغيف",
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
_HALF_KILO = {"полкило", "полкилограмма"}
_LINKS = {"a", "an", "of", "the"}
_NOT_AMOUNTS = {
    "this", "that", "which", "the", "any", "each", "every", "no", "mild", "other", "spicy", "last", "good", "cheaper", "cheapest", "כל",
    "מכל", "אף", "per", "за", "не",
}  # fmt: skip
_ONE = {"one", "אחד", "אחת", "single"}


@dataclass(frozen=True)
class Amount:
    """A number with its unit ("kg", "g", "piece", "other" or None) and the words `first` to `last` it takes."""

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
    if row[at].text in _HALF_KILO:
        return Amount(Decimal("0.5"), "kg", at, at)
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
    more = and_fraction(row, place + 1)
    value += more[0] if more else 0
    last = place + (more[1] if more else 0)
    return Amount(value * 1000, "kg", at, last) if unit == "ton" else Amount(value, unit, at, last)


def _bare_kilo(row: list[Word], at: int, before: str) -> Amount | None:
    """ "a kilo of…": the unit alone is one."""
    more = and_fraction(row, at + 1)
    # "לקילו" is "per kilo", but "לקילו וחצי" is an amount.
    word = row[at].text.lstrip("ולב") if more else row[at].text.removeprefix("ו")
    if word not in _KILO or before in _NOT_AMOUNTS - {"the"}:
        return None
    after = row[at + 1].text if at + 1 < len(row) else ""
    used = more[1] if more else int(after in _ONE)
    return Amount(Decimal(1) + (more[0] if more else 0), "kg", at, at + used)


def _unit(row: list[Word], at: int, taken: set[int]) -> str | None:
    if at >= len(row) or at in taken:
        return None
    word = row[at].text
    if word in _KILO:
        return "kg"
    if word in _GRAM:
        return "g"
    if word in _PIECE:
        return "piece"
    if word in _TON:
        return "ton"
    return "other" if word in _OTHER else None
