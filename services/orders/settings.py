"""Settings of the orders service."""

from pydantic import Field

from services.common.config import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Read from the environment; see .env.example."""

    orders_grpc_port: int = Field(50053, ge=0, le=65535)
    tenants_address: str = "127.0.0.1:50051"
