"""The part of every service's settings that is the same everywhere."""

import base64
import binascii
from typing import Annotated, Any, TypeVar

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

S = TypeVar("S", bound=BaseSettings)


class ConfigurationError(Exception):
    """A setting is missing or wrong; the text names the variable."""


def decode_key(name: str, value: str) -> bytes:
    """Decode a base64 key of 32 bytes, or raise ConfigurationError naming the variable."""
    try:
        key = base64.b64decode(value, validate=True)
    except binascii.Error as error:
        raise ConfigurationError(f"{name} is not base64") from error
    if len(key) != 32:
        raise ConfigurationError(f"{name} must be 32 bytes in base64, it is {len(key)} bytes")
    return key


def parse_keys(name: str, value: str) -> dict[str, bytes]:
    """Parse "id=base64,id=base64" into keys of 32 bytes, in order, or raise ConfigurationError."""
    keys = {}
    for part in filter(None, (part.strip() for part in value.split(","))):
        key_id, separator, encoded = part.partition("=")
        if not separator:
            raise ConfigurationError(f"{name} must look like id=base64,id=base64; {part[:8]}… has no '='")
        keys[key_id.strip()] = decode_key(f"{name} ({key_id})", encoded.strip())
    return keys


_READING = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)


class ServiceSettings(BaseSettings):
    """Settings that every service reads from its environment."""

    model_config = _READING

    environment: Annotated[str, NoDecode] = "development"
    log_level: str = Field("INFO", pattern="(?i)^(debug|info|warning|error|critical)$")
    log_format: str = Field("console", pattern="^(console|json)$")
    nats_url: str = "nats://127.0.0.1:4222"
    service_private_key: SecretStr = Field(description="Ed25519 seed of this service, 32 bytes in base64")
    service_public_keys: str = Field(description="Ed25519 public keys, name=base64,name=base64")
    grpc_bind_host: str = "127.0.0.1"
    grpc_reflection: bool | None = None
    otel_exporter_otlp_endpoint: str = ""
    trace_sample_ratio: float = Field(0.0, ge=0, le=1)
    metrics_port: int = 0
    shutdown_delay_seconds: float = Field(
        0, ge=0, le=60, description="after SIGTERM, while not ready: so long are calls still served"
    )

    @property
    def development(self) -> bool:
        return self.environment == "development"

    @property
    def reflection(self) -> bool:
        return self.development if self.grpc_reflection is None else self.grpc_reflection

    @property
    def private_key(self) -> bytes:
        return decode_key("SERVICE_PRIVATE_KEY", self.service_private_key.get_secret_value())

    @property
    def public_keys(self) -> dict[str, bytes]:
        return parse_keys("SERVICE_PUBLIC_KEYS", self.service_public_keys)


class DatabaseSettings(BaseSettings):
    """Settings of a service that owns data."""

    model_config = _READING  # of several bases the last one's counts, defaults included

    database_url: SecretStr = Field(description="PostgreSQL URL with this service's own role")
    database_pool_size: int = Field(10, ge=2, le=100)


def load(settings_class: type[S], **overrides: Any) -> S:
    """Read settings from the environment, or raise ConfigurationError that names each wrong variable."""
    try:
        return settings_class(**overrides)
    except ValidationError as error:
        problems = "; ".join(
            f"{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(problems) from None
