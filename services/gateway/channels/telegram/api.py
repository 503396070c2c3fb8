"""Calls of the Bot API. A bot's token stands in each URL, so no URL ever reaches a log or an error's text."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
from pydantic import BaseModel, ValidationError

# The pool is larger than all sends and typing calls at once, so that nothing waits for a connection.
_CONNECTIONS = 160
_KEPT_SECONDS = 20
# A peer that trickles its answer must not outlast the lease of what is sent, 90 seconds, a second try included.
_TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5, sock_read=15)
_TRIVIAL_TIMEOUT = aiohttp.ClientTimeout(total=3)
_NEVER_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)


class NotSentError(Exception):
    """The request never left: Telegram cannot have acted on it."""


class NoAnswerError(Exception):
    """The request may have arrived, but no answer came: Telegram may have acted on it."""


class _Parameters(BaseModel):
    retry_after: int | None = None
    migrate_to_chat_id: int | None = None


class Answer(BaseModel):
    """What was answered; `status` is the HTTP status, 200 when `ok`.

    from_telegram: whether it looks like the Bot API's, and not like that of something between us and Telegram.
    """

    status: int = 0
    from_telegram: bool = True
    retry_after_header: str = ""
    ok: bool
    result: Any = None
    description: str = ""
    parameters: _Parameters = _Parameters()


def http_client() -> aiohttp.ClientSession:
    """The one client of the process; call it on the event loop that uses it."""
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, limit_per_host=0, keepalive_timeout=_KEPT_SECONDS)
    return aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)


class TelegramApi:
    """The methods we use, at api.telegram.org or wherever `base_url` points."""

    def __init__(self, client: aiohttp.ClientSession, base_url: str) -> None:
        self._client = client
        self._base_url = base_url.rstrip("/")
        self.timeout = _TIMEOUT

    async def call(self, token: str, method: str, parameters: Mapping[str, Any], *, trivial: bool = False) -> Answer:
        """Call a method; a trivial call is given up soon. Raises NotSentError or NoAnswerError.

        Any answer at all is returned; one that is not Telegram's JSON (a proxy's error page) has ok=False, its HTTP
        status and from_telegram=False.
        """
        url = f"{self._base_url}/bot{quote(token, safe=':')}/{method}"
        timeout = _TRIVIAL_TIMEOUT if trivial else self.timeout
        try:
            # A redirect would carry the token elsewhere.
            async with self._client.post(url, json=parameters, timeout=timeout, allow_redirects=False) as response:
                answer = _read(response.status, await response.read())
                answer.retry_after_header = response.headers.get("Retry-After", "")
                return answer
        except _NEVER_SENT as error:
            raise NotSentError(type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise NoAnswerError(type(error).__name__) from None


def _read(status: int, body: bytes) -> Answer:
    try:
        answer = Answer.model_validate_json(body)
    except ValidationError:
        return Answer(
            status=status, ok=False, from_telegram=False, description=f"HTTP {status} without a Bot API answer"
        )
    answer.status, answer.from_telegram = status, True
    return answer
