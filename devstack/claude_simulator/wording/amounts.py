"""Money, units and quantities as people read them."""

from decimal import Decimal

_SYMBOLS = {"ILS": "₪", "USD": "$", "EUR": "€", "GBP": "£", "RUB": "₽"}
_BEFORE = {"en"}
_CENT = Decimal("0.01")
_UNITS: dict[str, dict[str, str]] = {
    "he": {"kg": "לק״ג", "each": "ליחידה", "loaf": "לכיכר", "slice": "לפרוסה", "whole_cake": "לעוגה שלמה",
        "tart": "לטארט"},
    "en": {"kg": "per kg", "each": "each", "loaf": "per loaf", "slice": "per slice", "whole_cake": "per whole cake",
           "tart": "per tart"},
    "ru": {"kg": "за кг", "each": "за штуку", "loaf": "за буханку", "slice": "за кусок", "whole_cake": "за целый торт",
           "tart": "за тарт"},
    "ar": {"kg": "للكيلو", "each": "للقطعة", "loaf": "للرغيف", "slice": "للشريحة", "whole_cake": "للكعكة الكاملة",
           "tart": "للتارت"},
}  # fmt: skip
_SAME_UNIT = {
    "kilo": "kg",
    "kilogram": "kg",
    "piece": "each",
    "pieces": "each",
    "unit": "each",
    "whole cake": "whole_cake",
}
_KILO = {"he": "ק״ג", "en": "kg", "ru": "кг", "ar": "كغ"}
_GRAM = {"he": "גרם", "en": "g", "ru": "г", "ar": "غرام"}
_HALF_KILO = {"he": "חצי קילו", "en": "half a kilo", "ru": "полкило", "ar": "نصف كيلو"}


def money(amount: Decimal, currency: str, language: str) -> str:
    """An amount in units of the currency: "₪37.50" or "37.50 ₪", without ".00"."""
    exact = amount.quantize(_CENT)
    number = f"{exact:f}".removesuffix(".00")
    symbol = _SYMBOLS.get(currency.upper())
    if symbol is None:
        return f"{number} {currency.upper()}"
    return f"{symbol}{number}" if language in _BEFORE else f"{number} {symbol}"


def per_unit(shown: str, unit: str, language: str) -> str:
    """A price with what it is for: "₪75 per kg"."""
    name = _SAME_UNIT.get(unit.lower(), unit.lower())
    words = _UNITS.get(language, _UNITS["en"])
    return f"{shown} {words[name]}" if name in words else f"{shown} / {unit.replace('_', ' ')}"


def quantity(value: Decimal, unit: str, language: str) -> str:
    """A quantity: "half a kilo", "300 g", "2 kg", or the bare number for pieces."""
    plain = format(value.normalize(), "f")
    if _SAME_UNIT.get(unit.lower(), unit.lower()) != "kg":
        return plain
    if value == Decimal("0.5"):
        return _HALF_KILO[language]
    if 0 < value < 1:
        return f"{format((value * 1000).normalize(), 'f')} {_GRAM[language]}"
    return f"{plain} {_KILO[language]}"


def line(name: str, value: Decimal, unit: str, language: str) -> str:
    """A product with its quantity: "Pastrami (2 kg)", "Baguette × 3"."""
    if _SAME_UNIT.get(unit.lower(), unit.lower()) == "kg":
        return f"{name} ({quantity(value, unit, language)})"
    return f"{name} × {quantity(value, unit, language)}"
