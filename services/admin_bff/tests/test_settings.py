"""Settings: what must be set, and what is told when it is not."""

import base64

import pytest

from services.admin_bff.settings import Settings
from services.common.config import ConfigurationError, load

_KEY = base64.b64encode(b"k" * 32).decode()


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERVICE_PRIVATE_KEY", _KEY)
    monkeypatch.setenv("SERVICE_PUBLIC_KEYS", f"admin_bff={_KEY}")


def test_development_needs_no_secret_and_has_the_same_one_after_a_restart() -> None:
    assert load(Settings).csrf_secret == load(Settings).csrf_secret
    assert len(load(Settings).csrf_secret) == 32


@pytest.mark.parametrize("secret", [None, "", "short"])
def test_elsewhere_a_secret_must_be_set(monkeypatch: pytest.MonkeyPatch, secret: str | None) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    if secret is not None:
        monkeypatch.setenv("SESSION_SECRET", secret)
    with pytest.raises(ConfigurationError, match="SESSION_SECRET"):
        load(Settings)
    monkeypatch.setenv("SESSION_SECRET", "s" * 32)
    assert load(Settings).csrf_secret == b"s" * 32


def test_a_secret_that_is_set_is_a_good_one_even_in_development(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESSION_SECRET", "short")
    with pytest.raises(ConfigurationError, match="SESSION_SECRET"):
        load(Settings)
