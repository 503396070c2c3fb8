"""Receipts: what was really written, rendered by code from the stored order in the customer's language."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal

from services.agent.facts import Facts
from services.agent.texts import Text, in_language
from services.common.money import exponent, format_quantity

_TITLES: Mapping[str, Text] = {
    "pending": {
        "en": "🧾 **Order #{number}** (pending confirmation)",
        "he": "🧾 **הזמנה #{number}** (ממתינה לאישור)",
        "ru": "🧾 **Заказ #{number}** (ожидает подтверждения)",
        "ar": "🧾 **طلب #{number}** (بانتظار التأكيد)",
    },
    "confirmed": {
        "en": "🧾 **Order #{number}** (confirmed)",
        "he": "🧾 **הזמנה #{number}** (אושרה)",
        "ru": "🧾 **Заказ #{number}** (подтверждён)",
        "ar": "🧾 **طلب #{number}** (مؤكد)",
    },
    "completed": {
        "en": "🧾 **Order #{number}** (completed)",
        "he": "🧾 **הזמנה #{number}** (הושלמה)",
        "ru": "🧾 **Заказ #{number}** (выполнен)",
        "ar": "🧾 **طلب #{number}** (مكتمل)",
    },
    "cancelled": {
        "en": "🧾 **Order #{number}** (cancelled)",
        "he": "🧾 **הזמנה #{number}** (בוטלה)",
        "ru": "🧾 **Заказ #{number}** (отменён)",
        "ar": "🧾 **طلب #{number}** (ملغى)",
    },
}
_TOTAL: Text = {"en": "Total: {amount}", "he": 'סה"כ: {amount}', "ru": "Итого: {amount}", "ar": "المجموع: {amount}"}
_ADDRESS: Text = {
    "en": "Delivery to: {value}",
    "he": "משלוח אל: {value}",
    "ru": "Доставка: {value}",
    "ar": "التوصيل إلى: {value}",
}
_PICKUP: Text = {"en": "Pickup", "he": "איסוף עצמי", "ru": "Самовывоз", "ar": "استلام ذاتي"}
_NOTES: Text = {"en": "Note: {value}", "he": "הערה: {value}", "ru": "Примечание: {value}", "ar": "ملاحظة: {value}"}
_DATE: Text = {
    "en": "Wanted for: {value}",
    "he": "לתאריך: {value}",
    "ru": "На дату: {value}",
    "ar": "لتاريخ: {value}",
}
# By the plural forms of CLDR that differ; "other" stands for the rest.
_UNITS: Mapping[str, Mapping[str, Text]] = {
    "kg": {"other": {"en": "kg", "he": 'ק"ג', "ru": "кг", "ar": "كغ"}},
    "each": {
        "one": {"en": "pc", "ar": "قطعة"},
        "few": {"ar": "قطع"},
        "other": {"en": "pcs", "he": "יח׳", "ru": "шт.", "ar": "قطعة"},
    },
    "loaf": {
        "one": {"en": "loaf", "he": "כיכר", "ru": "буханка"},
        "few": {"ar": "أرغفة"},
        "many": {"ru": "буханок"},
        "other": {"en": "loaves", "he": "כיכרות", "ru": "буханки", "ar": "رغيف"},
    },
    "slice": {
        "one": {"en": "slice", "he": "פרוסה", "ru": "кусок"},
        "few": {"ar": "شرائح"},
        "many": {"ru": "кусков"},
        "other": {"en": "slices", "he": "פרוסות", "ru": "куска", "ar": "شريحة"},
    },
    "whole_cake": {
        "one": {"en": "cake", "he": "עוגה", "ru": "торт"},
        "few": {"ar": "كعكات"},
        "many": {"ru": "тортов"},
        "other": {"en": "cakes", "he": "עוגות", "ru": "торта", "ar": "كعكة"},
    },
    "tart": {
        "one": {"en": "tart", "he": "טארט", "ru": "тарт"},
        "many": {"ru": "тартов"},
        "other": {"en": "tarts", "he": "טארטים", "ru": "тарта", "ar": "تارت"},
    },
}
_LOCALES = {"he": "he_IL", "en": "en_US", "ru": "ru_RU", "ar": "ar_IL"}


def render(order: Facts, language: str) -> str:
    """A receipt of several lines: number and state, lines, total, and address, date and notes where given."""
    code = language.partition("-")[0].lower()
    locale = _LOCALES.get(code, "en_US")
    currency = order["currency"]
    lines = [in_language(_TITLES[order["status"]], code).format(number=order["number"])]
    lines += [_line(item, currency, code, locale) for item in order["items"]]
    lines.append(in_language(_TOTAL, code).format(amount=_amount(order["total"], currency, locale)))
    if order["status"] != "cancelled":
        lines += _terms(order, code, locale)
    return "\n".join(lines)


def _line(item: Facts, currency: str, code: str, locale: str) -> str:
    quantity = Decimal(item["quantity"])
    counted = f"{format_decimal(quantity, locale=locale)} {_unit(item['unit'], quantity, code, locale)}"
    return (
        f"• {_name(item['name'], code)}: {counted} × {_amount(item['unit_price'], currency, locale)}"
        f" = {_amount(item['line_total'], currency, locale)}"
    )


def _unit(unit: str, quantity: Decimal, code: str, locale: str) -> str:
    forms = _UNITS.get(unit)
    if forms is None:
        return unit.replace("_", " ")
    # Written without zeros at the end: "2.000" would be a fraction.
    form = Locale.parse(locale).plural_form(Decimal(format_quantity(quantity)))
    known = code if code in _LOCALES else "en"
    return forms.get(form, {}).get(known) or forms["other"][known]


def _name(names: Mapping[str, str], code: str) -> str:
    return names.get(code) or names.get("en") or next(iter(names.values()), "")


def _amount(amount: str, currency: str, locale: str) -> str:
    pattern = _pattern(locale, exponent(currency))
    return format_currency(
        Decimal(amount), currency, pattern, locale=locale, currency_digits=False, numbering_system="latn"
    )


@cache
def _pattern(locale: str, digits: int) -> str:
    """With all digits of the stored amount: locales leave out those of small worth, and lines would not add up."""
    fraction = f".{'0' * digits}" if digits else ""
    return str(Locale.parse(locale).currency_formats["standard"].pattern).replace(".00", fraction)


def _terms(order: Facts, code: str, locale: str) -> list[str]:
    terms = []
    if order["fulfillment"] == "pickup":
        terms.append(in_language(_PICKUP, code))
    elif order["delivery_address"]:
        terms.append(in_language(_ADDRESS, code).format(value=order["delivery_address"]))
    if order["wanted_date"]:
        day = format_date(date.fromisoformat(order["wanted_date"]), format="full", locale=locale)
        terms.append(in_language(_DATE, code).format(value=day))
    if order["notes"]:
        terms.append(in_language(_NOTES, code).format(value=order["notes"]))
    return terms
