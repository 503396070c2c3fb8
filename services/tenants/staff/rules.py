"""What a valid key or code is: its name, its role, how many there may be and how long a code can be used."""

from datetime import timedelta

from services.common.errors import DomainError, bad
from services.common.staff import Role
from services.tenants.validation import checked_text

MAX_STAFF_NAME = 100
MAX_WORKING_KEYS = 100  # of a tenant; lists of keys have no pages
CODE_LIFE = timedelta(minutes=10)


def checked_name(value: str) -> str:
    """The name in one line. Raises INVALID_ARGUMENT."""
    name = " ".join(checked_text("display_name", value, MAX_STAFF_NAME).split())
    if not name:
        raise bad("display_name", "REQUIRED", "is empty", f"a name of 1 to {MAX_STAFF_NAME} characters")
    return name


def checked_role(value: int) -> Role:
    """Raises INVALID_ARGUMENT."""
    try:
        return Role(value)
    except ValueError:
        raise _bad_role(value) from None


def _bad_role(value: int) -> DomainError:
    return bad("role", "BAD_ROLE", f"is {value}" if value else "is not given", "viewer, manager or owner")
