"""Where the services are and which secrets the operator holds.

The environment wins over what the running stack left in DATA_DIR/run, which wins over `.env`; see `.env.example`.
"""

import os
import re
from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from salesctl.errors import HOW_TO_START, CommandError
from services.common.config import decode_key, load

_CALLER = re.compile(r"[a-z][a-z_]*")


class _Place(BaseSettings):
    """Where the data of the stack on this machine is."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, env_file=".env")

    data_dir: Path = Path(".data")


class Settings(BaseSettings):
    """Settings of the operator's commands. An empty variable counts as unset."""

    model_config = SettingsConfigDict(frozen=True, extra="allow", env_ignore_empty=True)

    data_dir: Path = Path(".data")
    tenants_grpc_port: int = 50051
    customers_grpc_port: int = 50052
    orders_grpc_port: int = 50053
    agent_grpc_port: int = 50054
    tenants_address: str = ""
    customers_address: str = ""
    orders_address: str = ""
    agent_address: str = ""
    admin_port: int = 8080
    admin_url: str = ""
    telegram_api_base_url: str = ""
    service_private_key: SecretStr = SecretStr("")

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
                "No key to sign calls with: no stack runs over "
                f"{self.data_dir}, and SERVICE_PRIVATE_KEY (the operator's) is not set. {HOW_TO_START}."
            )
        return decode_key("SERVICE_PRIVATE_KEY", key)

    def caller_key(self, caller: str) -> bytes:
        """The seed of any caller: the operator's own, or one of the stack on this machine."""
        if caller == "operator":
            return self.operator_key()
        folder = self.data_dir / "secrets"
        path = folder / f"{caller}.key"
        if not _CALLER.fullmatch(caller) or not path.exists():
            known = ", ".join(sorted(file.stem for file in folder.glob("*.key") if file.stem != "encryption"))
            raise CommandError(f"No key of {caller!r} in {folder}; there are: {known or 'none'}.")
        return decode_key(str(path), path.read_text().strip())

    def secret(self, variable: str) -> str:
        """A variable that data, not code, names: a tenant's bot token, for example. Empty when unset."""
        kept = (self.model_extra or {}).get(variable.lower(), "")
        return os.environ.get(variable) or str(kept)


def load_settings() -> Settings:
    """Read the settings. Raises ConfigurationError that names each wrong variable."""
    stack = load(_Place).data_dir / "run" / "environment.env"
    return load(Settings, _env_file=(".env", stack))
