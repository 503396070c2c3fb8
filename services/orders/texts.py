"""Checks of texts and ids that come in with requests."""

import re
import unicodedata

from services.common.errors import invalid

_ID = re.compile(r"[\x21-\x7e]{1,128}")
_LINE_BREAKS = "\n\t\r"


def check_text(value: str, field: str, longest: int) -> str:
    """The text without blanks around it; TEXT_TOO_LONG or BAD_TEXT (control characters) otherwise."""
    text = value.strip()
    if len(text) > longest:
        raise invalid(
            field,
            "TEXT_TOO_LONG",
            f"{field} may have {longest:,} characters at most, it has {len(text):,}",
            valid=f"at most {longest} characters",
        )
    if any(unicodedata.category(letter) == "Cc" and letter not in _LINE_BREAKS for letter in text):
        raise invalid(field, "BAD_TEXT", f"{field} has control characters in it", valid="plain text")
    return text


def check_line(value: str, field: str, longest: int) -> str:
    """A text that may not be empty, on one line with single blanks; EMPTY_TEXT and the errors of `check_text`."""
    text = " ".join(check_text(value, field, longest).split())
    if not text:
        raise invalid(field, "EMPTY_TEXT", f"{field} must not be empty", valid=f"1 to {longest} characters")
    return text


def check_id(value: str, field: str, reason: str = "BAD_ID") -> str:
    """An id of another service: 1 to 128 visible ASCII characters."""
    if not _ID.fullmatch(value):
        raise invalid(
            field, reason, f"{field} must be 1 to 128 visible characters without blanks", valid="1 to 128 characters"
        )
    return value
