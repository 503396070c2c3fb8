"""Limits of failed logins: what they count, when they forget, and that they stay small."""

import pytest

from services.admin_bff.session.login_limits import LoginLimits
from services.admin_bff.tests.conftest import Time
from services.common.errors import DomainError


def refused(limits: LoginLimits, address: str) -> bool:
    try:
        limits.attempt(address)
    except DomainError:
        return True
    return False


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),  # one subscriber's network
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
    ],
)
def test_an_address_counts_for_its_network(first: str, second: str, together: bool) -> None:
    limits = LoginLimits(Time())
    while not refused(limits, first):
        pass
    assert refused(limits, second) is together


def test_a_refused_credential_is_known_for_a_while_and_memory_of_them_is_bounded() -> None:
    time = Time()
    limits = LoginLimits(time, remembered=100)
    limits.refuse("a")
    assert limits.is_refused("a")
    assert not limits.is_refused("b")
    time.seconds += 301
    assert not limits.is_refused("a")
    for number in range(1000):
        limits.refuse(str(number))
    assert sum(limits.is_refused(str(number)) for number in range(1000)) == 100


def test_what_is_forgiven_does_not_count_and_time_forgives() -> None:
    time = Time()
    limits = LoginLimits(time)
    for _ in range(100):
        limits.attempt("10.0.0.1")()
    assert len(limits) == 0
    for _ in range(10):
        limits.attempt("10.0.0.1")
    assert refused(limits, "10.0.0.1")
    time.seconds += 301
    assert sum(not refused(limits, "10.0.0.1") for _ in range(11)) == 10


def test_a_thousand_attempts_at_once_are_as_limited_as_one_after_the_other() -> None:
    limits = LoginLimits(Time())
    assert sum(not refused(limits, "10.0.0.1") for _ in range(1000)) == 10


def test_memory_is_bounded_whatever_comes() -> None:
    limits = LoginLimits(Time(), remembered=100)
    for number in range(1000):
        limits.attempt(f"10.0.{number // 250}.{number % 250}")
    assert len(limits) == 100
