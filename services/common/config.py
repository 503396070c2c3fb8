"""The part of every service's settings that is the same everywhere."""

import base64
import binascii
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.common.development_secrets import is_for_development

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
    pairs = _key_pairs(name, value)
    keys = dict(pairs)
    if len(keys) < len(pairs):
        raise ConfigurationError(f"{name} names a key twice")
    return keys


def _key_pairs(name: str, value: str) -> list[tuple[str, bytes]]:
    pairs = []
    for part in filter(None, (part.strip() for part in value.split(","))):
        key_id, separator, encoded = part.partition("=")
        if not separator:
            raise ConfigurationError(f"{name} must look like id=base64,id=base64; {part[:8]}… has no '='")
        pairs.append((key_id.strip(), decode_key(f"{name} ({key_id})", encoded.strip())))
    return pairs


_READING = SettingsConfigDict(frozen=True, extra="ignore", env_ignore_empty=True)


class ServiceSettings(BaseSettings):
    """Settings that every service reads from its environment."""

    model_config = _READING

    environment: Annotated[str, NoDecode] = Field(
        "development", description="development, or any other word, such as production: then nothing is lenient"
    )
    log_level: str = Field(
        "INFO",
        pattern="(?i)^(debug|info|warning|error|critical)$",
        description="DEBUG, INFO, WARNING, ERROR; texts of messages and prompts are logged at DEBUG only",
    )
    log_format: str = Field("console", pattern="^(console|json)$", description="console or json")
    nats_url: SecretStr = Field(
        SecretStr("nats://127.0.0.1:4222"), description="NATS with JetStream, the service's own user and password in it"
    )
    service_private_key: SecretStr = Field(description="Ed25519 seed of this service alone, 32 bytes in base64")
    service_public_keys: str = Field(description="Ed25519 public keys of all callers, name=base64,name=base64")
    grpc_bind_host: str = Field("127.0.0.1", description="address that the gRPC server listens on")
    grpc_reflection: bool | None = Field(
        None, description="whether callers may ask for the contracts; unset: in development"
    )
    otel_exporter_otlp_endpoint: str = Field("", description="where traces go, OTLP over gRPC; unset: nowhere")
    trace_sample_ratio: float = Field(0.0, ge=0, le=1, description="share of messages that is traced")
    metrics_port: int = Field(0, description="port of Prometheus metrics; 0: none")
    shutdown_delay_seconds: float = Field(
        0, ge=0, le=10, description="after SIGTERM, while not ready: so long are calls still served"
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
    def public_keys(self) -> dict[str, list[bytes]]:
        """The keys of each caller: more than one while its key is being changed."""
        keys: dict[str, list[bytes]] = {}
        for caller, key in _key_pairs("SERVICE_PUBLIC_KEYS", self.service_public_keys):
            keys.setdefault(caller, []).append(key)
        return keys


class DatabaseSettings(BaseSettings):
    """Settings of a service that owns data."""

    model_config = _READING  # of several bases the last one's counts, defaults included

    database_url: SecretStr = Field(description="PostgreSQL URL with this service's own role")
    database_pool_size: int = Field(10, ge=2, le=100, description="largest number of connections of one process")
    nats_stream_replicas: int = Field(
        1, ge=1, le=5, description="on how many NATS servers the service's events are kept; not more than there are"
    )


def load(settings_class: type[S], **overrides: Any) -> S:
    """Read settings from the environment, or raise ConfigurationError that names each wrong variable."""
    try:
        settings = settings_class(**overrides)
    except ValidationError as error:
        problems = "; ".join(
            f"{'_'.join(str(part) for part in problem['loc']).upper()}: {problem['msg']}" for problem in error.errors()
        )
        raise ConfigurationError(problems) from None
    _refuse_development_secrets(settings)
    return settings


def _refuse_development_secrets(settings: BaseSettings) -> None:
    """Raises ConfigurationError that names those in use outside development, and simulators."""
    environment = getattr(settings, "environment", "development")
    if environment == "development":
        return
    secrets = ((name, value.get_secret_value()) for name, value in settings if isinstance(value, SecretStr))
    wrong = {name: "a development secret" for name, secret in secrets if is_for_development(secret)}
    addresses = {name: value for name, value in settings if name.endswith("_base_url")}
    wrong |= {name: "a simulator's address" for name, url in addresses.items() if "simulator" in urlsplit(url).netloc}
    if wrong:
        raise ConfigurationError(
            "; ".join(f"{name.upper()}: is {what}, and ENVIRONMENT is {environment}" for name, what in wrong.items())
        )
