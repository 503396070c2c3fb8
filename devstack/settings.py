"""What the laptop stack reads from the environment and from `.env`; every variable is explained in `.env.example`."""

import os
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from devstack.compose_secrets import COMPOSE_SECRETS
from services.common.development_secrets import is_for_development


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:  # there is nobody of that name
        raise ValueError(str(error)) from None


DataDir = Annotated[Path, AfterValidator(_expanded)]
Port = Annotated[int, Field(ge=0, le=65535)]

_BOT_SECRETS = ("VALDMAN_BOT_TOKEN", "JOANNAS_BOT_TOKEN", "VALDMAN_WEBHOOK_SECRET", "JOANNAS_WEBHOOK_SECRET")
# What is handed out to each process by name: no process sees what it does not need.
_HANDED_OUT = frozenset(
    {
        *("DATABASE_URL", "NATS_URL", "SERVICE_PRIVATE_KEY", "SERVICE_PUBLIC_KEYS", "ENCRYPTION_KEYS"),
        *("SERVICE_DATABASE_PASSWORD", "SESSION_SECRET"),
        "METRICS_PORT",
        *("ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "TELEGRAM_API_BASE_URL"),
        *_BOT_SECRETS,
        *COMPOSE_SECRETS,
    }
)


def _of_a_bot(in_development: str, what: str) -> Any:
    """The field of a secret of a launch tenant's bot, whose default is refused outside development."""
    description = f"{what}, written over the stored one where set"
    return Field(SecretStr(in_development), validate_default=True, description=description)


class SettingsError(Exception):
    """A variable has a value that cannot be; the text names it."""


class StackSettings(BaseSettings):
    """Settings of the whole stack. An empty variable counts as unset."""

    model_config = SettingsConfigDict(frozen=True, extra="allow", env_ignore_empty=True, env_file=".env")

    data_dir: DataDir = Field(Path(".data"), description="databases, keys, logs and pids of the stack on this machine")
    environment: str = Field("development", description="what every process is told")
    log_level: str = Field("INFO", description="what every process is told")

    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL, as a role that may create roles and schemas; unset: an embedded one"
    )
    nats_url: str = Field("", description="NATS with JetStream; unset: an embedded one")
    service_database_password: SecretStr = Field(
        SecretStr(""), description="password of the services' own roles; unset: made and kept in DATA_DIR"
    )
    session_secret: SecretStr = Field(SecretStr(""), description="of the dashboard; unset: made and kept in DATA_DIR")

    anthropic_api_key: SecretStr = Field(
        SecretStr(""), description="key of the Claude API; unset, and no ANTHROPIC_BASE_URL: a simulator"
    )
    anthropic_base_url: str = Field("", description="address of the Claude API; unset: Anthropic's or the simulator's")
    telegram_api_base_url: str = Field("", description="https://api.telegram.org; unset: a simulator")

    gateway_port: Port = Field(8000, description="port of the webhooks")
    admin_port: Port = Field(8080, description="port of the dashboard")
    admin_url: str = Field("", description="where people reach the dashboard; unset: at ADMIN_PORT")
    tenants_grpc_port: Port = Field(50051, description="port of tenants")
    customers_grpc_port: Port = Field(50052, description="port of customers")
    orders_grpc_port: Port = Field(50053, description="port of orders")
    agent_grpc_port: Port = Field(50054, description="port of agent")

    postgres_port: Port = Field(0, description="port of the embedded PostgreSQL; 0: a free one, kept in DATA_DIR")
    nats_port: Port = Field(0, description="port of the embedded NATS; 0: a free one, kept in DATA_DIR")
    claude_simulator_port: Port = Field(0, description="port of Claude's simulator; 0: a free one, kept in DATA_DIR")
    telegram_simulator_port: Port = Field(
        0, description="port of Telegram's simulator; 0: a free one, kept in DATA_DIR"
    )

    metrics_port: Port = Field(0, description="left out: all services would listen on this one port")

    silence_window_ms: int = Field(800, ge=0, description="what the agent is told")
    max_wait_ms: int = Field(4000, ge=0, description="what the agent is told")

    valdman_bot_token: SecretStr = _of_a_bot("100000001:valdman-development-bot-token", "bot token of valdman")
    joannas_bot_token: SecretStr = _of_a_bot("100000002:joannas-development-bot-token", "bot token of joannas_bakery")
    valdman_webhook_secret: SecretStr = _of_a_bot(
        "valdman-development-webhook-secret", "what Telegram sends with each call to valdman"
    )
    joannas_webhook_secret: SecretStr = _of_a_bot(
        "joannas-development-webhook-secret", "what Telegram sends with each call to joannas_bakery"
    )

    @field_validator("*")
    @classmethod
    def _is_no_development_secret(cls, value: object, others: ValidationInfo) -> object:
        environment = others.data.get("environment", "development")
        if (
            environment != "development"
            and isinstance(value, SecretStr)
            and is_for_development(value.get_secret_value())
        ):
            raise ValueError(f"is a development secret, and ENVIRONMENT is {environment}")
        return value

    @property
    def simulates_claude(self) -> bool:
        """Whether the stack starts the simulator of Claude."""
        return not self.anthropic_api_key.get_secret_value() and not self.anthropic_base_url

    @property
    def simulates_telegram(self) -> bool:
        """Whether the stack starts the simulator of Telegram."""
        return not self.telegram_api_base_url

    def bot_secrets(self) -> dict[str, str]:
        """The bots' secrets that somebody set, by variable: a default would undo what an owner set since."""
        given = (name for name in _BOT_SECRETS if name.lower() in self.model_fields_set)
        return {name: getattr(self, name.lower()).get_secret_value() for name in given}

    def inherited_environment(self) -> dict[str, str]:
        """What every process gets: our own environment and `.env`, without what is handed out by name."""
        inherited = {name.upper(): str(value) for name, value in (self.model_extra or {}).items()} | dict(os.environ)
        return {name: value for name, value in inherited.items() if name not in _HANDED_OUT}


def load_settings() -> StackSettings:
    """Read the settings. Raises SettingsError that names each wrong variable."""
    try:
        return StackSettings()
    except ValidationError as error:
        wrong = (f"{'.'.join(map(str, problem['loc'])).upper()}: {problem['msg']}" for problem in error.errors())
        raise SettingsError("; ".join(wrong)) from None
