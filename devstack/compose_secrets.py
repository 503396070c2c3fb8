"""Names of the secrets in `.env` that docker-compose.yml hands out, each to the one container that needs it."""

CALLERS = ("tenants", "customers", "orders", "agent", "gateway", "admin_bff", "operator")
WITH_DATABASE = ("tenants", "customers", "orders", "agent")


def private_key(caller: str) -> str:
    """What becomes its SERVICE_PRIVATE_KEY."""
    return f"{caller.upper()}_PRIVATE_KEY"


def database_password(service: str) -> str:
    """Of its role in PostgreSQL."""
    return f"{service.upper()}_DATABASE_PASSWORD"


def nats_password(caller: str) -> str:
    """Of its account at NATS."""
    return f"{caller.upper()}_NATS_PASSWORD"


COMPOSE_SECRETS = frozenset(
    {
        "POSTGRES_PASSWORD",
        *map(private_key, CALLERS),
        *map(database_password, WITH_DATABASE),
        *map(nats_password, CALLERS),
    }
)
