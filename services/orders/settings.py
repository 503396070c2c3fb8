"""Settings of the orders service."""

from pydantic import Field

from services.common.config import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Read from the environment; see .env.example."""

    orders_grpc_port: int = Field(50053, ge=0, le=65535, description="port of the gRPC server")
    tenants_address: str = Field("127.0.0.1:50051", description="gRPC target of tenants")

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"grpc://127.0.0.1:{self.orders_grpc_port}"
