"""Settings of the dashboard's edge."""

import hashlib
import hmac
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from services.admin_bff.ui_files import BUILT
from services.common.config import ServiceSettings

_SECRET_CHARACTERS = 32


class Settings(ServiceSettings):
    """What the dashboard's edge reads from its environment."""

    admin_port: int = Field(8080, ge=0, le=65535, description="port of the dashboard and its API")
    admin_bind_host: str = Field("127.0.0.1", description="address that the dashboard listens on")
    tenants_address: str = Field("127.0.0.1:50051", description="gRPC target of tenants")
    customers_address: str = Field("127.0.0.1:50052", description="gRPC target of customers")
    orders_address: str = Field("127.0.0.1:50053", description="gRPC target of orders")
    agent_address: str = Field("127.0.0.1:50054", description="gRPC target of agent")
    session_secret: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="what CSRF tokens are made with: any 32 characters or more, the same in every replica",
    )
    trusted_proxies: str = Field(
        "",
        description="addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto count, comma-separated; "
        "* believes everybody",
    )
    ui_folder: Path = Field(BUILT, description="the built pages of the dashboard")

    @field_validator("session_secret")
    @classmethod
    def _is_long_enough(cls, secret: SecretStr, others: ValidationInfo) -> SecretStr:
        development = others.data.get("environment") == "development"
        if len(secret.get_secret_value()) < _SECRET_CHARACTERS and (secret or not development):
            raise ValueError(
                f"must have {_SECRET_CHARACTERS} characters or more; outside development there is no default"
            )
        return secret

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"http://127.0.0.1:{self.admin_port}/readyz"

    @property
    def csrf_secret(self) -> bytes:
        """What CSRF tokens are made with; in development, if none is set, made of the service's own key."""
        secret = self.session_secret.get_secret_value().encode()
        return secret or hmac.new(self.private_key, b"development session secret", hashlib.sha256).digest()
