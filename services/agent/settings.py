"""Settings of the agent service."""

from pydantic import Field, SecretStr

from services.common.config import DatabaseSettings, ServiceSettings


class Settings(ServiceSettings, DatabaseSettings):
    """Read once in `__main__`; a wrong value stops the start with the variable's name."""

    database_pool_size: int = Field(16, ge=2, le=100, description="largest number of connections of one process")
    agent_grpc_port: int = Field(50054, description="port of the gRPC server")
    tenants_address: str = Field("127.0.0.1:50051", description="gRPC target of tenants")
    customers_address: str = Field("127.0.0.1:50052", description="gRPC target of customers")
    orders_address: str = Field("127.0.0.1:50053", description="gRPC target of orders")

    anthropic_api_key: SecretStr = Field(SecretStr(""), description="key of the Claude API")
    anthropic_base_url: str = Field("https://api.anthropic.com", description="address of the Claude API")
    default_model: str = Field("claude-sonnet-5-5", description="for replies, where the tenant names none")
    default_job_model: str = Field(
        "claude-haiku-5-5", description="for summaries and profiles, where the tenant names none"
    )

    silence_window_ms: int = Field(
        800, ge=0, le=60_000, description="messages this close together are answered together (milliseconds)"
    )
    max_wait_ms: int = Field(
        4000, ge=0, le=300_000, description="the first message waits no longer than this for others (milliseconds)"
    )

    max_turns: int = Field(256, ge=1, description="turns under way at once, most of them waiting for the model")
    max_active_turns: int = Field(
        8, ge=1, description="of MAX_TURNS, how many may use the CPU and the database at once"
    )
    turn_lease_seconds: float = Field(
        30, gt=0, description="how long a worker owns a turn without a sign of life from it"
    )
    turn_grace_seconds: float = Field(
        15, ge=0, le=15, description="after SIGTERM: turns that take longer are handed back, for another process"
    )
    turn_poll_seconds: float = Field(0.5, gt=0, description="between looks for due turns, beside being woken")
    resume_poll_seconds: float = Field(5, gt=0, description="between looks for pauses whose time is over")
    max_model_rounds: int = Field(8, ge=1, description="calls of the model in one turn")
    max_output_tokens: int = Field(2048, ge=64, description="tokens of one answer of the model")
    max_turn_tokens: int = Field(200_000, ge=1000, description="input and output tokens of one turn")
    max_messages_per_chat_hour: int = Field(
        120, ge=1, description="what one chat may send in an hour before answers pause and a person is told"
    )
    max_messages_per_tenant_hour: int = Field(20_000, ge=1, description="what all chats of a tenant may send, likewise")

    model_timeout_seconds: float = Field(60, gt=0, description="one request to the model")
    model_budget_seconds: float = Field(90, gt=0, description="one model call with all its retries")
    tool_timeout_seconds: float = Field(10, gt=0, description="one call of a tool")
    retry_seconds: tuple[float, ...] = Field(
        (2, 5, 15, 30, 60, 60, 120, 240),
        description="pauses before each retry of a turn, a JSON list; after the last an apology",
    )
    holding_after_seconds: float = Field(180, ge=0, description="customers who wait this long are told so, once")

    delivery_lease_seconds: float = Field(
        90, gt=0, description="how long a gateway owns a reply; longer than a send with its second try may take"
    )
    fault_points: str = Field("", description="where a test has the process die; development only")

    @property
    def health_url(self) -> str:
        """Where this process tells its health."""
        return f"grpc://127.0.0.1:{self.agent_grpc_port}"
