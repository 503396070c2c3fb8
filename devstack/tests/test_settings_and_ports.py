"""What the stack reads from outside, and which ports it takes."""

import json
import socket
from pathlib import Path

import pytest

from devstack.components import Surroundings, components
from devstack.compose_secrets import CALLERS
from devstack.keys import Keys
from devstack.ports import PortsTakenError, choose_ports, variable_of
from devstack.processes import PORTS_OF_SERVERS
from devstack.settings import SettingsError, StackSettings, load_settings
from services.common.config import parse_keys

_LEFT_OPEN = ("postgres", "nats", "claude-simulator", "telegram-simulator")
_OURS = (*StackSettings.model_fields, "service_private_key")


@pytest.fixture(autouse=True)
def only_what_the_test_sets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no `.env` of this machine reaches the test."""
    for name in _OURS:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def surroundings(settings: StackSettings, tmp_path: Path) -> Surroundings:
    ports = choose_ports(settings, tmp_path / "ports.json")
    admin = settings.database_url.get_secret_value() or "postgresql://postgres:admin@127.0.0.1:5432/postgres"
    return Surroundings(settings, ports, Keys(tmp_path / "secrets", CALLERS), admin, "nats://127.0.0.1:4222")


def test_without_any_variable_everything_is_embedded_or_simulated(tmp_path: Path) -> None:
    settings = load_settings()
    names = set(choose_ports(settings, tmp_path / "ports.json").by_name)
    assert names == {
        *("postgres", "nats", "claude-simulator", "telegram-simulator"),
        *("tenants", "customers", "orders", "agent", "gateway", "admin_bff"),
    }


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "")
    monkeypatch.setenv("GATEWAY_PORT", "")
    settings = load_settings()
    assert settings.simulates_claude
    assert settings.gateway_port == 8000


def test_the_dot_env_file_is_read_and_the_environment_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ANTHROPIC_API_KEY=sk-file\nGATEWAY_PORT=8100\nDATABASE_POOL_SIZE=7\n")
    monkeypatch.setenv("GATEWAY_PORT", "8200")
    settings = load_settings()
    assert not settings.simulates_claude
    assert settings.gateway_port == 8200
    assert settings.inherited_environment()["DATABASE_POOL_SIZE"] == "7"


def test_a_tilde_is_the_home_of_whoever_starts_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATA_DIR=~/sales-agents\n")
    monkeypatch.setenv("HOME", "/home/dana")
    assert load_settings().data_dir == Path("/home/dana/sales-agents")
    monkeypatch.setenv("DATA_DIR", "~nobody-of-that-name/x")
    with pytest.raises(SettingsError, match="DATA_DIR"):
        load_settings()


def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PORT", "eight thousand")
    with pytest.raises(SettingsError, match="GATEWAY_PORT"):
        load_settings()


def test_a_key_means_the_real_model_and_reaches_only_the_agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-real")
    around = surroundings(load_settings(), tmp_path)
    environments = {part.name: part.environment for part in components(around)}
    assert "claude-simulator" not in environments
    assert environments["agent"]["ANTHROPIC_API_KEY"] == "sk-real"
    inherited = around.settings.inherited_environment()
    assert [name for name, own in environments.items() if "ANTHROPIC_API_KEY" in inherited | own] == ["agent"]


def test_each_service_gets_its_own_key_and_database_role(tmp_path: Path) -> None:
    around = surroundings(StackSettings(), tmp_path)
    environments = {part.name: part.environment for part in components(around) if part.module.startswith("services.")}
    assert len({environment["SERVICE_PRIVATE_KEY"] for environment in environments.values()}) == len(environments)
    assert set(parse_keys("SERVICE_PUBLIC_KEYS", environments["agent"]["SERVICE_PUBLIC_KEYS"])) == set(CALLERS)
    assert environments["orders"]["DATABASE_URL"].startswith("postgresql://orders_service:")
    for secret, owner in (("ENCRYPTION_KEYS", "tenants"), ("SESSION_SECRET", "admin_bff")):
        assert [name for name, own in environments.items() if secret in own] == [owner]
    for edge in ("gateway", "admin_bff"):
        assert "DATABASE_URL" not in environments[edge]
    assert [name for name, own in environments.items() if "TELEGRAM_API_BASE_URL" in own] == ["gateway"]


def test_only_bot_secrets_that_were_set_reach_the_operator(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Seeding writes those that it finds over what an owner set."""
    monkeypatch.setenv("VALDMAN_BOT_TOKEN", "42:the-token-of-a-real-bot")
    monkeypatch.setenv("JOANNAS_BOT_TOKEN", "")
    environment = surroundings(load_settings(), tmp_path).operator_environment()
    given = {name: value for name, value in environment.items() if name.endswith(("_BOT_TOKEN", "_WEBHOOK_SECRET"))}
    assert given == {"VALDMAN_BOT_TOKEN": "42:the-token-of-a-real-bot"}


def test_secrets_are_made_once_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "secrets", CALLERS)
    assert keys.private_key("agent") == Keys(tmp_path / "secrets", CALLERS).private_key("agent")
    assert keys.encryption_keys().startswith("k1=")
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "secrets").iterdir()} == {0o600}


def test_a_chosen_port_stays_the_same(tmp_path: Path) -> None:
    first = choose_ports(StackSettings(), tmp_path / "ports.json")
    assert choose_ports(StackSettings(), tmp_path / "ports.json") == first


@pytest.mark.parametrize("broken", ["", "{", "[1]", '{"nats": "many", "postgres": 70000}', "\udcff"])
def test_ports_whose_file_is_broken_are_chosen_anew(tmp_path: Path, broken: str) -> None:
    file = tmp_path / "ports.json"
    file.write_bytes(broken.encode(errors="surrogateescape"))
    chosen = choose_ports(StackSettings(), file)
    assert json.loads(file.read_text()) == {name: chosen[name] for name in _LEFT_OPEN}
    assert all(chosen[name] in PORTS_OF_SERVERS for name in _LEFT_OPEN)
    assert [path.name for path in tmp_path.iterdir()] == ["ports.json"]


def test_taken_ports_are_named_with_the_variable_that_moves_them(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ports = choose_ports(StackSettings(gateway_port=taken.getsockname()[1]), tmp_path / "ports.json")
        with pytest.raises(PortsTakenError, match=rf"{taken.getsockname()[1]} \(gateway\): set GATEWAY_PORT"):
            ports.check_free()


def test_every_part_has_a_variable_for_its_port(tmp_path: Path) -> None:
    for name in choose_ports(StackSettings(), tmp_path / "ports.json").by_name:
        assert variable_of(name).lower() in StackSettings.model_fields
