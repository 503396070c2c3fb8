"""What people prove themselves with: keys and login codes, made, taken apart and hashed.

A key is "asa_<tenant>_<64 hex digits>", a login code "asl_<tenant>_<32 hex digits>": the tenant in front says in which
tenant's transaction to look, and the hash covers it, so the digits are worth nothing with another tenant's name.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass

_KEY_BYTES, _CODE_BYTES = 32, 16
_TENANT = "[a-z][a-z0-9_]{0,62}"
_KEY = re.compile(f"asa_({_TENANT})_[0-9a-f]{{{2 * _KEY_BYTES}}}")
_CODE = re.compile(f"asl_({_TENANT})_[0-9a-f]{{{2 * _CODE_BYTES}}}")


@dataclass(frozen=True, slots=True)
class Presented:
    """What somebody presents: whose tenant it claims, and its hash."""

    tenant_id: str
    digest: bytes


def new_key(tenant_id: str) -> str:
    """A new key with 256 random bits."""
    return f"asa_{tenant_id}_{secrets.token_hex(_KEY_BYTES)}"


def new_code(tenant_id: str) -> str:
    """A new login code with 128 random bits; it lives for minutes, in a link."""
    return f"asl_{tenant_id}_{secrets.token_hex(_CODE_BYTES)}"


def digest(secret: str) -> bytes:
    """What is stored of a key or code: SHA-256. Random bits need no slower hash."""
    return hashlib.sha256(secret.encode()).digest()


def presented_key(text: str) -> Presented | None:
    """None when it does not look like a key."""
    return _presented(_KEY, text)


def presented_code(text: str) -> Presented | None:
    """None when it does not look like a login code."""
    return _presented(_CODE, text)


def _presented(shape: re.Pattern[str], text: str) -> Presented | None:
    found = shape.fullmatch(text)
    return Presented(found[1], digest(text)) if found else None
