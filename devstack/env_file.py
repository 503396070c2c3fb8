"""`make env`: writes `.env` for docker compose, with strong secrets, and never over one that is there."""

import sys
import tempfile
from pathlib import Path

from devstack.compose_secrets import CALLERS, WITH_DATABASE, database_password, nats_password, private_key
from devstack.keys import Keys
from devstack.secret_files import write_new_secret

_HEAD = """\
# Written by `make env`. docker compose reads it; so do `make up` and salesctl. Whoever has it has everything: it does
# not belong into any repository.

# As it stands, this is for `docker compose --profile demo up`: simulators answer for Claude and Telegram.
# For real, set these four; outside development simulators and development secrets are refused by name.
# A business then comes in with `salesctl seed --tenant`: docs/operations.md, Compose.
ENVIRONMENT=development
#ANTHROPIC_API_KEY=
#ANTHROPIC_BASE_URL=https://api.anthropic.com
#TELEGRAM_API_BASE_URL=https://api.telegram.org

# Where people reach the dashboard, for the links to it that are printed, and the proxies in front of it, which end TLS.
#ADMIN_URL=https://dashboard.example.com
#TRUSTED_PROXIES=
# Where the two ports are published; anything but this machine needs a proxy that ends TLS.
#PUBLISH_ADDRESS=127.0.0.1
#GATEWAY_PORT=8000
#ADMIN_PORT=8080

# Any other variable of docs/operations.md may follow here; .env.example explains each.
"""


def compose_environment(keys: Keys) -> dict[str, str]:
    """Every secret that docker-compose.yml asks for."""
    return {
        "POSTGRES_PASSWORD": keys.password("postgres"),
        **{database_password(name): keys.password(f"{name}-database") for name in WITH_DATABASE},
        **{nats_password(name): keys.password(f"{name}-nats") for name in CALLERS},
        **{private_key(name): keys.private_key(name) for name in CALLERS},
        "SERVICE_PUBLIC_KEYS": keys.public_keys(),
        "ENCRYPTION_KEYS": keys.encryption_keys(),
        "SESSION_SECRET": keys.session_secret(),
    }


def fresh_secrets() -> dict[str, str]:
    """The same, made for this call and kept nowhere."""
    with tempfile.TemporaryDirectory() as folder:
        return compose_environment(Keys(Path(folder), CALLERS))


def main() -> int:
    """Write `.env` in the current folder; 1 if there is one."""
    path = Path(".env")
    lines = "".join(f"{name}={value}\n" for name, value in fresh_secrets().items())
    try:
        write_new_secret(path, f"{_HEAD}\n# --- Secrets ---\n{lines}")
    except FileExistsError:
        print(".env is there already, and secrets in use cannot be made anew: it stays as it is.", file=sys.stderr)
        return 1
    print("Wrote .env. Now: docker compose --profile demo up")
    return 0


if __name__ == "__main__":
    sys.exit(main())
