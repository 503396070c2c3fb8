"""The few methods of the Telegram Bot API that concern webhooks. https://core.telegram.org/bots/api"""

import json
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError

from salesctl.errors import CommandError
from salesctl.webhook.addresses import is_near

_DEADLINE_SECONDS = 20.0
# What the gateway's adapter handles.
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")


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
        return "@" + str((await self._call("getMe", {})).get("username", "?"))

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
        try:
            return WebhookInfo.model_validate(await self._call("getWebhookInfo", {}))
        except ValidationError:
            raise CommandError(f"{self._base_url} does not answer as the Telegram Bot API does.") from None

    async def _call(self, method: str, parameters: dict[str, Any]) -> Any:
        try:
            response = await self._http.post(f"{self._base_url}/bot{self._token}/{method}", json=parameters)
            answer = response.json()
        except httpx2.HTTPError as error:
            raise CommandError(
                f"The Telegram Bot API does not answer at {self._base_url} ({type(error).__name__}). "
                "TELEGRAM_API_BASE_URL says where it is."
            ) from None
        except json.JSONDecodeError:
            raise CommandError(f"{self._base_url} answers {response.status_code} without JSON.") from None
        if isinstance(answer, dict) and answer.get("ok") is True:
            return answer.get("result")
        raise _refusal(method, answer if isinstance(answer, dict) else {})


def _refusal(method: str, answer: dict[str, Any]) -> CommandError:
    code, description = answer.get("error_code", "?"), answer.get("description", "no description")
    told = f"Telegram refuses {method}: {code} {description}."
    if code in (401, 404):
        return CommandError(
            f"{told} The bot token is not one it knows; set the tenant's token and run `salesctl seed`."
        )
    if code == 429:
        wait = (answer.get("parameters") or {}).get("retry_after", "a few")
        return CommandError(f"{told} Try again in {wait} seconds.")
    return CommandError(told)
