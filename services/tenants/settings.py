"""Settings of the tenants service."""

from pydantic import Field, SecretStr

from services.common.config import ConfigurationError, DatabaseSettings, ServiceSettings, parse_keys


class Settings(ServiceSettings, DatabaseSettings):
    """What the tenants service reads from its environment."""

    tenants_grpc_port: int = Field(50051, ge=0, le=65535, description="port of the gRPC server")
    encryption_keys: SecretStr = Field(
        description="AES-256 keys of stored secrets, id=base64,id=base64; the first one encrypts"
    )

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"grpc://127.0.0.1:{self.tenants_grpc_port}"

    @property
    def keys(self) -> dict[str, bytes]:
        """AES-256 keys by id, the one that encrypts first."""
        keys = parse_keys("ENCRYPTION_KEYS", self.encryption_keys.get_secret_value())
        if not keys:
            raise ConfigurationError("ENCRYPTION_KEYS must hold at least one key: id=base64 of 32 bytes")
        return keys
