"""Settings of the customers service."""

from pydantic import Field

from services.common.config import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """What the customers service reads from its environment."""

    customers_grpc_port: int = Field(50052, ge=0, le=65535, description="port of the gRPC server")
    default_phone_region: str = Field("IL", pattern="^[A-Z]{2}$", description="region of phone numbers without +")

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"grpc://127.0.0.1:{self.customers_grpc_port}"
