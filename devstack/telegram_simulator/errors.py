"""Refusals of the Bot API in Telegram's own words."""

from typing import Any


class ApiError(Exception):
    """A call that is answered with ok=false.

    `parameters` may hold `retry_after` (seconds) or `migrate_to_chat_id`, as in Telegram's ResponseParameters.
    """

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body

    def headers(self) -> dict[str, str]:
        """Telegram repeats the wait of a 429 in a header."""
        retry_after = self.parameters.get("retry_after")
        return {} if retry_after is None else {"Retry-After": str(retry_after)}


def bad_request(reason: str) -> ApiError:
    """400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """429: the caller is to wait `retry_after` seconds."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)


def blocked_by_user() -> ApiError:
    """403: the customer blocked the bot."""
    return ApiError(403, "Forbidden: bot was blocked by the user")


def migrated(chat_id: int) -> ApiError:
    """400: the group became a supergroup with another id."""
    reason = "Bad Request: group chat was upgraded to a supergroup chat"
    return ApiError(400, reason, migrate_to_chat_id=chat_id)


def server_error() -> ApiError:
    """500, as Telegram answers when something on its side is down."""
    return ApiError(500, "Internal Server Error")


def unauthorized() -> ApiError:
    """401: the token is not one of a bot (any more)."""
    return ApiError(401, "Unauthorized")


def not_found(detail: str = "") -> ApiError:
    """404: no such path or method."""
    return ApiError(404, "Not Found" + (f": {detail}" if detail else ""))
