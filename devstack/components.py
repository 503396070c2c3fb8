"""The parts of the stack as data: what each runs, with which environment, and how to tell that it is up."""

import sys
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from devstack.keys import Keys
from devstack.ports import Ports, variable_of
from devstack.settings import StackSettings

# Any word that no Claude would take.
SIMULATORS_KEY = "simulator-of-development"
# By these a process that a killed supervisor left behind is recognised as ours.
MARKERS = {
    **{name: f"services.{name}" for name in ("tenants", "customers", "orders", "agent", "gateway", "admin_bff")},
    "claude-simulator": "devstack.claude_simulator",
    "telegram-simulator": "devstack.telegram_simulator",
}


@dataclass(frozen=True)
class Component:
    """One process. `stage` orders the stop: the highest stops first."""

    name: str
    module: str
    arguments: tuple[str, ...]
    environment: dict[str, str]
    where: str
    what: str
    stage: int
    check: str  # see checks.is_up

    @property
    def command(self) -> list[str]:
        """The command line."""
        return [sys.executable, "-m", self.module, *self.arguments]


@dataclass(frozen=True)
class Surroundings:
    """What the processes are told: where things are and which secrets are theirs."""

    settings: StackSettings
    ports: Ports
    keys: Keys
    admin_database_url: str
    nats_url: str

    @property
    def anthropic_base_url(self) -> str:
        """The simulator, unless a key or an address is set; empty means Anthropic's own."""
        if self.settings.simulates_claude:
            return self.ports.url("claude-simulator")
        return self.settings.anthropic_base_url

    @property
    def telegram_api_base_url(self) -> str:
        """The simulator, unless an address is set."""
        if self.settings.simulates_telegram:
            return self.ports.url("telegram-simulator")
        return self.settings.telegram_api_base_url

    @property
    def admin_url(self) -> str:
        """Where people reach the dashboard."""
        return self.settings.admin_url or self.ports.url("admin_bff")

    @property
    def service_database_password(self) -> str:
        """The password of the services' database roles."""
        return self.settings.service_database_password.get_secret_value() or self.keys.service_database_password()

    @property
    def session_secret(self) -> str:
        """What the dashboard's CSRF tokens are made with."""
        return self.settings.session_secret.get_secret_value() or self.keys.session_secret()

    def caller_environment(self, caller: str) -> dict[str, str]:
        """What everybody who calls services gets: addresses, its own key, all public keys."""
        addresses = {f"{name.upper()}_ADDRESS": self.ports.address(name) for name in _SERVICE_CALLS}
        return {
            **addresses,
            "ENVIRONMENT": self.settings.environment,
            "LOG_LEVEL": self.settings.log_level,
            "SERVICE_PRIVATE_KEY": self.keys.private_key(caller),
            "SERVICE_PUBLIC_KEYS": self.keys.public_keys(),
            "NATS_URL": self.nats_url,
        }

    def operator_environment(self) -> dict[str, str]:
        """What salesctl gets: it may look everywhere."""
        settings = self.settings
        return {
            **self.caller_environment("operator"),
            **settings.bot_secrets(),
            "DATA_DIR": str(settings.data_dir.resolve()),
            "DATABASE_URL": self.admin_database_url,
            "SERVICE_DATABASE_PASSWORD": self.service_database_password,
            "TELEGRAM_API_BASE_URL": self.telegram_api_base_url,
            "GATEWAY_PORT": str(self.ports["gateway"]),
            "ADMIN_URL": self.admin_url,
        }

    def database_url(self, service: str) -> str:
        """The database as this service's own role sees it."""
        parts = urlsplit(self.admin_database_url)
        host = parts.netloc.rpartition("@")[2]
        account = f"{service}_service:{quote(self.service_database_password, safe='')}"
        return urlunsplit(parts._replace(netloc=f"{account}@{host}"))


_SERVICE_CALLS = ("tenants", "customers", "orders", "agent")
_DOMAIN_STAGE, _AGENT_STAGE, _EDGE_STAGE = 1, 2, 3


def components(around: Surroundings) -> list[Component]:
    """Everything to run besides PostgreSQL and NATS, in the order of the start."""
    return [
        *([_claude_simulator(around)] if around.settings.simulates_claude else []),
        *([_telegram_simulator(around)] if around.settings.simulates_telegram else []),
        _grpc_service(around, "tenants", _DOMAIN_STAGE, {"ENCRYPTION_KEYS": around.keys.encryption_keys()}),
        _grpc_service(around, "customers", _DOMAIN_STAGE, {}),
        _grpc_service(around, "orders", _DOMAIN_STAGE, {}),
        _grpc_service(around, "agent", _AGENT_STAGE, _model_environment(around)),
        _edge(around, "gateway", "webhooks in, replies out", {"TELEGRAM_API_BASE_URL": around.telegram_api_base_url}),
        _edge(around, "admin_bff", "dashboard", {"SESSION_SECRET": around.session_secret}),
    ]


def _grpc_service(around: Surroundings, name: str, stage: int, extra: dict[str, str]) -> Component:
    address = around.ports.address(name)
    environment = around.caller_environment(name) | {
        "DATABASE_URL": around.database_url(name),
        variable_of(name): str(around.ports[name]),
        **extra,
    }
    return Component(
        name=name,
        module=f"services.{name}",
        arguments=(),
        environment=environment,
        where=address,
        what="gRPC service",
        stage=stage,
        check=f"grpc://{address}",
    )


def _edge(around: Surroundings, name: str, what: str, extra: dict[str, str]) -> Component:
    url = around.ports.url(name)
    environment = around.caller_environment(name) | {variable_of(name): str(around.ports[name]), **extra}
    return Component(
        name=name,
        module=f"services.{name}",
        arguments=(),
        environment=environment,
        where=url,
        what=what,
        stage=_EDGE_STAGE,
        check=f"{url}/readyz",
    )


def _model_environment(around: Surroundings) -> dict[str, str]:
    settings = around.settings
    model = {
        # The SDK wants some key; the simulator takes any.
        "ANTHROPIC_API_KEY": SIMULATORS_KEY
        if settings.simulates_claude
        else settings.anthropic_api_key.get_secret_value(),
        "ANTHROPIC_BASE_URL": around.anthropic_base_url,
    }
    windows = {"SILENCE_WINDOW_MS": str(settings.silence_window_ms), "MAX_WAIT_MS": str(settings.max_wait_ms)}
    return {name: value for name, value in model.items() if value} | windows


def _claude_simulator(around: Surroundings) -> Component:
    port = around.ports["claude-simulator"]
    return Component(
        name="claude-simulator",
        module="devstack.claude_simulator",
        arguments=("--host", "127.0.0.1", "--port", str(port)),
        environment={},
        where=around.ports.url("claude-simulator"),
        what="SIMULATOR of Claude",
        stage=0,
        check=f"tcp://127.0.0.1:{port}",
    )


def _telegram_simulator(around: Surroundings) -> Component:
    url = around.ports.url("telegram-simulator")
    return Component(
        name="telegram-simulator",
        module="devstack.telegram_simulator",
        arguments=("--host", "127.0.0.1", "--port", str(around.ports["telegram-simulator"])),
        environment={},
        where=url,
        what="SIMULATOR of Telegram",
        stage=0,
        check=f"{url}/simulator/health",
    )
