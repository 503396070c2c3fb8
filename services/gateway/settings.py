"""Settings of the gateway."""

from pydantic import Field

from services.common.config import ServiceSettings


class Settings(ServiceSettings):
    """What the gateway reads from its environment."""

    gateway_port: int = Field(8000, ge=0, le=65535, description="port of the webhooks")
    gateway_bind_host: str = Field("127.0.0.1", description="address that the webhooks listen on")
    tenants_address: str = Field("127.0.0.1:50051", description="gRPC target of tenants")
    agent_address: str = Field("127.0.0.1:50054", description="gRPC target of agent")
    # No default: the real Telegram is reached only when somebody names it.
    telegram_api_base_url: str = Field(
        pattern=r"^https?://[^\s/]+", description="https://api.telegram.org or a simulator"
    )
    fault_points: str = Field("", description="where a test has the process die; development only")

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"http://127.0.0.1:{self.gateway_port}/readyz"
