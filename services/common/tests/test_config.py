"""Settings: read once, refused at start with the variable's name."""

import base64
from typing import Any

import pytest
from pydantic import ValidationError

from services.common.config import ConfigurationError, DatabaseSettings, ServiceSettings, load, parse_keys

KEY = base64.b64encode(bytes(32)).decode()


class Settings(ServiceSettings, DatabaseSettings):
    """Settings of a service with a database."""


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = {
        "SERVICE_PRIVATE_KEY": KEY,
        "SERVICE_PUBLIC_KEYS": f"agent={KEY}, gateway={KEY}",
        "DATABASE_URL": "postgresql://role:secret@host/db",
        "ENVIRONMENT": "development",
    }
    for name, value in usual.items():
        monkeypatch.setenv(name, value)


def test_settings_come_from_the_environment() -> None:
    settings = load(Settings)
    assert settings.private_key == bytes(32)
    assert settings.public_keys == {"agent": [bytes(32)], "gateway": [bytes(32)]}
    assert settings.development
    assert settings.reflection


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LOG_FORMAT", "xml"), ("DATABASE_POOL_SIZE", "1"), ("TRACE_SAMPLE_RATIO", "2"), ("GRPC_REFLECTION", "perhaps")],
)
def test_a_wrong_value_is_refused_with_the_variables_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationError, match=variable):
        load(Settings)


@pytest.mark.parametrize("variable", ["DATABASE_URL", "SERVICE_PRIVATE_KEY", "SERVICE_PUBLIC_KEYS"])
@pytest.mark.parametrize("how", ["missing", "empty"])
def test_what_is_required_is_missed_by_name(monkeypatch: pytest.MonkeyPatch, variable: str, how: str) -> None:
    if how == "empty":
        monkeypatch.setenv(variable, "")
    else:
        monkeypatch.delenv(variable)
    with pytest.raises(ConfigurationError, match=variable):
        load(Settings)


def test_a_caller_may_have_two_keys_and_an_encryption_key_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    other = base64.b64encode(b"2" * 32).decode()
    monkeypatch.setenv("SERVICE_PUBLIC_KEYS", f"agent={KEY},agent={other}")
    assert load(Settings).public_keys == {"agent": [bytes(32), b"2" * 32]}
    with pytest.raises(ConfigurationError, match="ENCRYPTION_KEYS"):
        parse_keys("ENCRYPTION_KEYS", f"k1={KEY},k1={other}")


@pytest.mark.parametrize("keys", ["agent", "agent=short", "agent=!!!", f"agent={KEY[:-4]}"])
def test_a_bad_key_is_refused_with_the_variables_name(monkeypatch: pytest.MonkeyPatch, keys: str) -> None:
    monkeypatch.setenv("SERVICE_PUBLIC_KEYS", keys)
    with pytest.raises(ConfigurationError, match="SERVICE_PUBLIC_KEYS"):
        _ = load(Settings).public_keys


def test_secrets_do_not_show_in_text_and_settings_do_not_change() -> None:
    settings: Any = load(Settings)
    assert "secret" not in repr(settings)
    assert KEY not in repr(settings.service_private_key)
    with pytest.raises(ValidationError):
        settings.nats_url = "nats://elsewhere"


def test_reflection_is_off_in_production_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    assert not load(Settings).reflection
    monkeypatch.setenv("GRPC_REFLECTION", "true")
    assert load(Settings).reflection
