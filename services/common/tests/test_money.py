"""Exact amounts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.money import Money, exponent, format_quantity


def test_half_a_kilo_of_pastrami() -> None:
    assert Money(7500, "ILS").times(Decimal("0.5")) == Money(3750, "ILS")


@pytest.mark.parametrize(
    ("minor", "quantity", "total"),
    [(1, "0.5", 1), (1, "0.49", 0), (3, "0.5", 2), (333, "0.1", 33), (335, "0.1", 34), (4500, "2", 9000), (99, "0", 0)],
)
def test_a_price_is_rounded_half_up_to_the_minor_unit(minor: int, quantity: str, total: int) -> None:
    assert Money(minor, "ILS").times(Decimal(quantity)).amount_minor == total


def test_huge_amounts_stay_exact() -> None:
    assert Money(10**18 + 1, "ILS").times(Decimal(3)).amount_minor == 3 * 10**18 + 3


def test_amounts_of_different_currencies_are_not_added() -> None:
    assert Money(1, "ILS") + Money(2, "ILS") == Money(3, "ILS")
    with pytest.raises(ValueError, match="USD"):
        Money(1, "ILS") + Money(2, "USD")


@pytest.mark.parametrize(
    ("currency", "text"), [("ILS", "37.50"), ("JPY", "3750"), ("KWD", "3.750"), ("USD", "37.50"), ("KRW", "3750")]
)
def test_major_units_have_the_decimals_of_the_currency(currency: str, text: str) -> None:
    assert str(Money(3750, currency).to_decimal()) == text
    assert exponent(currency) == len(text.partition(".")[2])


@given(st.integers(-(2**62), 2**62), st.sampled_from(["ILS", "USD", "JPY"]))
def test_an_amount_survives_the_wire(minor: int, currency: str) -> None:
    assert Money.from_proto(Money(minor, currency).to_proto()) == Money(minor, currency)


@pytest.mark.parametrize(
    ("quantity", "text"),
    [
        ("0.50", "0.5"),
        ("2.000", "2"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0", "0"),
        ("0.000", "0"),
        ("1E-7", "0.0000001"),
    ],
)
def test_a_quantity_is_written_plainly(quantity: str, text: str) -> None:
    assert format_quantity(Decimal(quantity)) == text
