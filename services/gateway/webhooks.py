"""A webhook call from a channel's provider: is it authentic, what does it carry, has the agent got it."""

import asyncio
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NoReturn

import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.common.http.body import BodyBrokenError, BodyTooLargeError, TooLargeResponse, read_body, skip_body
from services.gateway.accounts import AccountsUnavailableError, ChannelAccounts, Credentials
from services.gateway.channels.inbound import Inbound
from services.gateway.channels.telegram import TelegramChannel
from services.gateway.intake import Intake, NotAcceptedError
from services.gateway.typing_indicator import Chat, TypingIndicator

log = structlog.get_logger()

MAX_BYTES = 1024 * 1024
_RETRY_AFTER_SECONDS = 2
_OK = b'{"ok":true}'


class Webhooks:
    """Takes webhook calls. 200 means: stored, or nothing that must be kept."""

    def __init__(
        self,
        channels: Mapping[str, TelegramChannel],
        accounts: ChannelAccounts,
        intake: Intake,
        typing: TypingIndicator,
    ) -> None:
        self._channels = channels
        self._accounts = accounts
        self._intake = intake
        self._typing = typing
        self._acknowledgements: set[asyncio.Task[bool]] = set()

    async def receive(self, channel_name: str, tenant_id: str, request: Request) -> Response:
        """Answer a call.

        413 body over 1 MiB; 401 unknown channel or tenant, account missing or disabled, secret wrong, which all look
        the same; 400 not a JSON object; 503 whatever cannot be decided or stored now; 200 else. What is wrong with
        the content is told only to who has the secret, and of nobody else's body is anything kept in memory.
        """
        try:
            return await self._answer(channel_name, tenant_id, request)
        except BodyTooLargeError:
            return TooLargeResponse()
        except BodyBrokenError:
            return _refuse(400, "body incomplete")
        except (AccountsUnavailableError, NotAcceptedError):
            return _refuse(503, "try again", {"retry-after": str(_RETRY_AFTER_SECONDS)})

    async def _answer(self, channel_name: str, tenant_id: str, request: Request) -> Response:
        channel = self._channels.get(channel_name)
        headers = request.headers
        try:
            credentials = await self._admitted(channel, tenant_id, headers) if channel else None
        except AccountsUnavailableError:
            await skip_body(request, MAX_BYTES)
            raise
        if channel is None or credentials is None:
            await skip_body(request, MAX_BYTES)
            return _refuse(401, "unauthorized")
        body = await read_body(request, MAX_BYTES)
        credentials = await self._matching(
            channel, tenant_id, credentials, partial(channel.is_authentic, headers, body)
        )
        if credentials is None:
            return _refuse(401, "unauthorized")
        update = parse_object(body)
        if update is None:
            return _refuse(400, "not a JSON object")
        for inbound in channel.read(update, credentials.account.channel_account_id):
            await self._pass_on(channel, credentials, tenant_id, inbound)
        return Response(_OK, media_type="application/json")

    async def _admitted(
        self, channel: TelegramChannel, tenant_id: str, headers: Mapping[str, str]
    ) -> Credentials | None:
        credentials = await self._accounts.find(channel.name, tenant_id)
        return await self._matching(channel, tenant_id, credentials, partial(channel.admits, headers))

    async def _matching(
        self,
        channel: TelegramChannel,
        tenant_id: str,
        credentials: Credentials | None,
        matches: Callable[[Credentials | None], bool],
    ) -> Credentials | None:
        """The credentials if the call matches them, else those that are recent enough to say no by, if it does them."""
        if not matches(credentials):
            credentials = await self._accounts.confirm(channel.name, tenant_id)
            if not matches(credentials):
                return None
        return credentials

    async def _pass_on(
        self,
        channel: TelegramChannel,
        credentials: Credentials,
        tenant_id: str,
        inbound: Inbound,
    ) -> None:
        content = inbound.content
        if isinstance(content, messaging.SetReachabilityRequest):
            await self._intake.set_reachability(tenant_id, content)
            return
        accepted = await self._intake.accept(tenant_id, content)
        if inbound.button_press_id:
            acknowledgement = asyncio.create_task(channel.acknowledge_button(credentials, inbound.button_press_id))
            self._acknowledgements.add(acknowledgement)
            acknowledgement.add_done_callback(self._acknowledgements.discard)
        if accepted.turn_due:
            chat = Chat(tenant_id, content.channel, content.channel_account_id, content.external_chat_id)
            self._typing.expect_answer(chat)

    async def finish(self) -> None:
        """Wait for what was started beside the answers."""
        if self._acknowledgements:
            await asyncio.wait(self._acknowledgements)


def parse_object(body: bytes) -> dict[str, Any] | None:
    """A JSON object, or None for anything else, however it is broken."""
    try:
        value = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):  # ValueError: bad UTF-8, bad JSON, numbers of thousands of digits
        return None
    return value if isinstance(value, dict) else None


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _refuse(status: int, reason: str, headers: Mapping[str, str] | None = None) -> Response:
    return JSONResponse({"error": reason}, status_code=status, headers=headers)
