"""The simulator of Claude understands amounts, days, addresses and names, and has all phrases in each language."""

import re
from datetime import date
from decimal import Decimal

import pytest

from devstack.claude_simulator.understanding.addresses import bare_address
from devstack.claude_simulator.understanding.dates import find_day
from devstack.claude_simulator.understanding.details import find_details
from devstack.claude_simulator.understanding.figures import hide_figures, order_number
from devstack.claude_simulator.understanding.quantities import find_amounts
from devstack.claude_simulator.understanding.text import clean, forms, language_of, words
from devstack.claude_simulator.wording.hours import opening_hours
from devstack.claude_simulator.wording.phrases import LANGUAGES

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("2 קילו", "2", "kg"),
        ("קילו", "1", "kg"),
        ("חצי קילו", "0.5", "kg"),
        ("רבע קילו", "0.25", "kg"),
        ("שלושת רבעי קילו", "0.75", "kg"),
        ("קילו וחצי", "1.5", "kg"),
        ("2 וחצי קילו", "2.5", "kg"),
        ('1.5 ק"ג', "1.5", "kg"),
        ("2קג", "2", "kg"),
        ("מאתיים גרם", "200", "g"),
        ("שלוש מאות גרם", "300", "g"),
        ("שתי יחידות", "2", "piece"),
        ("תריסר", "12", None),
        ("half a kilo", "0.5", "kg"),
        ("a kilo and a half", "1.5", "kg"),
        ("one and a half kilos", "1.5", "kg"),
        ("½ kg", "0.5", "kg"),
        ("3/4 kg", "0.75", "kg"),
        ("500g", "500", "g"),
        ("five hundred grams", "500", "g"),
        ("half a dozen", "6", None),
        ("a couple of", "2", None),
        ("полкило", "0.5", "kg"),
        ("полтора килограмма", "1.5", "kg"),
        ("1,5 кг", "1.5", "kg"),
        ("نصف كيلو", "0.5", "kg"),
        ("ونصف كيلو", "0.5", "kg"),
        ("كيلو ونصف", "1.5", "kg"),
        ("رغيفين", "2", "piece"),
        ("זוג", "2", None),
        ("חמש עשרה", "15", None),
        ("עשרים וחמישה", "25", None),
        ("מאתיים וחמישים גרם", "250", "g"),
        ("אלף ומאתיים גרם", "1200", "g"),
        ("שני תריסרים", "24", None),
        ("שני תריסר וחצי", "30", None),
        ("twenty-five", "25", None),
        ("two hundred and fifty grams", "250", "g"),
        ("twelve hundred grams", "1200", "g"),
        ("two and a half dozen", "30", None),
        ("двести пятьдесят грамм", "250", "g"),
        ("2 slices", "2", "slice"),
        ("٢ كيلو", "2", "kg"),
    ],
)
def test_amounts_in_words_and_digits(text: str, value: str, unit: str | None) -> None:
    (amount,) = find_amounts(words(clean(text)), set())

    assert (amount.value, amount.unit) == (Decimal(value), unit)


@pytest.mark.parametrize(
    "text", ["פסטרמה קילו וחצי קילו סלמי", "كيلو بسطرمة ونصف كيلو سلامي", "a kilo and half a kilo"]
)
def test_a_half_with_a_unit_of_its_own_is_another_amount(text: str) -> None:
    assert [amount.value for amount in find_amounts(words(clean(text)), set())] == [Decimal(1), Decimal("0.5")]


