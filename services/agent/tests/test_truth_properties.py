"""Properties of the truth check that hold for any text, and of the parts it is made of."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.agent.tests.truth_table import ALL, SCENES, Case
from services.agent.truth import Catalog, Evidence, ProductFact, Verdict, check_reply
from services.agent.truth.amounts import amounts_in
from services.agent.truth.figures import quantities, readings
from services.agent.truth.order_numbers import order_numbers_in
from services.agent.truth.text import fold, stem

_SNIPPETS = st.sampled_from(
    [
        "₪",
        'ש"ח',
        "#124",
        "הזמנה",
        "order",
        "заказ",
        "طلب",
        "ביטלתי",
        "cancelled",
        "תם",
        "?",
        "؟",
        ".",
        ",",
        "\n",
        "•",
        "1,200.50",
        "٣٧٫٥",
        "٬",
        "½",
        "2×45=",
        "25/11",
        "31/02",
        "99.99",
        "מחר",
        "delivery",
        "within 2 hours",
        "-",
        "—",
        "(",
        ")",
        "*",
        "_",
        "<b>",
        "&amp;",
        "\u200f",
        "\u00a0",
        "✅",
        "🥩",
        "'",
        '"',
        "not",
        "לא",
        "не",
        "لا",
        "no problem",
        "kg",
        "קילו",
        "פסטרמה",
        "pastrami",
        "\ue000",
    ]
)
_TEXTS = st.one_of(
    st.text(max_size=300), st.lists(_SNIPPETS, max_size=40).map(" ".join), st.lists(_SNIPPETS, max_size=40).map("".join)
)
_MONEY = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("99999.99"), places=2)
_SCENES = st.sampled_from(sorted(SCENES))


@given(text=_TEXTS, scene=_SCENES)
@settings(max_examples=200)
def test_any_text_gets_a_verdict(text: str, scene: str) -> None:
    verdict = check_reply(text, SCENES[scene])
    assert isinstance(verdict, Verdict)
    assert verdict.ok is (verdict.violations == ())


@given(text=_TEXTS)
@settings(max_examples=50)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(text=_TEXTS, said=_TEXTS)
@settings(max_examples=100)
def test_any_evidence_is_read_without_raising(text: str, said: str) -> None:
    scene = SCENES["created"]
    evidence = Evidence(scene.catalog, scene.today, business_text=said, dialogue=scene.dialogue, orders=scene.orders)
    check_reply(text, evidence)


_ARABIC = str.maketrans("0123456789.,", "٠١٢٣٤٥٦٧٨٩٫٬")


@given(value=_MONEY)
@settings(max_examples=50)
@pytest.mark.parametrize(
    "written",
    [
        "{:.2f} ₪",
        "₪{:.2f}",
        "₪ {:,.2f}",
        "{:,.2f}₪",
        '{:.2f} ש"ח',
        "{:.2f} NIS",
        "ILS {:.2f}",
        "{:.2f} shekels",
        "{:.2f} шекелей",
        "ב-{:.2f} ₪",
        "{:.2f}\u00a0₪",
        "\u200f{:.2f} ₪",
    ],
)
def test_an_amount_is_read_back_however_it_is_written(written: str, value: Decimal) -> None:
    found = amounts_in(fold(written.format(value)))
    assert [amount.values for amount in found] == [(value,)]
    assert found[0].currency == "ILS"


@given(value=_MONEY)
@settings(max_examples=50)
def test_decimal_commas_and_arabic_digits_mean_the_same(value: Decimal) -> None:
    comma = f"{value:.2f}".replace(".", ",") + " ₪"
    arabic = f"{value:.2f}".translate(_ARABIC) + " شيكل"
    assert value in amounts_in(fold(comma))[0].values
    assert amounts_in(fold(arabic))[0].values == (value,)


@given(thousands=st.integers(1, 999), rest=st.integers(0, 999))
def test_a_lone_group_of_three_may_be_thousands_or_decimals(thousands: int, rest: int) -> None:
    assert Decimal(thousands * 1000 + rest) in readings(f"{thousands},{rest:03d}")
    assert Decimal(f"{thousands}.{rest:03d}") in readings(f"{thousands}.{rest:03d}")


@given(number=st.integers(100, 99999))
def test_a_marked_order_number_is_found_in_every_language(number: int) -> None:
    for text in (
        "#{}",
        "order {} was placed",
        "Order no. {}.",
        "הזמנה {}",
        "הזמנה מספר {}",
        "להזמנה #{}",
        "заказ №{}",
        "طلب رقم {}",
    ):
        assert [found.number for found in order_numbers_in(fold(text.format(number)))] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "Herzl 15",
        "הרצל 15",
        "80/20",
        "03-5551234",
        "you can order 3 of them",
        "added to your order 2 kg of pastrami",
        'הוספתי להזמנה 2 ק"ג',
        "our #1 seller",
        "в заказ 2 кг",
        "since 1990",
        "08:00-19:00",
        "30% fat",
    ],
)
def test_other_numbers_are_no_order_numbers_and_no_money(text: str) -> None:
    assert order_numbers_in(fold(text)) == []
    assert amounts_in(fold(text)) == []


@pytest.mark.parametrize(
    ("text", "quantity"),
    [
        ("חצי קילו", "0.5"),
        ("קילו וחצי", "1.5"),
        ("two and a half kilos", "2.5"),
        ("300 גרם", "0.3"),
        ("полкило", "0.5"),
        ("полтора кило", "1.5"),
        ("نصف كيلو", "0.5"),
        ("٢ كيلو", "2"),
        ("a dozen", "12"),
        ("1/2 kg", "0.5"),
        ("½ kg", "0.5"),
        ("שני קילו", "2"),
        ("0,75 кг", "0.75"),
    ],
)
def test_quantities_are_read_in_words_and_digits(text: str, quantity: str) -> None:
    assert Decimal(quantity) in quantities(fold(text))


def test_an_arabic_product_is_found_with_whatever_is_written_together_with_its_name() -> None:
    names = {"mamoul": "معمول", "barazek": "برازق", "lavash": "لواش", "warak": "ورق عنب"}
    catalog = Catalog(tuple(ProductFact(sku, (name,), Decimal(20), "kg") for sku, name in names.items()))
    for sku, text in (
        ("mamoul", "ومعمول"),
        ("mamoul", "والمعمول"),
        ("mamoul", "بالمعمول"),
        ("mamoul", "وبالمعمول"),
        ("barazek", "برازق"),
        ("barazek", "والبرازق"),
        ("lavash", "ولواش"),
        ("lavash", "للواش"),
        ("warak", "وورق عنب"),
        ("warak", "الورق عنب"),
    ):
        assert [mention.skus for mention in catalog.mentions(fold(text))] == [{sku}], text
    for other in ("رازق", "واش", "رق"):
        assert catalog.mentions(fold(other)) == [], other


def test_inflected_words_share_a_stem() -> None:
    for one, other in (
        ("sausages", "sausage"),
        ("קציצות", "קציצה"),
        ("колбасу", "колбаса"),
        ("круассанов", "круассан"),
    ):
        assert stem(fold(one)) == stem(fold(other))


def test_a_check_of_the_whole_table_is_fast() -> None:
    cases: list[Case] = list(ALL)
    for case in cases:
        check_reply(case.reply, SCENES[case.scene])  # fills the indexes of the catalogs
    started = time.process_time()
    for case in cases:
        check_reply(case.reply, SCENES[case.scene])
    milliseconds = (time.process_time() - started) / len(cases) * 1000
    assert milliseconds < 3, milliseconds  # about 0.3 on an idle core
