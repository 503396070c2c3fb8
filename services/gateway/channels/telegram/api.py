"""Calls of the Bot API. A bot's token stands in each URL, so no URL ever reaches a log or an error's text."""

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx2
from pydantic import BaseModel, ValidationError

# The pool is larger than all sends and typing calls at once, so that nothing waits for a connection. Each call looks
# at every idle connection (some 20 µs apiece), so only as many are kept as a steady flow needs.
_LIMITS = httpx2.Limits(max_connections=160, max_keepalive_connections=16, keepalive_expiry=20)
_TIMEOUT = httpx2.Timeout(connect=5, write=5, read=15, pool=5)
_TRIVIAL_TIMEOUT = httpx2.Timeout(3)
_NEVER_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.InvalidURL,
)


class NotSentError(Exception):
    """The request never left: Telegram cannot have acted on it."""


class NoAnswerError(Exception):
    """The request may have arrived, but no answer came: Telegram may have acted on it."""


class _Parameters(BaseModel):
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None


class Answer(BaseModel):
    """What Telegram answered; `status` is the HTTP status, 200 when `ok`."""

    status: int = 0
    ok: bool
    result: Any = None
    description: str = ""
    parameters: _Parameters = _Parameters()


def http_client() -> httpx2.AsyncClient:
    """The one client of the process. It follows no redirect: that would carry a token elsewhere."""
    # It logs each URL at INFO.
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    logging.getLogger("httpcore2").setLevel(logging.WARNING)
    return httpx2.AsyncClient(limits=_LIMITS, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


class TelegramApi:
    """The methods we use, at api.telegram.org or wherever `base_url` points."""

    def __init__(self, client: httpx2.AsyncClient, base_url: str) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")

    async def call(self, token: str, method: str, parameters: Mapping[str, Any], *, trivial: bool = False) -> Answer:
        """Call a method; a trivial call is given up soon. Raises NotSentError or NoAnswerError.

        Any answer at all is returned; one that is not Telegram's JSON (a proxy's error page) has ok=False and its
        HTTP status.
        """
        url = f"{self._base_url}/bot{quote(token, safe=':')}/{method}"
        try:
            response = await self._client.post(
                url, json=parameters, timeout=_TRIVIAL_TIMEOUT if trivial else httpx2.USE_CLIENT_DEFAULT
            )
        except _NEVER_SENT as error:
            raise NotSentError(type(error).__name__) from None
        except httpx2.HTTPError as error:
            raise NoAnswerError(type(error).__name__) from None
        return _read(response.status_code, response.content)


def _read(status: int, body: bytes) -> Answer:
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError:
        return Answer(status=status, ok=False, description=f"HTTP {status} without a Bot API answer")
    answer.status = status
    return answer
