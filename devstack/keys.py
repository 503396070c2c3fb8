"""The stack's own secrets: a signing key for each service, the encryption key, the database roles' password, the
dashboard's secret."""

import base64
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from devstack.secret_files import write_secret
from services.common.auth import generate_key_pair, public_key_of


class Keys:
    """Secrets in files that only their owner can read, made when they are first asked for and kept."""

    def __init__(self, folder: Path, callers: Sequence[str]) -> None:
        self._folder = folder
        self._callers = callers

    def private_key(self, caller: str) -> str:
        """SERVICE_PRIVATE_KEY of a caller: its Ed25519 seed in base64."""
        return self._kept(f"{caller}.key", lambda: _encode(generate_key_pair()[0]))

    def public_keys(self) -> str:
        """SERVICE_PUBLIC_KEYS: all callers' public keys, name=base64 joined by commas."""
        seeds = {caller: base64.b64decode(self.private_key(caller)) for caller in self._callers}
        return ",".join(f"{caller}={_encode(public_key_of(seed))}" for caller, seed in seeds.items())

    def encryption_keys(self) -> str:
        """ENCRYPTION_KEYS: one AES-256 key, k1=base64."""
        return "k1=" + self._kept("encryption.key", lambda: _encode(secrets.token_bytes(32)))

    def service_database_password(self) -> str:
        """The password of the services' database roles."""
        return self.password("service-database")

    def password(self, of: str) -> str:
        """A password: letters, digits, - and _, which mean nothing in URLs and configuration files."""
        return self._kept(f"{of}.password", lambda: secrets.token_urlsafe(24))

    def session_secret(self) -> str:
        """SESSION_SECRET of the dashboard."""
        return self._kept("session.secret", lambda: secrets.token_urlsafe(32))

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self._folder / name
        if not path.exists():
            write_secret(path, make())
        return path.read_text()


def _encode(key: bytes) -> str:
    return base64.b64encode(key).decode()
