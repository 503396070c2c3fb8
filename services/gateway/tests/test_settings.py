"""A wrong setting is named at the start."""

import pytest

from services.common.config import ConfigurationError, load
from services.gateway.settings import Settings

_GOOD = {
    "SERVICE_PRIVATE_KEY": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "SERVICE_PUBLIC_KEYS": "gateway=x",
    "TELEGRAM_API_BASE_URL": "http://127.0.0.1:8081",
}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in _GOOD.items():
        monkeypatch.setenv(name, value)


def test_only_keys_and_the_bot_api_have_no_default() -> None:
    settings = load(Settings)
    assert (settings.gateway_port, settings.fault_points) == (8000, "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TELEGRAM_API_BASE_URL", ""),
        ("TELEGRAM_API_BASE_URL", "api.telegram.org"),
        ("TELEGRAM_API_BASE_URL", "http://"),
        ("GATEWAY_PORT", "eighty"),
        ("GATEWAY_PORT", "65536"),
        ("SHUTDOWN_DELAY_SECONDS", "-1"),
        ("SERVICE_PRIVATE_KEY", ""),
    ],
)
def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=name):
        load(Settings)
