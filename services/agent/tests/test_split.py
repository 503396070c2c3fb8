"""Where a reply that is too long is cut."""

import pytest

from services.agent.deliveries.split import reply_parts, split, units


def test_long_texts_are_cut_at_line_ends_within_the_limit() -> None:
    lines = [f"line {number} " + "x" * 50 for number in range(200)]
    parts = split("\n".join(lines), 4096)
    assert all(units(part) <= 4096 for part in parts)
    assert "\n".join(parts).split("\n") == [line.strip() for line in lines]


def test_a_text_without_spaces_is_cut_between_characters() -> None:
    parts = split("🥩" * 3000, 4096)
    assert all(units(part) <= 4096 for part in parts)
    assert "".join(parts) == "🥩" * 3000


@pytest.mark.parametrize(
    "character",
    [
        "👨\u200d👩\u200d👧\u200d👦",  # a family, joined
        "👍🏽",  # a colour of skin
        "❤\ufe0f",  # a variation selector
        "שָׁ",  # a letter with its points
        "e\u0301",
    ],
)
@pytest.mark.parametrize("before", range(12))
def test_no_cut_goes_through_what_is_read_as_one_character(character: str, before: int) -> None:
    text = "x" * before + character * 40
    parts = split(text, 60)
    assert "".join(parts) == text
    assert all(units(part) <= 60 for part in parts)
    assert all(part.startswith(character) for part in parts[1:])


def test_marks_without_end_are_cut_all_the_same() -> None:
    text = "e" + "\u0301" * 500
    parts = split(text, 60)
    assert "".join(parts) == text
    assert all(units(part) <= 60 for part in parts)


@pytest.mark.parametrize("before", range(70))
def test_no_cut_goes_through_what_is_bold(before: int) -> None:
    text = "x" * before + " **the total is 142 ₪** " + "and so on " * 20
    parts = split(text, 80)
    assert sum("**the total is 142 ₪**" in part for part in parts) == 1
    assert all(units(part) <= 80 for part in parts)


def test_bold_that_is_longer_than_half_a_part_is_cut_and_what_is_none_costs_nothing() -> None:
    assert all(units(part) <= 80 for part in split("**" + "word " * 40 + "end**", 80))
    assert split("x" * 70 + " 2 ** 3 ** 4 5 6", 80) == ["x" * 70 + " 2 ** 3", "** 4 5 6"]


def test_a_receipt_rides_along_when_it_fits_and_follows_when_not() -> None:
    assert reply_parts("done", ["receipt"], "telegram") == ["done\n\nreceipt"]
    assert reply_parts("x" * 4096, ["receipt"], "telegram") == ["x" * 4096, "receipt"]
