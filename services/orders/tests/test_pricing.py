"""The rules of pricing, in memory: names, quantities, totals, kept lines."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import DomainError
from services.common.money import Money, format_quantity
from services.orders.catalog.models import Product
from services.orders.catalog.search import SearchIndex
from services.orders.orders.models import OrderLine, total_of
from services.orders.orders.pricing import (
    Item,
    Shelf,
    check_items,
    price_lines,
    unknown_product,
    wanted_products,
)
from services.orders.tests.support import items

REASONS = {"BAD_QUANTITY", "QUANTITY_TOO_SMALL", "QUANTITY_TOO_LARGE", "QUANTITY_STEP"}


def sold(
    sku: str, price_minor: int = 1500, *, step: str = "1", largest: str = "100", fractional: bool = False
) -> Product:
    return Product(
        sku=sku,
        display_name={"en": sku.replace("_", " ").title()},
        aliases=(),
        category={},
        description={},
        unit="kg" if fractional else "each",
        unit_price=Money(price_minor, "ILS"),
        fractional=fractional,
        min_quantity=Decimal(step),
        quantity_step=Decimal(step),
        max_quantity=Decimal(largest),
        available=True,
        version=1,
        price_version=1,
        update_time=datetime(2026, 1, 1, tzinfo=UTC),
    )


CROISSANT = sold("croissant")
PASTRAMI = sold("pastrami", 7500, step="0.1", fractional=True)


def priced(
    *pairs: tuple[str, str], catalog: tuple[Product, ...] = (CROISSANT, PASTRAMI), seen: int = 0
) -> tuple[OrderLine, ...]:
    wanted = wanted_products(check_items(items(*pairs)), Shelf(catalog))
    return price_lines(wanted, currency_code="ILS", catalog_version=9, seen_catalog_version=seen)


def refusal(
    *pairs: tuple[str, str], catalog: tuple[Product, ...] = (CROISSANT, PASTRAMI), seen: int = 0
) -> DomainError:
    with pytest.raises(DomainError) as caught:
        priced(*pairs, catalog=catalog, seen=seen)
    return caught.value


@given(price=st.integers(1, 10**10), steps=st.integers(1, 10**6))
def test_a_line_costs_quantity_times_price_rounded_half_up(price: int, steps: int) -> None:
    product = sold("gold", price, step="0.001", largest="1000", fractional=True)
    quantity = Decimal(steps) / 1000

    (line,) = priced(("gold", format_quantity(quantity)), catalog=(product,))

    exact = Fraction(steps, 1000) * price
    assert line.line_total.amount_minor == (exact + Fraction(1, 2)).__floor__()


@given(st.lists(st.tuples(st.sampled_from(["croissant", "pastrami"]), st.integers(1, 20)), min_size=1, max_size=50))
def test_the_total_is_the_sum_of_the_lines_and_the_same_product_is_added_up(basket: list[tuple[str, int]]) -> None:
    catalog = (replace(CROISSANT, max_quantity=Decimal(10_000)), replace(PASTRAMI, max_quantity=Decimal(10_000)))

    lines = priced(*((sku, str(quantity)) for sku, quantity in basket), catalog=catalog)

    assert [line.sku for line in lines] == list(dict.fromkeys(sku for sku, _ in basket))
    expected = sum(quantity * {"croissant": 1500, "pastrami": 7500}[sku] for sku, quantity in basket)
    assert total_of(lines) == Money(expected, "ILS")


@given(st.one_of(st.text(max_size=30), st.decimals(allow_nan=True).map(str), st.floats().map(str)))
def test_any_text_is_either_an_exact_quantity_or_refused_with_what_is_valid(text: str) -> None:
    try:
        (line,) = priced(("pastrami", text))
    except DomainError as error:
        assert error.reason in REASONS
        assert error.field == "items[0].quantity"
        assert error.metadata["valid"] == "0.1, 0.2, 0.3… up to 100 (kg)"
    else:
        assert line.quantity == Decimal(text)
        assert Decimal("0.1") <= line.quantity <= 100
        assert line.quantity % Decimal("0.1") == 0


@pytest.mark.parametrize(
    ("sku", "quantity", "reason"),
    [
        ("croissant", "0.5", "QUANTITY_STEP"),
        ("croissant", "1.5", "QUANTITY_STEP"),
        ("croissant", "0", "QUANTITY_TOO_SMALL"),
        ("croissant", "101", "QUANTITY_TOO_LARGE"),
        ("pastrami", "1000000", "QUANTITY_TOO_LARGE"),
        ("pastrami", "0.05", "QUANTITY_STEP"),
        ("pastrami", "0.0", "QUANTITY_TOO_SMALL"),
        ("pastrami", "-1", "BAD_QUANTITY"),
        ("pastrami", "+1", "BAD_QUANTITY"),
        ("pastrami", "1e3", "BAD_QUANTITY"),
        ("pastrami", "NaN", "BAD_QUANTITY"),
        ("pastrami", "Infinity", "BAD_QUANTITY"),
        ("pastrami", "1,5", "BAD_QUANTITY"),
        ("pastrami", "٢", "BAD_QUANTITY"),
        ("pastrami", "", "BAD_QUANTITY"),
        ("pastrami", " 1", "BAD_QUANTITY"),
        ("pastrami", ".5", "BAD_QUANTITY"),
        ("pastrami", "1" * 16, "BAD_QUANTITY"),
        ("pastrami", "0.1000000", "BAD_QUANTITY"),
    ],
)
def test_a_wrong_quantity_is_refused(sku: str, quantity: str, reason: str) -> None:
    assert refusal((sku, quantity)).reason == reason


def test_half_a_croissant_is_answered_with_whole_pieces() -> None:
    error = refusal(("pastrami", "1"), ("croissant", "0.5"))

    assert error.field == "items[1].quantity"
    assert error.message == (
        "Croissant is sold in whole pieces, not 0.5; possible are whole pieces: 1, 2, 3… up to 100 (each)"
    )


@pytest.mark.parametrize(("quantities", "place"), [(("0", "2"), 0), (("2", "0.0"), 1)])
def test_nothing_of_a_product_is_refused_beside_more_of_it(quantities: tuple[str, str], place: int) -> None:
    error = refusal(*(("croissant", quantity) for quantity in quantities))

    assert (error.reason, error.field) == ("QUANTITY_TOO_SMALL", f"items[{place}].quantity")


def test_two_halves_are_one_whole() -> None:
    (line,) = priced(("croissant", "0.5"), ("Croissant", "0.50"))

    assert line.quantity == 1


def test_what_is_valid_ends_at_the_largest_multiple() -> None:
    dozen = replace(CROISSANT, min_quantity=Decimal(6), quantity_step=Decimal(6), max_quantity=Decimal(20))
    only = replace(CROISSANT, max_quantity=Decimal(1))

    assert refusal(("croissant", "7"), catalog=(dozen,)).metadata["valid"] == "whole pieces: 6, 12, 18 (each)"
    assert refusal(("croissant", "7"), catalog=(only,)).metadata["valid"] == "whole pieces: 1 (each)"


def test_a_product_is_found_by_sku_or_by_any_name_however_it_is_spaced_or_cased() -> None:
    product = replace(PASTRAMI, display_name={"en": "Crème Brûlée", "he": "פסטרמה"}, aliases=("Smoked  beef",))

    for name in ("pastrami", "creme BRULEE", " פסטרמה ", "\u200fפסטרמה", "smoked beef"):
        assert priced((name, "1"), catalog=(product,))[0].sku == "pastrami"


def test_an_alias_of_two_products_is_refused_with_both() -> None:
    catalog = tuple(replace(product, aliases=("the usual",)) for product in (CROISSANT, PASTRAMI))

    error = refusal(("the usual", "1"), catalog=catalog)

    assert (error.reason, error.field) == ("AMBIGUOUS_PRODUCT", "items[0].product")
    assert error.metadata["valid"] == "croissant, pastrami"


def test_a_sku_wins_over_another_products_alias() -> None:
    catalog = (replace(CROISSANT, aliases=("pastrami",)), PASTRAMI)

    assert priced(("pastrami", "1"), catalog=catalog)[0].sku == "pastrami"


def test_an_unknown_product_is_named_with_the_closest_ones() -> None:
    error = unknown_product(Item("pastrma", "1", "items[3]"), SearchIndex(1, [CROISSANT, PASTRAMI]))

    assert (error.reason, error.field) == ("UNKNOWN_PRODUCT", "items[3].product")
    assert "'pastrma'" in error.message
    assert error.metadata["suggestions"] == error.metadata["valid"] == "pastrami"


def test_an_unavailable_product_is_refused() -> None:
    error = refusal(("croissant", "1"), catalog=(replace(CROISSANT, available=False),))

    assert (error.reason, error.field) == ("PRODUCT_UNAVAILABLE", "items[0].product")


def test_a_price_in_a_currency_the_tenant_no_longer_uses_cannot_be_ordered() -> None:
    euros = replace(CROISSANT, unit_price=Money(400, "EUR"))

    assert refusal(("croissant", "1"), catalog=(euros,)).reason == "PRODUCT_UNAVAILABLE"


@pytest.mark.parametrize(("seen", "refused"), [(0, False), (1, True), (4, True), (5, False), (9, False)])
def test_a_price_that_moved_after_it_was_seen_is_refused_with_the_new_one(seen: int, refused: bool) -> None:
    catalog = (CROISSANT, replace(PASTRAMI, price_version=5, unit_price=Money(8000, "ILS")))

    if not refused:
        assert priced(("pastrami", "1"), catalog=catalog, seen=seen)[0].unit_price.amount_minor == 8000
        return
    error = refusal(("croissant", "1"), ("pastrami", "1"), catalog=catalog, seen=seen)
    assert (error.code.name, error.reason, error.field) == ("FAILED_PRECONDITION", "PRICE_CHANGED", "items[1].product")
    assert error.metadata["sku"] == "pastrami"
    assert (error.metadata["price"], error.metadata["currency"]) == ("80.00", "ILS")
    assert error.metadata["catalog_version"] == "9"


def test_of_many_prices_that_moved_ten_are_told_in_words_and_all_as_facts() -> None:
    catalog = tuple(replace(sold(f"product_{n}"), price_version=5) for n in range(12))
    error = refusal(*((product.sku, "1") for product in catalog), catalog=catalog, seen=4)

    assert [f"Product {n} is now" in error.message for n in range(12)] == [True] * 10 + [False] * 2
    assert "and those of 2 other products" in error.message
    assert error.metadata["prices"] == ", ".join(f"product_{n}=15.00" for n in range(12))


@given(
    before=st.integers(1, 10),
    after=st.integers(1, 10),
    old_price=st.integers(1, 10_000),
    new_price=st.integers(1, 10_000),
)
def test_only_a_line_with_the_same_quantity_keeps_its_price(
    before: int, after: int, old_price: int, new_price: int
) -> None:
    kept = OrderLine("croissant", {"en": "Old name"}, Decimal(before), "each", Money(old_price, "ILS"))
    catalog = Shelf([replace(CROISSANT, unit_price=Money(new_price, "ILS"))])
    wanted = wanted_products(check_items(items(("croissant", str(after)))), catalog)

    (line,) = price_lines(wanted, currency_code="ILS", catalog_version=2, kept={"croissant": kept})

    assert line == kept if before == after else line.unit_price.amount_minor == new_price


def test_an_unchanged_line_stays_though_its_product_is_gone_and_its_price_moved() -> None:
    kept = OrderLine("croissant", {"en": "Croissant"}, Decimal(2), "each", Money(1000, "ILS"))
    gone = replace(CROISSANT, available=False, price_version=7, max_quantity=Decimal(1))
    wanted = wanted_products(check_items(items(("croissant", "2"))), Shelf([gone]))

    lines = price_lines(
        wanted, currency_code="ILS", catalog_version=7, seen_catalog_version=3, kept={"croissant": kept}
    )

    assert lines == (kept,)


def test_lines_in_two_currencies_have_no_total() -> None:
    lines = [
        OrderLine("a", {"en": "A"}, Decimal(1), "each", Money(100, "ILS")),
        OrderLine("b", {"en": "B"}, Decimal(1), "each", Money(100, "EUR")),
    ]

    with pytest.raises(DomainError) as caught:
        total_of(lines)
    assert caught.value.reason == "CURRENCY_CHANGED"