@pytest.mark.parametrize("text", ["כמה קילו", "how many kilos", "сколько кило", "كم كيلو"])
def test_what_is_asked_for_is_no_amount(text: str) -> None:
    assert find_amounts(words(clean(text)), set()) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("מחר", "2026-11-24"),
        ("למחרתיים", "2026-11-25"),
        ("מחרתיים", "2026-11-25"),
        ("ליום שישי", "2026-11-27"),
        ("ביום שני", "2026-11-30"),
        ("לשבת", "2026-11-28"),
        ("אתמול", "2026-11-22"),
        ("tomorrow", "2026-11-24"),
        ("the day after tomorrow", "2026-11-25"),
        ("by Friday", "2026-11-27"),
        ("on 2026-12-01", "2026-12-01"),
        ("on 1.12", "2026-12-01"),
        ("for 5/1", "2027-01-05"),
        ("завтра", "2026-11-24"),
        ("غدا", "2026-11-24"),
        ("in two days", "2026-11-25"),
        ("בעוד יומיים", "2026-11-25"),
        ("בעוד 3 ימים", "2026-11-26"),
        ("через два дня", "2026-11-25"),
        ("بعد يومين", "2026-11-25"),
        ("ليوم الجمعة", "2026-11-27"),
        ("in two boxes", None),
        ("שני קילו", None),
        ("1/2 kg", None),
    ],
)
def test_days_by_the_clock_of_the_request(text: str, day: str | None) -> None:
    found = find_day(text, MONDAY)

    assert (found.day.isoformat() if found else None) == day


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("המשלוח לרחוב הרצל 15 תל אביב, הערה: לצלצל", "רחוב הרצל 15 תל אביב"),
        ("תשלחו לדיזנגוף 100, תל אביב, קומה 3. תודה", "דיזנגוף 100, תל אביב, קומה 3"),
        ("הכתובת שלי ויצמן 3, חיפה", "ויצמן 3, חיפה"),
        ("deliver to 15 Herzl St, Tel Aviv please", "15 Herzl St, Tel Aviv"),
        ("my address is 5 King George, Jerusalem", "5 King George, Jerusalem"),
        ("send it to Ben Yehuda 22 by Friday", "Ben Yehuda 22"),
        ("доставка на Герцль 15, Тель-Авив", "Герцль 15, Тель-Авив"),
        ("deliver to 5 Ben Yehuda, Tel Aviv in two days", "5 Ben Yehuda, Tel Aviv"),
        ("משלוח להרצל 15 חיפה בעוד יומיים", "הרצל 15 חיפה"),
        ("Delivery: Ibn Gabirol 30, apt 4, Tel Aviv", "Ibn Gabirol 30, apt 4, Tel Aviv"),
        ("deliver between 4 and 6 pm to 3 Shenkin St, Tel Aviv", "3 Shenkin St, Tel Aviv"),
        ("תביאו בין 4 ל6 לשינקין 3 תל אביב", "שינקין 3 תל אביב"),
        ("to Herzl 15 at 10:00, Tel Aviv", "Herzl 15, Tel Aviv"),
        ("change the pastrami to 3 kilos", ""),
        ("where is your address?", ""),
    ],
)
def test_addresses_end_where_something_else_begins(text: str, address: str) -> None:
    details, _ = find_details(text, MONDAY)

    assert details.address == address


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("שם שלי בר אגב", "בר"),
        ("קוראים לי דנה כהן", "דנה כהן"),
        ("my name is Dana Levi and I want pastrami", "Dana Levi"),
        ("меня зовут Иван", "Иван"),
        ("اسمي سامي", "سامي"),
        ("I am hungry", ""),
        ("call me before delivery", ""),
        ("put it under the name Maya", "Maya"),
    ],
)
def test_names_are_taken_where_they_are_given(text: str, name: str) -> None:
    details, _ = find_details(text, MONDAY)

    assert details.name == name


def test_details_are_blanked_out_so_that_house_numbers_are_no_amounts() -> None:
    details, rest = find_details("2 קילו פסטרמה לרחוב הרצל 15, הטלפון 050-1234567", MONDAY)

    assert details.phone == "050-1234567"
    assert [amount.value for amount in find_amounts(words(rest), set())] == [Decimal(2)]


@pytest.mark.parametrize(
    ("text", "number", "amounts"),
    [
        ("cancel order 124", 124, []),
        ("cancel #124 please", 124, []),
        ("תבטל את הזמנה מספר 7", 7, []),
        ("I want to order 2 croissants", None, [2]),
        ("order 3 kilos for 4 people", None, [3]),
        ("can I order 2           ?", None, [2]),
        ("2 of them for 10 shekels at 17:00", None, [2]),
        ("1000000 kilo", None, [1000000]),
    ],
)
def test_order_numbers_are_told_from_amounts(text: str, number: int | None, amounts: list[int]) -> None:
    found = [amount.value for amount in find_amounts(words(hide_figures(text)), set())]

    assert (order_number(text), found) == (number, [Decimal(amount) for amount in amounts])


@pytest.mark.parametrize(
    ("text", "found"),
    [("הרצל 15 תל אביב", True), ("Herzl 15", True), ("2 kilo", False), ("כן", False)],
)
def test_a_line_that_can_only_be_an_address(text: str, found: bool) -> None:
    assert bool(bare_address(text)) is found


def test_words_are_compared_across_prefixes_plurals_and_scripts() -> None:
    assert forms("והפסטרמה") & forms("פסטרמה")
    assert forms("באגטים") & forms("באגט")
    assert forms("croissants") & forms("croissant")
    assert "salami" in forms("салями")


@pytest.mark.parametrize(
    ("text", "language"), [("שלום hi כן", "he"), ("ok", "en"), ("да", "ru"), ("نعم", "ar"), ("12 😀", None)]
)
def test_the_language_is_that_of_most_letters(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_every_language_has_every_phrase_with_the_same_fields() -> None:
    fields = {
        language: {key: set(re.findall(r"{(\w+)}", text)) for key, text in phrases.items()}
        for language, phrases in LANGUAGES.items()
    }

    assert fields["he"] == fields["en"] == fields["ru"] == fields["ar"]


def test_days_with_the_same_hours_stand_together() -> None:
    rows = [{"day": day, "opens": "08:00", "closes": "18:00"} for day in ("Sunday", "Monday", "Tuesday", "Thursday")]

    assert opening_hours(rows, "en") == "• Sun–Tue: 08:00–18:00\n• Thu: 08:00–18:00"
    assert opening_hours(rows, "ru") == "• пн–вт: 08:00–18:00\n• чт: 08:00–18:00\n• вс: 08:00–18:00"
