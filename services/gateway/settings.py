"""Settings of the gateway."""

from pydantic import Field

from services.common.config import ServiceSettings


class Settings(ServiceSettings):
    """What the gateway reads from its environment."""

    gateway_port: int = Field(8000, ge=0, le=65535)
    gateway_bind_host: str = "127.0.0.1"
    tenants_address: str = "127.0.0.1:50051"
    agent_address: str = "127.0.0.1:50054"
    # No default: the real Telegram is reached only when somebody names it.
    telegram_api_base_url: str = Field(
        pattern=r"^https?://[^\s/]+", description="https://api.telegram.org or a simulator"
    )
    fault_points: str = ""
