"""Telegram: updates in, sendMessage out, over the Bot API (https://core.telegram.org/bots/api)."""

from services.gateway.channels.telegram.api import TelegramApi, http_client
from services.gateway.channels.telegram.channel import TelegramChannel

__all__ = ["TelegramApi", "TelegramChannel", "http_client"]
