"""Encryption of secrets at rest: AES-256-GCM bound to tenant and row, with the key's id in front for rotation.

Stored form: key id, ":", 12 bytes of nonce, ciphertext with tag. To rotate, give every replica the new key as a second
one, then put it first in ENCRYPTION_KEYS, and keep the old one until every secret is re-encrypted (see rotation.py).
"""

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class UndecryptableError(Exception):
    """The secret was moved, damaged, or encrypted with a key that is not configured."""


class SecretBox:
    """Encrypts with the first of its keys and decrypts with any of them."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}
        self._current = next(iter(keys))

    def encrypt(self, secret: str, *place: str) -> bytes:
        """Encrypt for one place (tenant, row, column); it decrypts nowhere else."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, secret.encode(), _associated_data(place))
        return self._current.encode() + b":" + nonce + sealed

    def decrypt(self, stored: bytes, *place: str) -> str:
        """Decrypt what `encrypt` made for the same place, or raise UndecryptableError."""
        key_id, _, rest = stored.partition(b":")
        cipher = self._ciphers.get(key_id.decode(errors="replace"))
        if cipher is None:
            raise UndecryptableError(f"no key {key_id[:20]!r} in ENCRYPTION_KEYS")
        try:
            return cipher.decrypt(rest[:_NONCE_BYTES], rest[_NONCE_BYTES:], _associated_data(place)).decode()
        except (InvalidTag, ValueError) as error:
            raise UndecryptableError("the secret does not belong here or was changed") from error

    def is_current(self, stored: bytes) -> bool:
        """Whether the secret is encrypted with the key that encrypts now."""
        return stored.partition(b":")[0] == self._current.encode()


def _associated_data(place: tuple[str, ...]) -> bytes:
    # Lengths keep ("ab", "c") and ("a", "bc") apart.
    return b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in place)
