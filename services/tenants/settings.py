"""Settings of the tenants service."""

from pydantic import Field, SecretStr

from services.common.config import ConfigurationError, DatabaseSettings, ServiceSettings, parse_keys


class Settings(ServiceSettings, DatabaseSettings):
    """What the tenants service reads from its environment."""

    tenants_grpc_port: int = Field(50051, ge=0, le=65535)
    encryption_keys: SecretStr = Field(description="AES keys of stored secrets, id=base64,…; the first one encrypts")

    @property
    def keys(self) -> dict[str, bytes]:
        """AES-256 keys by id, the one that encrypts first."""
        keys = parse_keys("ENCRYPTION_KEYS", self.encryption_keys.get_secret_value())
        if not keys:
            raise ConfigurationError("ENCRYPTION_KEYS must hold at least one key: id=base64 of 32 bytes")
        return keys
