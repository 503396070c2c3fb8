"""The parts of Telegram's objects that we read. Unknown fields are ignored; a known one of a wrong type is an error.

Field names as in https://core.telegram.org/bots/api#message.
"""

from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field


def storable(value: Any) -> Any:
    """Text that UTF-8 and PostgreSQL can hold: lone surrogates become U+FFFD, NUL goes. Other types pass."""
    if not isinstance(value, str):
        return value
    if "\x00" in value:
        value = value.replace("\x00", "")
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


Text = Annotated[str, BeforeValidator(storable)]
Id = Annotated[int, Field(strict=True, ge=-(2**63), lt=2**63)]
# Seconds since 1970, within what a Timestamp can hold.
UnixTime = Annotated[int, Field(strict=True, ge=0, lt=253_402_300_800)]


class _Object(BaseModel):
    model_config = ConfigDict(extra="ignore")


class Chat(_Object):
    """Where a message is: type is "private", "group", "supergroup" or "channel"."""

    id: Id
    type: Text


class User(_Object):
    """Who wrote; names are what the person chose to show."""

    id: Id
    is_bot: bool = False
    first_name: Text | None = None
    last_name: Text | None = None
    language_code: Text | None = None


class Location(_Object):
    """A point in degrees."""

    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)


class Venue(_Object):
    """A named place."""

    title: Text
    address: Text


class Contact(_Object):
    """A card from somebody's address book."""

    phone_number: Text
    first_name: Text
    last_name: Text | None = None


class Sticker(_Object):
    """A sticker and the emoji it stands for."""

    emoji: Text | None = None


class Document(_Object):
    """A file."""

    file_name: Text | None = None


class Poll(_Object):
    """A poll."""

    question: Text


class Dice(_Object):
    """An emoji that shows a random value."""

    emoji: Text


class Message(_Object):
    """A message; which of the content fields is set tells its kind."""

    message_id: Id
    chat: Chat
    date: UnixTime | None = None
    edit_date: UnixTime | None = None
    sender: User | None = Field(None, validation_alias=AliasChoices("from"))
    caption: Text | None = None
    text: Text | None = None
    voice: dict[str, Any] | None = None
    audio: dict[str, Any] | None = None
    video_note: dict[str, Any] | None = None
    photo: list[Any] | None = None
    sticker: Sticker | None = None
    venue: Venue | None = None
    location: Location | None = None
    contact: Contact | None = None
    video: dict[str, Any] | None = None
    animation: dict[str, Any] | None = None
    document: Document | None = None
    poll: Poll | None = None
    dice: Dice | None = None


class ButtonMessage(_Object):
    """The message a button hangs on, perhaps no longer accessible."""

    chat: Chat


class CallbackQuery(_Object):
    """A pressed inline button. Without a message it was pressed outside a chat with the bot."""

    id: Text
    sender: User = Field(validation_alias=AliasChoices("from"))
    message: ButtonMessage | None = None
    data: Text | None = None
    game_short_name: Text | None = None


class ChatMember(_Object):
    """What the bot is in a chat."""

    status: Text


class ChatMemberUpdated(_Object):
    """A change of that; in a private chat the customer blocked ("kicked") or unblocked ("member") the bot."""

    chat: Chat
    new_chat_member: ChatMember
