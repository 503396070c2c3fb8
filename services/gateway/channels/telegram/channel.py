"""Telegram in the shape that every channel has."""

import hmac
import secrets
from collections.abc import Mapping
from typing import Any

import structlog
from sales.agent.v1 import messaging_pb2 as messaging
from sales.tenants.v1 import tenants_pb2

from services.common.clock import Clock, utc_now
from services.gateway.channels.inbound import Inbound
from services.gateway.channels.telegram.api import Answer, NoAnswerError, NotSentError, TelegramApi
from services.gateway.channels.telegram.formatting import to_html, to_plain
from services.gateway.channels.telegram.limits import RateLimits
from services.gateway.channels.telegram.sending import Outcome, is_markup_error, is_token_error, to_report
from services.gateway.channels.telegram.updates import CHANNEL, read_update

log = structlog.get_logger()

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105 - the header's name
_NOBODYS_SECRET = secrets.token_urlsafe(48)


class TelegramChannel:
    """The Telegram adapter."""

    name = CHANNEL

    def __init__(self, api: TelegramApi, clock: Clock = utc_now) -> None:
        self._api = api
        self._limits = RateLimits()
        self._clock = clock

    def admits(self, headers: Mapping[str, str], credentials: tenants_pb2.ChannelCredentials | None) -> bool:
        """Whether the call carries the account's secret. Without an account the work is the same and the answer no."""
        expected = (credentials and credentials.webhook_secret) or _NOBODYS_SECRET
        return hmac.compare_digest(headers.get(SECRET_HEADER, "").encode(), expected.encode())

    def is_authentic(
        self, headers: Mapping[str, str], _body: bytes, credentials: tenants_pb2.ChannelCredentials | None
    ) -> bool:
        """The same: Telegram signs no bodies."""
        return self.admits(headers, credentials)

    def read(self, update: dict[str, Any], channel_account_id: str) -> list[Inbound]:
        """See `updates.read_update`."""
        return read_update(update, channel_account_id, self._clock())

    async def send(
        self, credentials: tenants_pb2.ChannelCredentials, delivery: messaging.Delivery
    ) -> messaging.DeliveryReport:
        """Send a part of a reply, as plain text when Telegram cannot read our markup."""
        try:
            answer = await self._send_text(credentials, delivery, text=to_html(delivery.text), parse_mode="HTML")
            if is_markup_error(answer):
                log.warning("telegram_refused_markup", delivery_id=delivery.delivery_id, error=answer.description)
                answer = await self._send_text(credentials, delivery, text=to_plain(delivery.text))
        except NotSentError as error:
            return messaging.DeliveryReport(outcome=Outcome.DELIVERY_OUTCOME_UNAVAILABLE, error=str(error))
        except NoAnswerError as error:
            return messaging.DeliveryReport(outcome=Outcome.DELIVERY_OUTCOME_UNCERTAIN, error=str(error))
        if is_token_error(answer):
            log.error(
                "telegram_refused_the_token",
                tenant_id=delivery.tenant_id,
                channel_account_id=delivery.channel_account_id,
                error=answer.description,
            )
        report = to_report(answer)
        if report.outcome == Outcome.DELIVERY_OUTCOME_RATE_LIMITED:
            report.whole_account = self._limits.is_of_bot(
                delivery.channel_account_id, delivery.external_chat_id, max(report.retry_after.seconds, 1)
            )
        return report

    async def _send_text(
        self, credentials: tenants_pb2.ChannelCredentials, delivery: messaging.Delivery, **content: str
    ) -> Answer:
        return await self._api.call(
            credentials.bot_token,
            "sendMessage",
            {
                "chat_id": _chat_id(delivery.external_chat_id),
                "link_preview_options": {"is_disabled": True},
                **content,
            },
        )

    async def show_typing(self, credentials: tenants_pb2.ChannelCredentials, external_chat_id: str) -> bool:
        """Show "typing…" for some five seconds, or until a message comes; tells whether Telegram took it."""
        return await self._try(credentials, "sendChatAction", chat_id=_chat_id(external_chat_id), action="typing")

    async def acknowledge_button(self, credentials: tenants_pb2.ChannelCredentials, button_press_id: str) -> bool:
        """Stop the spinner of a pressed button; Telegram waits for it, customers see it."""
        return await self._try(credentials, "answerCallbackQuery", callback_query_id=button_press_id)

    async def _try(self, credentials: tenants_pb2.ChannelCredentials, method: str, **parameters: Any) -> bool:
        try:
            answer = await self._api.call(credentials.bot_token, method, parameters, trivial=True)
        except (NotSentError, NoAnswerError) as error:
            log.debug("telegram_call_failed", method=method, error=str(error))
            return False
        if not answer.ok:
            log.debug("telegram_call_refused", method=method, status=answer.status, error=answer.description)
        return answer.ok


def _chat_id(external_chat_id: str) -> int | str:
    digits = external_chat_id.removeprefix("-")
    return int(external_chat_id) if digits.isascii() and digits.isdecimal() else external_chat_id
