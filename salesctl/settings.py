"""Where the services are and which secrets the operator holds.

The environment wins over what the running stack left in DATA_DIR/run, which wins over `.env`; see `.env.example`.
"""

import os
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from devstack.compose_secrets import CALLERS
from devstack.settings import DataDir
from salesctl.errors import HOW_TO_START, CommandError
from services.common.config import decode_key, load
from services.common.development_secrets import is_for_development


class _Place(BaseSettings):
    """Where the data of the stack on this machine is."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, env_file=".env")

    data_dir: DataDir = Field(Path(".data"), description="where the stack on this machine keeps what salesctl needs")


class Settings(BaseSettings):
    """Settings of the operator's commands. An empty variable counts as unset."""

    model_config = SettingsConfigDict(frozen=True, extra="allow", env_ignore_empty=True)

    environment: str = Field("development", description="outside development no development secret is used")
    data_dir: DataDir = Field(Path(".data"), description="where the stack on this machine keeps what salesctl needs")
    tenants_grpc_port: int = Field(50051, description="port of tenants on this machine")
    customers_grpc_port: int = Field(50052, description="port of customers on this machine")
    orders_grpc_port: int = Field(50053, description="port of orders on this machine")
    agent_grpc_port: int = Field(50054, description="port of agent on this machine")
    tenants_address: str = Field("", description="gRPC target of tenants; unset: its port here")
    customers_address: str = Field("", description="gRPC target of customers; unset: its port here")
    orders_address: str = Field("", description="gRPC target of orders; unset: its port here")
    agent_address: str = Field("", description="gRPC target of agent; unset: its port here")
    admin_port: int = Field(8080, description="port of the dashboard on this machine")
    admin_url: str = Field("", description="where people reach the dashboard; unset: its port here")
    telegram_api_base_url: str = Field("", description="Telegram's API, for webhooks")
    service_private_key: SecretStr = Field(SecretStr(""), description="Ed25519 seed of the operator, in base64")

    def address(self, service: str) -> str:
        """host:port of a gRPC service."""
        address: str = getattr(self, f"{service}_address")
        return address or f"127.0.0.1:{getattr(self, f'{service}_grpc_port')}"

    @property
    def dashboard_url(self) -> str:
        """Where people reach the dashboard."""
        return self.admin_url or f"http://127.0.0.1:{self.admin_port}"

    def operator_key(self) -> bytes:
        """The Ed25519 seed with which the operator signs."""
        key = self.service_private_key.get_secret_value()
        if not key:
            raise CommandError(
                f"No key to sign calls with: no stack runs over {self.data_dir}, or its start has only begun, and "
                f"SERVICE_PRIVATE_KEY (the operator's) is not set. {HOW_TO_START}."
            )
        return decode_key("SERVICE_PRIVATE_KEY", key)

    def caller_key(self, caller: str) -> bytes:
        """The seed of any caller: the operator's own, or one of the stack on this machine."""
        if caller == "operator":
            return self.operator_key()
        folder = self.data_dir / "secrets"
        path = folder / f"{caller}.key"
        if caller not in CALLERS or not path.exists():
            known = ", ".join(name for name in CALLERS if (folder / f"{name}.key").exists())
            raise CommandError(f"No key of {caller!r} in {folder}; there are: {known or 'none'}.")
        return decode_key(str(path), path.read_text().strip())

    def secret(self, variable: str, in_development: str = "") -> str:
        """A variable that data, not code, names: a tenant's bot token, for example.

        Unset it is what is given for development. Raises CommandError for a development secret anywhere else.
        """
        kept = (self.model_extra or {}).get(variable.lower(), "")
        secret = os.environ.get(variable) or str(kept) or in_development
        if self.environment != "development" and is_for_development(secret):
            raise CommandError(f"{variable} must be set to a secret of your own: ENVIRONMENT is {self.environment}.")
        return secret


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError that names each wrong variable."""
    stack = load(_Place).data_dir / "run" / "environment.env"
    return load(Settings, _env_file=(".env", stack))
