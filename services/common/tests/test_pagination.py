"""Page sizes and page tokens."""

import base64
import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.errors import DomainError
from services.common.pagination import decode_moment, decode_page_token, encode_page_token, page_size


@pytest.mark.parametrize(("requested", "used"), [(0, 50), (1, 1), (200, 200), (201, 200), (2**31 - 1, 200)])
def test_a_page_size_has_a_default_and_a_bound(requested: int, used: int) -> None:
    assert page_size(requested, default=50, largest=200) == used


def test_a_negative_page_size_is_refused_by_name() -> None:
    with pytest.raises(DomainError) as refused:
        page_size(-1, default=50, largest=200)
    assert refused.value.field == "page_size"


@given(st.lists(st.one_of(st.text(), st.integers()), min_size=1, max_size=3))
def test_a_position_survives_its_token(position: list[str | int]) -> None:
    assert decode_page_token(encode_page_token(*position), parts=len(position)) == position


def test_no_token_is_the_first_page() -> None:
    assert decode_page_token("", parts=2) is None


@given(st.text(min_size=1))
def test_any_other_text_is_refused_or_read_as_a_list(token: str) -> None:
    try:
        position = decode_page_token(token, parts=2)
    except DomainError as error:
        assert error.field == "page_token"
    else:
        assert isinstance(position, list)


@pytest.mark.parametrize("text", [b"[1]", b"[1,2,3]", b'{"a":1}', b"null", b"1", b"[" * 5000, b"\xff"])
def test_a_token_of_another_shape_is_refused(text: bytes) -> None:
    with pytest.raises(DomainError):
        decode_page_token(base64.urlsafe_b64encode(text).decode(), parts=2)


def test_a_moment_survives_its_token() -> None:
    time, row_id = datetime(2026, 11, 23, 12, 5, 0, 7, tzinfo=UTC), uuid.uuid4()
    assert decode_moment(encode_page_token(time.isoformat(), str(row_id))) == (time, row_id)
    assert decode_moment("") is None


@pytest.mark.parametrize(
    "position",
    [
        ("yesterday", str(uuid.uuid4())),
        ("2026-11-23T12:05:00", str(uuid.uuid4())),
        (1, 2),
        ("9999-12-31T23:59:59.999999-23:59", str(uuid.uuid4())),
        ("0001-01-01T00:00:00+23:59", str(uuid.uuid4())),
    ],
)
def test_a_moment_without_zone_out_of_time_or_no_moment_at_all_is_refused(position: tuple[str | int, ...]) -> None:
    with pytest.raises(DomainError) as refused:
        decode_moment(encode_page_token(*position))
    assert refused.value.reason == "BAD_PAGE_TOKEN"
