"""The few methods of the Telegram Bot API that concern webhooks. https://core.telegram.org/bots/api"""

from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from salesctl.errors import CommandError
from salesctl.webhook.addresses import is_near

_DEADLINE_SECONDS = 20.0
# What the gateway's adapter handles.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

M = TypeVar("M", bound=BaseModel)


class _Bot(BaseModel):
    username: str


class _Parameters(BaseModel):
    retry_after: int | None = None


class _Answer(BaseModel):
    ok: bool
    result: Any = None
    error_code: int | None = None
    description: str = "no description"
    parameters: _Parameters = _Parameters()


class WebhookInfo(BaseModel):
    """Telegram's own view of a webhook. `last_error_date`: seconds since the epoch, 0 when there was none."""

    url: str
    pending_update_count: int = 0
    last_error_date: int = 0
    last_error_message: str = ""
    max_connections: int = 40
    allowed_updates: list[str] = []


class BotApi:
    """The Bot API as one bot. Errors never show the token, which is part of every address."""

    def __init__(self, base_url: str, token: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        # A proxy of the environment is on the way to Telegram, not to a server nearby.
        near = is_near(urlsplit(base_url).hostname or "")
        self._http = httpx2.AsyncClient(timeout=_DEADLINE_SECONDS, trust_env=not near)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()

    async def bot_name(self) -> str:
        """The bot's @name."""
        return f"@{(await self._ask('getMe', _Bot)).username}"

    async def set_webhook(self, url: str, secret_token: str, max_connections: int) -> None:
        """Have updates delivered to `url`, each call with the secret in its header."""
        parameters = {
            "url": url,
            "secret_token": secret_token,
            "allowed_updates": list(ALLOWED_UPDATES),
            "max_connections": max_connections,
        }
        await self._call("setWebhook", parameters)

    async def delete_webhook(self) -> None:
        """Have updates kept at Telegram (for 24 hours)."""
        await self._call("deleteWebhook", {})

    async def webhook_info(self) -> WebhookInfo:
        """How the webhook stands."""
        return await self._ask("getWebhookInfo", WebhookInfo)

    async def _ask(self, method: str, kind: type[M]) -> M:
        try:
            return kind.model_validate(await self._call(method, {}))
        except ValidationError:
            raise self._is_something_else() from None

    async def _call(self, method: str, parameters: dict[str, Any]) -> Any:
        try:
            response = await self._http.post(f"{self._base_url}/bot{self._token}/{method}", json=parameters)
            answer = _Answer.model_validate_json(response.content)
        except (httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise CommandError(
                f"The Telegram Bot API does not answer at {self._base_url} ({type(error).__name__}). "
                "TELEGRAM_API_BASE_URL says where it is."
            ) from None
        except ValidationError:
            raise self._is_something_else(response.status_code) from None
        if answer.ok:
            return answer.result
        if answer.error_code is None:
            raise self._is_something_else(response.status_code)
        raise _refusal(method, answer.error_code, answer)

    def _is_something_else(self, status: int | None = None) -> CommandError:
        how = f" (status {status})" if status else ""
        return CommandError(
            f"What answers at {self._base_url}{how} is not the Telegram Bot API. "
            "TELEGRAM_API_BASE_URL says where it is."
        )


def _refusal(method: str, code: int, answer: _Answer) -> CommandError:
    told = f"Telegram refuses {method}: {code} {answer.description}."
    if code in (401, 404):
        return CommandError(
            f"{told} The bot token is not one it knows; set the tenant's token and run `salesctl seed`."
        )
    if code == 429:
        wait = answer.parameters.retry_after or "a few"
        return CommandError(f"{told} Try again in {wait} seconds.")
    return CommandError(told)
