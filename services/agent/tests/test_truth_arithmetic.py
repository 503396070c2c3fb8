"""Sums that a reply writes out, and bounds on what a check of amounts and products may cost."""

import re
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.agent.tests.truth_table import SCENES
from services.agent.truth import Evidence, Utterance, arithmetic, check_reply
from services.agent.truth.arithmetic import written_out
from services.agent.truth.text import fold

# How the library itself reads a pattern.
_constants, _parser = import_module("re._constants"), import_module("re._parser")
SCENE = SCENES["ask_two_kilos"]


@pytest.mark.parametrize(
    ("text", "parts", "result"),
    [
        ("2 kg × 45 = ", "2 45 90", "90"),
        ("2 × ₪45 = ₪", "2 45 90", "90"),
        ("total: 90 ₪ + 52 ₪ = ", "90 90 52 52", "142"),
        ("beef sausage and merguez: 2 kg × 45 ₪ + 1 kg × 52 ₪ = ", "2 45 90 1 52 52", "142"),
        ("37,5 + 52 =", "37.5 37.5 52 52", "89.5"),
    ],
)
def test_a_sum_that_is_written_out_is_read(text: str, parts: str, result: str) -> None:
    read = written_out(fold(text), len(fold(text)))
    assert read is not None
    assert read.parts == tuple(Decimal(part) for part in parts.split())
    assert read.result == Decimal(result)


@pytest.mark.parametrize("text", ["90 = ", "2 kg × 45 is ", "2 boxes of 45 = ", "= ", "2 × \n45 = "])
def test_what_is_no_sum_is_not_read(text: str) -> None:
    assert written_out(fold(text), len(fold(text))) is None


@given(st.lists(st.integers(1, 9), min_size=2, max_size=12))
def test_a_sum_of_any_numbers_comes_to_what_they_come_to(numbers: list[int]) -> None:
    text = " + ".join(map(str, numbers)) + " = "
    read = written_out(text, len(text))
    assert read is not None
    assert read.result == sum(numbers)


def most_nested(pattern: Any) -> int:
    """How deep repeats without a small bound stand in each other. Two deep may cost a power of two."""
    deepest = 0
    for operation, argument in pattern:
        here = 0
        if operation in (_constants.MAX_REPEAT, _constants.MIN_REPEAT):
            here = 1 if argument[1] > 1 else 0
        inner = [
            part
            for part in (argument if isinstance(argument, tuple) else ())
            if isinstance(part, list | _parser.SubPattern)
        ]
        branches = [item for part in inner for item in (part if isinstance(part, list) else [part])]
        deepest = max([deepest, here, *(here + most_nested(branch) for branch in branches)])
    return deepest


def test_how_deep_repeats_are_nested_is_told() -> None:
    told = {
        source: most_nested(_parser.parse(source)) for source in ("ab?", "a*b*", "(?:a|b+)", "(?:a+b)*", "((a*|c)?b)+")
    }
    assert list(told.values()) == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("pattern", [p for p in vars(arithmetic).values() if isinstance(p, re.Pattern)])
def test_arithmetic_is_read_without_trying_again(pattern: re.Pattern[str]) -> None:
    assert most_nested(_parser.parse(pattern.pattern)) <= 1


@pytest.mark.parametrize(
    "reply",
    ["1 + " * 40 + "delivery = 25 ₪", "5 + " * 600 + "= 9 ₪", "מרגז " + "עשוי" * 60 + "! כבש 52 ₪", "5 ₪ " * 600],
)
def test_long_sums_and_long_words_get_a_verdict(reply: str) -> None:
    check_reply(reply, SCENE)  # there were two ways to read each further piece: this test would not have ended


def test_a_customer_cannot_keep_the_check_busy() -> None:
    said = Utterance("customer", "מרגז " + "עשוי" * 60 + "! כבש")
    evidence = Evidence(SCENE.catalog, SCENE.today, dialogue=(said,))
    assert check_reply("52 ₪", evidence).ok


def test_a_reply_with_more_amounts_than_can_be_checked_is_told_so() -> None:
    assert check_reply("• Pastrami – 75 ₪\n" * 250, SCENE).ok, "a large catalog can be told"
    (violation,) = check_reply("• Pastrami – 75 ₪\n" * 251, SCENE).violations
    assert violation.kind == "amount"
    assert "name fewer" in violation.reason
    assert len(violation.text) <= 160


def test_an_order_of_fifty_lines_can_be_told_with_price_and_sum_of_each() -> None:
    lines = "\n".join("• Pastrami: 2 kg × 75 ₪ = 150 ₪" for _ in range(50))
    assert check_reply(lines, SCENE).ok
