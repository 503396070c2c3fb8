"""The errors of the Messages API and their bodies."""

import secrets
import string
from collections.abc import Mapping
from typing import Any

_ALPHABET = string.ascii_letters + string.digits


class ApiError(Exception):
    """An answer that is not a message: HTTP `status`, error `kind` such as `invalid_request_error`, `headers`."""

    def __init__(self, status: int, kind: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.headers = dict(headers or {})

    def body(self, request_id: str) -> dict[str, Any]:
        """The JSON body."""
        error = {"type": self.kind, "message": self.message}
        return {"type": "error", "error": error, "request_id": request_id}


def invalid_request(message: str) -> ApiError:
    """400: the request breaks a rule of the API."""
    return ApiError(400, "invalid_request_error", message)


def unique_id(prefix: str) -> str:
    """An id as the API makes them: `msg_01…`, `toolu_01…`, `req_01…`."""
    return f"{prefix}_01" + "".join(secrets.choice(_ALPHABET) for _ in range(22))
