"""Settings of the agent service."""

from pydantic import Field, SecretStr

from services.common.config import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Read once in `__main__`; a wrong value stops the start with the variable's name."""

    database_pool_size: int = Field(16, ge=2, le=100)
    agent_grpc_port: int = 50054
    tenants_address: str = "127.0.0.1:50051"
    customers_address: str = "127.0.0.1:50052"
    orders_address: str = "127.0.0.1:50053"

    anthropic_api_key: SecretStr = SecretStr("")
    anthropic_base_url: str = "https://api.anthropic.com"
    default_model: str = "claude-sonnet-5-5"
    default_job_model: str = "claude-haiku-5-5"

    silence_window_ms: int = Field(800, ge=0, le=60_000)
    max_wait_ms: int = Field(4000, ge=0, le=300_000)

    max_turns: int = Field(256, ge=1, description="turns under way at once, most of them waiting for the model")
    max_active_turns: int = Field(8, ge=1, description="of those, how many may use the CPU and the database at once")
    turn_lease_seconds: float = Field(30, gt=0)
    turn_grace_seconds: float = Field(
        15, ge=0, le=120, description="after SIGTERM: turns that take longer are handed back, for another process"
    )
    turn_poll_seconds: float = Field(0.5, gt=0)
    resume_poll_seconds: float = Field(5, gt=0, description="between looks for pauses whose time is over")
    max_model_rounds: int = Field(8, ge=1)
    max_output_tokens: int = Field(2048, ge=64)
    max_turn_tokens: int = Field(200_000, ge=1000, description="input and output tokens of one turn")
    max_messages_per_chat_hour: int = Field(120, ge=1)
    max_messages_per_tenant_hour: int = Field(20_000, ge=1)

    model_timeout_seconds: float = Field(60, gt=0, description="one request to the model")
    model_budget_seconds: float = Field(90, gt=0, description="one model call with all its retries")
    tool_timeout_seconds: float = Field(10, gt=0)
    retry_seconds: tuple[float, ...] = Field(
        (2, 5, 15, 30, 60, 60, 120, 240), description="before each retry of a turn"
    )
    holding_after_seconds: float = Field(180, ge=0, description="waiting customers are told once")

    delivery_lease_seconds: float = Field(90, gt=0, description="longer than a send with its second try may take")
    fault_points: str = ""
