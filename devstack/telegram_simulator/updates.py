"""Updates as Telegram builds them from what a person does in a chat."""

import time
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Update = dict[str, Any]


class Person(BaseModel):
    """Who writes."""

    id: int
    first_name: str = "Customer"
    last_name: str | None = None
    username: str | None = None
    language_code: str | None = "he"


class MessageRequest(BaseModel):
    """What `POST /simulator/messages` takes: one thing a person does in a chat with the bot `token`.

    `text` is the text of a text message, the caption of a photo, voice, video or document, the emoji of a sticker,
    the title of a venue, the name of a contact, or the data of a pressed button. `edit_message_id` makes it an edit
    of that message. `blocked` and `unblocked` are what the person does to the bot.
    """

    model_config = ConfigDict(populate_by_name=True, extra="forbid")

    token: str
    chat_id: int
    kind: Literal[
        "text",
        "photo",
        "voice",
        "video",
        "document",
        "sticker",
        "location",
        "venue",
        "contact",
        "button",
        "dice",
        "blocked",
        "unblocked",
    ] = "text"
    text: str = ""
    sender: Person | None = Field(None, alias="from")
    chat_type: Literal["private", "group", "supergroup", "channel"] = "private"
    latitude: float = 32.0809
    longitude: float = 34.7806
    address: str = "Herzl 15, Tel Aviv"
    phone_number: str = "+972501234567"
    file_name: str = "order.pdf"
    edit_message_id: int | None = None


def build_update(request: MessageRequest, update_id: int, message_id: int, bot: dict[str, Any]) -> Update:
    """The Update object; field names and shapes as on https://core.telegram.org/bots/api#update."""
    sender = _user(request)
    chat = _chat(request, sender)
    if request.kind in ("blocked", "unblocked"):
        return {"update_id": update_id, "my_chat_member": _membership(request.kind, chat, sender, bot)}
    message: dict[str, Any] = {"message_id": message_id, "from": sender, "chat": chat, "date": _now()}
    if request.kind == "button":
        pressed = {"message_id": message_id, "from": bot, "chat": chat, "date": _now(), "text": "…"}
        query = {"id": str(update_id), "from": sender, "message": pressed, "chat_instance": str(chat["id"])}
        return {"update_id": update_id, "callback_query": {**query, "data": request.text}}
    message |= _content(request)
    if request.chat_type == "channel":
        del message["from"]
        message["sender_chat"] = chat
        return {"update_id": update_id, "channel_post": message}
    if request.edit_message_id is not None:
        return {"update_id": update_id, "edited_message": {**message, "edit_date": _now()}}
    return {"update_id": update_id, "message": message}


def chat_of(update: Update) -> int | None:
    """The chat an update belongs to; None if it belongs to none."""
    for kind, content in update.items():
        if kind == "callback_query":
            content = content.get("message", {})  # noqa: PLW2901  the chat is one level deeper
        if isinstance(content, dict) and isinstance(content.get("chat"), dict):
            chat_id = content["chat"].get("id")
            return chat_id if isinstance(chat_id, int) else None
    return None


def _now() -> int:
    return int(time.time())


def _user(request: MessageRequest) -> dict[str, Any]:
    person = request.sender or Person(id=abs(request.chat_id))
    return {"id": person.id, "is_bot": False, **person.model_dump(exclude={"id"}, exclude_none=True)}


def _chat(request: MessageRequest, sender: dict[str, Any]) -> dict[str, Any]:
    if request.chat_type == "private":
        names: dict[str, Any] = {key: sender[key] for key in ("first_name", "last_name", "username") if key in sender}
        return {"id": request.chat_id, **names, "type": "private"}
    return {"id": request.chat_id, "title": "A simulated chat", "type": request.chat_type}


def _file(request: MessageRequest) -> dict[str, Any]:
    file_id = f"simulated-{request.kind}-{request.chat_id}"
    return {"file_id": file_id, "file_unique_id": file_id[-16:], "file_size": 2048}


def _content(request: MessageRequest) -> dict[str, Any]:
    """The fields of a Message that hold what was said."""
    file, text = _file(request), request.text
    caption = {"caption": text} if text else {}
    sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    contents: dict[str, dict[str, Any]] = {
        "text": {"text": text, **_commands(text)},
        "photo": {"photo": [{**file, "width": side, "height": side} for side in (90, 320, 800)], **caption},
        "voice": {"voice": {**file, "duration": 3, "mime_type": "audio/ogg"}, **caption},
        "video": {"video": {**file, "width": 640, "height": 360, "duration": 5, "mime_type": "video/mp4"}, **caption},
        "document": {"document": {**file, "file_name": request.file_name}, **caption},
        "sticker": {"sticker": {**file, **sticker, "emoji": text or "👍"}},
        "location": {"location": _location(request)},
        "venue": {
            "location": _location(request),
            "venue": {"location": _location(request), "title": text, "address": request.address},
        },
        "contact": {"contact": {"phone_number": request.phone_number, "first_name": text or "Customer"}},
        "dice": {"dice": {"emoji": "🎲", "value": 4}},
    }
    return contents[request.kind]


def _location(request: MessageRequest) -> dict[str, float]:
    return {"latitude": request.latitude, "longitude": request.longitude}


def _commands(text: str) -> dict[str, Any]:
    """Telegram marks a leading command such as /start."""
    command = text.split(maxsplit=1)[0] if text.startswith("/") and len(text) > 1 else ""
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]} if command else {}


def _membership(kind: str, chat: dict[str, Any], sender: dict[str, Any], bot: dict[str, Any]) -> dict[str, Any]:
    member = {"user": bot, "status": "member"}
    kicked = {"user": bot, "status": "kicked", "until_date": 0}
    old, new = (member, kicked) if kind == "blocked" else (kicked, member)
    return {"chat": chat, "from": sender, "date": _now(), "old_chat_member": old, "new_chat_member": new}
