"""What a tenant id looks like."""

import re

from services.common.errors import DomainError, invalid

_TENANT_ID = re.compile(r"[a-z][a-z0-9_]{0,62}")


def is_tenant_id(value: str) -> bool:
    """Whether the value is a well-formed tenant id; only such a value may reach a statement's text."""
    return _TENANT_ID.fullmatch(value) is not None


def bad_tenant_id(value: str) -> DomainError:
    """The error for a missing or malformed tenant id."""
    return invalid(
        "x-tenant-id",
        "BAD_TENANT_ID",
        f"metadata x-tenant-id must be a lower-case letter followed by letters, digits or underscores, "
        f"63 characters at most; got {value[:80]!r}",
    )
