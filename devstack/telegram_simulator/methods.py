"""The Bot API methods the product uses, with Telegram's checks, answers and words."""

import json
import re
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from devstack.telegram_simulator.bots import Bot
from devstack.telegram_simulator.errors import bad_request
from devstack.telegram_simulator.markup import Entity, MarkupError, parse_html
from devstack.telegram_simulator.webhooks import DEFAULT_MAX_CONNECTIONS, Webhook

MESSAGE_LENGTH_LIMIT = 4096  # characters (code points), counted after the markup is parsed
_ACTIONS = frozenset(
    {
        *("typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice"),
        *("upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note"),
    }
)
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

Parameters = dict[str, Any]
Answer = tuple[Any, str]  # result, and a description if Telegram adds one


def get_me(bot: Bot, _parameters: Parameters) -> Answer:
    """A User object with what the bot may do."""
    rights = {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }
    return {**bot.user, **rights}, ""


def send_message(bot: Bot, parameters: Parameters) -> Answer:
    """A Message object as the customer sees it."""
    chat = _chat(parameters)
    text, entities = _text(parameters)
    message = {"message_id": bot.next_message_id(), "from": bot.user, "chat": chat, "date": int(time.time())}
    return {**message, "text": text, **({"entities": entities} if entities else {})}, ""


def edit_message_text(bot: Bot, parameters: Parameters) -> Answer:
    """The edited Message object."""
    chat = _chat(parameters)
    text, entities = _text(parameters)
    message_id = _integer(parameters, "message_id")
    if message_id is None:
        raise bad_request("message identifier is not specified")
    now = int(time.time())
    message = {"message_id": message_id, "from": bot.user, "chat": chat, "date": now, "edit_date": now}
    return {**message, "text": text, **({"entities": entities} if entities else {})}, ""


def send_chat_action(_bot: Bot, parameters: Parameters) -> Answer:
    """True; the action shows for five seconds."""
    _chat(parameters)
    if parameters.get("action") not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    return True, ""


def answer_callback_query(_bot: Bot, parameters: Parameters) -> Answer:
    """True; the button stops spinning."""
    if not parameters.get("callback_query_id"):
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    return True, ""


def get_file(_bot: Bot, parameters: Parameters) -> Answer:
    """A File object; its path leads nowhere here."""
    file_id = str(parameters.get("file_id", ""))
    if not file_id.startswith("simulated-"):
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    unique = {"file_unique_id": file_id[-16:], "file_size": 2048, "file_path": f"files/{file_id}"}
    return {"file_id": file_id, **unique}, ""


def set_webhook(bot: Bot, parameters: Parameters) -> Answer:
    """True. Unlike Telegram's own servers it takes http addresses, as a self-hosted Bot API server does."""
    url = str(parameters.get("url", ""))
    if not url:
        return delete_webhook(bot, parameters)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    secret = str(parameters.get("secret_token", ""))
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    allowed = parameters.get("allowed_updates")
    webhook = Webhook(
        url=url,
        secret_token=secret,
        max_connections=min(100, max(1, _integer(parameters, "max_connections") or DEFAULT_MAX_CONNECTIONS)),
        # "If not specified, the previous setting will be used"
        allowed_updates=bot.delivery.webhook.allowed_updates if allowed is None else tuple(_list(allowed)),
    )
    drop = _flag(parameters, "drop_pending_updates")
    if webhook == bot.delivery.webhook and not drop:
        return True, "Webhook is already set"
    bot.delivery.set_webhook(webhook, drop_pending=drop)
    return True, "Webhook was set"


def delete_webhook(bot: Bot, parameters: Parameters) -> Answer:
    """True; updates wait until a webhook is set again."""
    was_set = bool(bot.delivery.webhook.url)
    allowed = bot.delivery.webhook.allowed_updates
    drop = _flag(parameters, "drop_pending_updates")
    bot.delivery.set_webhook(Webhook(allowed_updates=allowed), drop_pending=drop)
    return True, "Webhook was deleted" if was_set else "Webhook is already deleted"


def get_webhook_info(bot: Bot, _parameters: Parameters) -> Answer:
    """A WebhookInfo object."""
    return bot.delivery.info(), ""


# Telegram matches method names without regard to case.
METHODS: dict[str, Callable[[Bot, Parameters], Answer]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "editmessagetext": edit_message_text,
    "sendchataction": send_chat_action,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
}


def _chat(parameters: Parameters) -> dict[str, Any]:
    if not str(parameters.get("chat_id", "")):
        raise bad_request("chat_id is empty")
    chat_id = _integer(parameters, "chat_id")
    if chat_id is None or chat_id == 0:
        raise bad_request("chat not found")
    return {"id": chat_id, "type": "private"} if chat_id > 0 else {"id": chat_id, "type": "supergroup"}


def _text(parameters: Parameters) -> tuple[str, list[Entity]]:
    source = str(parameters.get("text", ""))
    parse_mode = str(parameters.get("parse_mode") or "").lower()
    entities: list[Entity] = []
    if parse_mode == "html":
        try:
            source, entities = parse_html(source)
        except MarkupError as error:
            raise bad_request(f"can't parse entities: {error}") from error
    elif parse_mode:
        raise bad_request("unsupported parse_mode")
    text = source.strip()
    if not text:
        raise bad_request("message text is empty")
    if len(text) > MESSAGE_LENGTH_LIMIT:
        raise bad_request("message is too long")
    return text, entities


def _integer(parameters: Parameters, name: str) -> int | None:
    try:
        return int(str(parameters[name]))
    except (KeyError, ValueError):
        return None


def _flag(parameters: Parameters, name: str) -> bool:
    return str(parameters.get(name, "")).lower() in ("true", "1", "yes")


def _list(value: Any) -> list[str]:
    """A JSON array, or its text as forms carry it."""
    try:
        items = json.loads(value) if isinstance(value, str) else value
    except ValueError as error:
        raise bad_request("can't parse allowed_updates JSON object") from error
    if not isinstance(items, list):
        raise bad_request("expected an Array of String in allowed_updates")
    return [str(item) for item in items]
