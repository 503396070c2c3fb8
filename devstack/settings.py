"""What the laptop stack reads from the environment and from `.env`; every variable is explained in `.env.example`."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

Port = Annotated[int, Field(ge=0, le=65535)]

_BOT_SECRETS = ("VALDMAN_BOT_TOKEN", "JOANNAS_BOT_TOKEN", "VALDMAN_WEBHOOK_SECRET", "JOANNAS_WEBHOOK_SECRET")
# What is handed out to each process by name: no process sees what it does not need.
_HANDED_OUT = frozenset(
    {
        *("DATABASE_URL", "NATS_URL", "SERVICE_PRIVATE_KEY", "SERVICE_PUBLIC_KEYS", "ENCRYPTION_KEYS"),
        *(
            "SERVICE_DATABASE_PASSWORD",
            "SESSION_SECRET",
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
            "TELEGRAM_API_BASE_URL",
        ),
        *_BOT_SECRETS,
    }
)


class SettingsError(Exception):
    """A variable has a value that cannot be; the text names it."""


class StackSettings(BaseSettings):
    """Settings of the whole stack. An empty variable counts as unset."""

    model_config = SettingsConfigDict(frozen=True, extra="allow", env_ignore_empty=True, env_file=".env")

    data_dir: Path = Path(".data")
    environment: str = "development"
    log_level: str = "INFO"

    database_url: SecretStr = SecretStr("")
    nats_url: str = ""
    service_database_password: SecretStr = SecretStr("")
    session_secret: SecretStr = SecretStr("")

    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = ""
    telegram_api_base_url: str = ""

    gateway_port: Port = 8000
    admin_port: Port = 8080
    admin_url: str = ""
    tenants_grpc_port: Port = 50051
    customers_grpc_port: Port = 50052
    orders_grpc_port: Port = 50053
    agent_grpc_port: Port = 50054

    # 0: any free port, chosen at the first start and kept in DATA_DIR.
    postgres_port: Port = 0
    nats_port: Port = 0
    claude_simulator_port: Port = 0
    telegram_simulator_port: Port = 0

    silence_window_ms: int = Field(800, ge=0)
    max_wait_ms: int = Field(4000, ge=0)

    valdman_bot_token: SecretStr = SecretStr("100000001:valdman-development-bot-token")
    joannas_bot_token: SecretStr = SecretStr("100000002:joannas-development-bot-token")
    valdman_webhook_secret: SecretStr = SecretStr("valdman-development-webhook-secret")
    joannas_webhook_secret: SecretStr = SecretStr("joannas-development-webhook-secret")

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
