"""What each kind of Telegram update becomes. No update, however odd, makes `read_update` fail.

Only private chats count: groups, supergroups, channels and other bots are left alone. The kinds we handle are those
of ALLOWED_UPDATES; any other is stored unanswered when it names a private chat, so that nothing authentic is lost.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeGuard

import structlog
from google.protobuf.timestamp_pb2 import Timestamp
from pydantic import ValidationError
from sales.agent.v1 import conversations_pb2 as conversations
from sales.agent.v1 import messaging_pb2 as messaging

from services.gateway.channels.inbound import Inbound
from services.gateway.channels.telegram.message_fields import ENVELOPE, NOTICES
from services.gateway.channels.telegram.models import (
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    Message,
    User,
    storable,
)

log = structlog.get_logger()

CHANNEL = "telegram"
ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")

# The contract's, or less.
_MAX_TEXT = 20_000
_MAX_ID = 128
_MAX_NAME = 200
_MAX_KIND = 64
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_CHANNEL_POSTS = ("channel_post", "edited_channel_post")

Kind = conversations.MessageKind


def _caption(message: Message) -> str:
    return message.caption or ""


def _venue(message: Message) -> str:
    return f"{message.venue.title}, {message.venue.address}" if message.venue else ""


def _point(message: Message) -> str:
    return f"{message.location.latitude:.6f}, {message.location.longitude:.6f}" if message.location else ""


def _contact(message: Message) -> str:
    card = message.contact
    return f"{_full_name(card.first_name, card.last_name)}, {card.phone_number}" if card else ""


def _file(message: Message) -> str:
    name = message.document.file_name if message.document else None
    return "\n".join(filter(None, (message.caption, name)))


# In this order: a venue also has a location, an animation also a document.
_CONTENTS: "tuple[tuple[str, Kind.ValueType, Callable[[Message], str]], ...]" = (
    ("text", Kind.MESSAGE_KIND_TEXT, lambda message: message.text or ""),
    ("voice", Kind.MESSAGE_KIND_VOICE, _caption),
    ("audio", Kind.MESSAGE_KIND_VOICE, _caption),
    ("video_note", Kind.MESSAGE_KIND_VOICE, _caption),
    ("photo", Kind.MESSAGE_KIND_PHOTO, _caption),
    ("sticker", Kind.MESSAGE_KIND_STICKER, lambda message: (message.sticker and message.sticker.emoji) or ""),
    ("venue", Kind.MESSAGE_KIND_LOCATION, _venue),
    ("location", Kind.MESSAGE_KIND_LOCATION, _point),
    ("contact", Kind.MESSAGE_KIND_CONTACT, _contact),
    ("video", Kind.MESSAGE_KIND_VIDEO, _caption),
    ("animation", Kind.MESSAGE_KIND_VIDEO, _caption),
    ("document", Kind.MESSAGE_KIND_DOCUMENT, _file),
    ("poll", Kind.MESSAGE_KIND_OTHER, lambda message: message.poll.question if message.poll else ""),
    ("dice", Kind.MESSAGE_KIND_OTHER, lambda message: message.dice.emoji if message.dice else ""),
)
_BESIDE_NEWS = ENVELOPE.union(field for field, _kind, _describe in _CONTENTS)


def read_update(update: dict[str, Any], channel_account_id: str, now: datetime) -> list[Inbound]:
    """An update as things to pass on to the agent: none or one. `now` dates what Telegram does not."""
    update_id = update.get("update_id")
    if not _is_id(update_id):
        log.warning("telegram_update_without_id")
        return []
    kind = _kind_of(update)
    reader = _Reader(str(update_id), channel_account_id, now)
    if kind in _CHANNEL_POSTS:
        return []
    try:
        if kind in _READERS:
            return _READERS[kind](reader, update[kind])
    except ValidationError as error:
        log.warning("telegram_update_unreadable", kind=kind, fields=_wrong_fields(error))
    return reader.unknown(kind, update.get(kind))


def _kind_of(update: dict[str, Any]) -> str:
    for kind in ALLOWED_UPDATES:
        if kind in update:
            return kind
    return next((kind for kind in update if kind != "update_id"), "")


def _wrong_fields(error: ValidationError) -> list[str]:
    # Places only: the values are the customer's.
    return [".".join(map(str, problem["loc"])) for problem in error.errors(include_input=False, include_url=False)][:5]


class _Reader:
    """Reads one update of one account."""

    def __init__(self, update_id: str, channel_account_id: str, now: datetime) -> None:
        self._update_id = update_id
        self._account_id = channel_account_id
        self._now = now

    def message(self, source: Any, *, edited: bool = False) -> list[Inbound]:
        message = Message.model_validate(source)
        if message.chat.type != "private" or (message.sender and message.sender.is_bot):
            return []
        if edited and message.location and not message.venue:
            return []  # a live location that moved: one message in all, and it was answered
        kind, text, notice = _content_of(message, source)
        found = self._inbound(message.chat, message.sender, kind, text)
        found.external_message_id = str(message.message_id)
        found.edited = edited
        found.unanswerable = notice
        found.send_time.CopyFrom(self._time((message.edit_date if edited else None) or message.date))
        return [Inbound(found)]

    def edited_message(self, source: Any) -> list[Inbound]:
        return self.message(source, edited=True)

    def button(self, source: Any) -> list[Inbound]:
        press = CallbackQuery.model_validate(source)
        if press.message is None or press.message.chat.type != "private":
            return []
        text = press.data or press.game_short_name or ""
        found = self._inbound(press.message.chat, press.sender, Kind.MESSAGE_KIND_BUTTON, text)
        # Not the id of the message the button hangs on: that one is ours, and each press is a message of its own.
        found.external_message_id = press.id[:_MAX_ID]
        found.send_time.CopyFrom(self._time(None))
        return [Inbound(found, button_press_id=press.id)]

    def membership(self, source: Any) -> list[Inbound]:
        change = ChatMemberUpdated.model_validate(source)
        blocked = {"kicked": True, "member": False}.get(change.new_chat_member.status)
        if change.chat.type != "private" or blocked is None:
            return []
        reachability = messaging.SetReachabilityRequest(
            channel=CHANNEL,
            channel_account_id=self._account_id,
            external_chat_id=str(change.chat.id),
            blocked=blocked,
        )
        return [Inbound(reachability)]

    def unknown(self, kind: str, source: Any) -> list[Inbound]:
        chat_id = _private_chat_in(source)
        if chat_id is None:
            return []
        found = self._inbound(Chat(id=chat_id, type="private"), None, Kind.MESSAGE_KIND_OTHER, _name(kind))
        found.unanswerable = True
        found.send_time.CopyFrom(self._time(None))
        return [Inbound(found)]

    def _inbound(self, chat: Chat, sender: User | None, kind: "Kind.ValueType", text: str) -> messaging.InboundMessage:
        return messaging.InboundMessage(
            channel=CHANNEL,
            channel_account_id=self._account_id,
            delivery_id=self._update_id,
            external_chat_id=str(chat.id),
            sender_id=str(sender.id if sender else chat.id),
            sender_name=_full_name(sender.first_name, sender.last_name)[:_MAX_NAME] if sender else "",
            language_hint=_language(sender),
            kind=kind,
            text=text[:_MAX_TEXT],
        )

    def _time(self, seconds: int | None) -> Timestamp:
        return Timestamp(seconds=seconds or int(self._now.timestamp()))


_READERS: dict[str, Callable[[_Reader, Any], list[Inbound]]] = {
    "message": _Reader.message,
    "edited_message": _Reader.edited_message,
    "callback_query": _Reader.button,
    "my_chat_member": _Reader.membership,
}


def _content_of(message: Message, source: dict[str, Any]) -> "tuple[Kind.ValueType, str, bool]":
    """Kind and text of a message, and whether it is only a notice."""
    for field, kind, describe in _CONTENTS:
        if getattr(message, field) is not None:
            return kind, describe(message), False
    name = next((field for field in source if field not in _BESIDE_NEWS), "message")
    return Kind.MESSAGE_KIND_OTHER, _caption(message) or _name(name), name in NOTICES


def _private_chat_in(source: Any) -> int | None:
    """The id of the private chat that an update of unknown shape belongs to."""
    if not isinstance(source, dict):
        return None
    chat = source.get("chat")
    if chat is None and isinstance(source.get("message"), dict):
        chat = source["message"].get("chat")
    if not isinstance(chat, dict) or chat.get("type", "private") != "private":
        return None
    chat_id = chat.get("id")
    # People have positive ids, groups and channels negative ones.
    return chat_id if _is_id(chat_id) and chat_id > 0 else None


def _is_id(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


def _name(field: str) -> str:
    return str(storable(field))[:_MAX_KIND]


def _full_name(first: str | None, last: str | None) -> str:
    return " ".join(filter(None, (first, last))).strip()


def _language(sender: User | None) -> str:
    code = (sender.language_code if sender else None) or ""
    return code if len(code) <= 35 and _LANGUAGE.fullmatch(code) else ""
