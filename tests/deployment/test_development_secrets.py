"""Outside development nothing starts with a secret that anybody can read in the repository."""

import base64
from pathlib import Path

import pytest
from pydantic_settings import BaseSettings

from devstack.settings import SettingsError, StackSettings, load_settings
from salesctl.errors import CommandError
from salesctl.seed.content import launch_tenants
from salesctl.settings import Settings as SalesctlSettings
from services.common.config import ConfigurationError, load
from services.common.development_secrets import is_for_development
from services.common.migrate import MigrationSettings
from tests.deployment.settings_classes import SERVICES, secrets, settings_of

_OWN = base64.b64encode(bytes(range(32))).decode()
_FOR_DEVELOPMENT = base64.b64encode(b"tenants key of development".ljust(32, b".")).decode()
# A value for each secret: one's own, and one that is for development.
_VALUES = {
    "DATABASE_URL": (
        "postgresql://orders_service:kX9x2@development.example/sales",  # where it is does not matter
        "postgresql://orders_service:development@db.example/sales",
    ),
    "NATS_URL": ("nats://orders:kX9x2@development:4222", "nats://orders:development@nats:4222"),
    "SERVICE_PRIVATE_KEY": (_OWN, _FOR_DEVELOPMENT),
    "SERVICE_DATABASE_PASSWORD": ("kX9x2", "development"),
    "SERVICE_DATABASE_PASSWORDS": ("orders=kX9x2,agent=y", "orders=kX9x2,agent=development"),
    "ENCRYPTION_KEYS": (f"k2={_OWN}", f"k2={_OWN},k1={_FOR_DEVELOPMENT}"),
    "SESSION_SECRET": ("s" * 32, "the development secret of sessions"),
    "ANTHROPIC_API_KEY": ("sk-ant-0815", "simulator-of-development"),
}
_CLASSES: dict[str, type[BaseSettings]] = {service: settings_of(service) for service in SERVICES}
_CLASSES["migrations"] = MigrationSettings
_PAIRS = [(name, variable) for name, settings in _CLASSES.items() for variable in sorted(secrets(settings))]


def _environment(monkeypatch: pytest.MonkeyPatch, environment: str) -> None:
    others = {"SERVICE_PUBLIC_KEYS": f"tenants={_OWN}", "TELEGRAM_API_BASE_URL": "https://api.telegram.org"}
    for name, value in {**others, **{name: own for name, (own, _) in _VALUES.items()}}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("ENVIRONMENT", environment)


@pytest.mark.parametrize(("process", "variable"), _PAIRS)
def test_a_process_refuses_each_by_its_name(process: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment(monkeypatch, "staging")
    load(_CLASSES[process])
    monkeypatch.setenv(variable, _VALUES[variable][1])
    with pytest.raises(ConfigurationError, match=rf"^{variable}: is a development secret, and ENVIRONMENT is staging$"):
        load(_CLASSES[process])
    monkeypatch.setenv("ENVIRONMENT", "development")
    load(_CLASSES[process])


@pytest.fixture
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no .env is."""
    monkeypatch.chdir(tmp_path)


_BOTS = ("VALDMAN_BOT_TOKEN", "JOANNAS_BOT_TOKEN", "VALDMAN_WEBHOOK_SECRET", "JOANNAS_WEBHOOK_SECRET")


@pytest.mark.usefixtures("empty_folder")
def test_the_stack_refuses_its_own_bots_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    assert all(f"{name}: Value error, is a development secret" in str(refusal.value) for name in _BOTS)
    for name in _BOTS:
        monkeypatch.setenv(name, "12:of-my-own")
    load_settings()
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres:development@db/sales")
    with pytest.raises(SettingsError, match=r"^DATABASE_URL: Value error, is a development secret"):
        load_settings()


@pytest.mark.usefixtures("empty_folder")
def test_seeding_refuses_the_bots_of_the_data_files_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    bots = [content.telegram for content in launch_tenants()]
    secrets_of_bots = [
        pair
        for bot in bots
        for pair in (
            (bot.bot_token_variable, bot.bot_token_in_development),
            (bot.webhook_secret_variable, bot.webhook_secret_in_development),
        )
    ]
    assert {name for name, _ in secrets_of_bots} == set(_BOTS)
    for name, given in secrets_of_bots:
        assert SalesctlSettings().secret(name, given) == given
        monkeypatch.setenv("ENVIRONMENT", "production")
        with pytest.raises(CommandError, match=rf"^{name} must be set to a secret of your own"):
            SalesctlSettings().secret(name, given)
        monkeypatch.setenv(name, "12:of-my-own")
        assert SalesctlSettings().secret(name, given) == "12:of-my-own"
        monkeypatch.setenv("ENVIRONMENT", "development")


def test_every_secret_with_a_default_says_that_it_is_for_development() -> None:
    fields = {name.upper(): field for name, field in StackSettings.model_fields.items()}
    defaults = [fields[name].default.get_secret_value() for name in secrets(StackSettings)]
    assert all(is_for_development(secret) for secret in defaults if secret)
