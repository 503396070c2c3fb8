"""Calling Claude: one request with its retries inside a wall-clock budget, and what its failures mean."""

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2
import structlog
from pydantic import TypeAdapter

from services.agent.usage import Usage

log = structlog.get_logger()

_JSON = {"Content-Type": "application/json"}
_REQUEST = TypeAdapter(dict[str, Any])
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 20.0


class ModelUnavailableError(Exception):
    """The model could not be reached within the budget; the same request may succeed later."""


class ModelRefusedError(Exception):
    """The model's service refuses the request (400, 401, 403 and the like): repeating it is useless."""


@dataclass(frozen=True, slots=True)
class Response:
    """What the model answered. content: blocks as the API gave them, but for what cannot be stored; incidents: failures
    on the way, in words."""

    content: list[dict[str, Any]]
    stop_reason: str
    usage: Usage
    latency_ms: int
    incidents: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(block["text"] for block in self.content if block["type"] == "text").strip()

    @property
    def tool_uses(self) -> list[dict[str, Any]]:
        return [block for block in self.content if block["type"] == "tool_use"]


class Model:
    """The one client of the Messages API in this process."""

    def __init__(
        self,
        *,
        api_key: str,
        base_url: str,
        timeout_seconds: float,
        budget_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._budget = budget_seconds
        self._timeout = timeout_seconds
        self._now = now
        limits = httpx2.Limits(max_connections=512, max_keepalive_connections=32)
        self._client = anthropic.AsyncAnthropic(
            api_key=api_key,
            base_url=base_url,
            max_retries=0,  # retries are ours: inside one budget, and told in the turn's incidents
            timeout=httpx2.Timeout(timeout_seconds, connect=5.0),
            # aiohttp under the SDK's own client: a call costs two thirds of what it does over httpcore.
            http_client=anthropic.DefaultAioHttpClient(limits=limits, timeout=httpx2.Timeout(timeout_seconds)),
        )

    async def close(self) -> None:
        await self._client.close()

    async def ask(self, request: dict[str, Any]) -> Response:
        """Send a `messages.create` request; ModelUnavailableError or ModelRefusedError when there is no answer."""
        body = _REQUEST.dump_json(request)
        started = self._now()
        deadline = started + self._budget
        incidents: list[str] = []
        for attempt in range(1, 100):
            remaining = deadline - self._now()
            try:
                message = await self._send(body, min(self._timeout, max(remaining, 1.0)))
                return _response(message, round((self._now() - started) * 1000), tuple(incidents))
            except anthropic.APIStatusError as error:
                incidents.append(f"{error.status_code} {error.type or ''}".strip())
                if not _may_pass(error.status_code):
                    told = _storable(f"{error.status_code}: {error.api_message or error.type}")
                    raise ModelRefusedError(told) from error
                pause = max(_pause(attempt), _retry_after(error))
            except anthropic.APIConnectionError as error:
                incidents.append("timeout" if isinstance(error, anthropic.APITimeoutError) else "connection failed")
                pause = _pause(attempt)
            log.warning("model_call_failed", attempt=attempt, incident=incidents[-1], pause=round(pause, 2))
            if self._now() + pause >= deadline:
                break
            await asyncio.sleep(pause)
        raise ModelUnavailableError("; ".join(incidents[-5:]))

    async def _send(self, body: bytes, timeout: float) -> Any:  # noqa: ASYNC109 - the SDK's own
        """As `messages.create` does, without its copies of the request, which is long, and of the answer, of which
        we keep the blocks as they came."""
        return await self._client.post(
            "/v1/messages",
            content=body,
            cast_to=object,
            options={"timeout": timeout, "headers": _JSON},
        )


def _may_pass(status: int) -> bool:
    """Whether the same request may succeed later. Above 500 all do, those of an edge before the API (520, 530) too."""
    return status in {408, 409, 429} or status >= 500


def _pause(attempt: int) -> float:
    """Exponential back-off with full jitter."""
    return random.uniform(0.1, min(_LONGEST_PAUSE_SECONDS, _FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311


def _retry_after(error: anthropic.APIStatusError) -> float:
    try:
        return max(0.0, float(error.response.headers.get("retry-after", "0")))
    except ValueError:
        return 0.0


def _response(message: Any, latency_ms: int, incidents: tuple[str, ...]) -> Response:
    try:
        usage = message["usage"]
        return Response(
            content=_storable(message["content"]),
            stop_reason=message["stop_reason"] or "end_turn",
            usage=Usage(
                usage["input_tokens"],
                usage["output_tokens"],
                usage.get("cache_creation_input_tokens") or 0,
                usage.get("cache_read_input_tokens") or 0,
            ),
            latency_ms=latency_ms,
            incidents=incidents,
        )
    except (KeyError, TypeError) as error:
        raise ModelUnavailableError("what came back is no message") from error


def _storable(value: Any) -> Any:
    """JSON whose texts UTF-8 and PostgreSQL can hold: NUL goes, lone surrogates become U+FFFD."""
    if isinstance(value, dict):
        return {_storable(key): _storable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if not isinstance(value, str):
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\0", "")
