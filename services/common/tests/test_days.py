"""Days and ranges of days in requests."""

from datetime import date

import pytest

from services.common.days import check_day, check_range, parse_day
from services.common.errors import DomainError


@pytest.mark.parametrize("text", ["", "2026-02-30", "2026-1-1", "20260101", "2026-01-01T00:00", "٢٠٢٦-٠١-٠١"])
def test_what_is_not_written_as_a_date_is_none(text: str) -> None:
    assert parse_day(text) is None
    with pytest.raises(DomainError) as refused:
        check_day(text, "day")
    assert (refused.value.reason, refused.value.field) == ("BAD_DATE", "day")


@pytest.mark.parametrize("text", ["1999-12-31", "2200-01-01"])
def test_a_date_that_not_every_clock_can_show_is_refused(text: str) -> None:
    assert parse_day(text) is not None
    with pytest.raises(DomainError, match="2000-01-01 to 2199-12-31"):
        check_day(text, "day")


def test_a_range_has_its_last_day_and_a_year_at_most() -> None:
    assert check_range("2026-01-01", "2026-01-01") == (date(2026, 1, 1), date(2026, 1, 1))
    assert check_range("2024-01-01", "2024-12-31")[1] == date(2024, 12, 31)
    for start, end in (("2026-01-02", "2026-01-01"), ("2024-01-01", "2025-01-01")):
        with pytest.raises(DomainError) as refused:
            check_range(start, end)
        assert (refused.value.reason, refused.value.field) == ("BAD_RANGE", "end_date")
