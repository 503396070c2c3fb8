"""Each kind of Telegram update becomes the message it is."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from hypothesis import given, settings
from hypothesis import strategies as st
from sales.agent.v1 import messaging_pb2 as messaging

from services.gateway.channels.inbound import Inbound
from services.gateway.channels.telegram.updates import read_update
from services.gateway.tests.conftest import all_updates, load_update
from services.gateway.webhooks import parse_object

NOW = datetime(2026, 11, 23, 14, 5, tzinfo=UTC)
CHAT = "285734611"
IGNORED = {
    "another_bot",
    "button_in_group",
    "button_of_inline_message",
    "channel_post",
    "edited_channel_post",
    "edited_in_group",
    "group",
    "inline_query",
    "live_location_moved",
    "poll_closed",
    "pre_checkout_query",
    "removed_from_group",
    "supergroup",
}
UNANSWERABLE = {
    "auto_delete_timer": "message_auto_delete_timer_changed",
    "business_message": "business_message",
    "pinned": "pinned_message",
    "reaction": "message_reaction",
}
CONTENTS = {
    "text": ("TEXT", "אני רוצה להזמין 2 קילו נקניק בקר 🌭"),
    "text_english": ("TEXT", "What do you have?"),
    "command": ("TEXT", "/start"),
    "reply": ("TEXT", "את זה"),
    "forwarded": ("TEXT", "לחם 28"),
    "edited_text": ("TEXT", "אני רוצה להזמין 3 קילו נקניק בקר"),
    "photo": ("PHOTO", ""),
    "photo_with_caption": ("PHOTO", "כזה יש לכם?"),
    "edited_caption": ("PHOTO", "כזה, חצי קילו"),
    "voice": ("VOICE", ""),
    "audio": ("VOICE", "תקשיבו"),
    "video_note": ("VOICE", ""),
    "sticker": ("STICKER", "😍"),
    "location": ("LOCATION", "32.085300, 34.781768"),
    "venue": ("LOCATION", "Café Nahat, Dizengoff Square 1"),
    "contact": ("CONTACT", "Dana Cohen, +972501234567"),
    "video": ("VIDEO", "תראו"),
    "animation": ("VIDEO", ""),
    "document": ("DOCUMENT", "ההזמנה השבועית\nהזמנה.pdf"),
    "poll": ("OTHER", "חלה או בגט?"),
    "dice": ("OTHER", "🎲"),
    "story": ("OTHER", "story"),
    "unknown_content": ("OTHER", "hologram"),
    "button": ("BUTTON", "order:confirm"),
    "button_of_inaccessible_message": ("BUTTON", "order:confirm"),
}
REACHABILITY = {"blocked": True, "unblocked": False}


def read(update: dict[str, Any]) -> list[Inbound]:
    return read_update(update, "account", NOW)


def message_in(update: dict[str, Any]) -> messaging.InboundMessage:
    [inbound] = read(update)
    assert isinstance(inbound.content, messaging.InboundMessage)
    return inbound.content


def test_every_recorded_shape_is_covered() -> None:
    assert {*CONTENTS, *IGNORED, *UNANSWERABLE, *REACHABILITY} == set(all_updates())


@pytest.mark.parametrize("name", CONTENTS)
def test_content_becomes_kind_and_text(name: str) -> None:
    message = message_in(load_update(name))
    kind, text = CONTENTS[name]
    assert (MessageToDict(message)["kind"], message.text) == (f"MESSAGE_KIND_{kind}", text)
    assert (message.external_chat_id, message.unanswerable) == (CHAT, False)
    assert message.edited == name.startswith("edited_")


@pytest.mark.parametrize("name", sorted(IGNORED))
def test_groups_channels_bots_and_what_has_no_chat_are_ignored(name: str) -> None:
    assert read(load_update(name)) == []


@pytest.mark.parametrize("name", UNANSWERABLE)
def test_notices_and_unknown_kinds_are_kept_unanswered_under_their_name(name: str) -> None:
    message = message_in(load_update(name))
    assert (message.unanswerable, message.text) == (True, UNANSWERABLE[name])
    assert (message.external_chat_id, message.delivery_id) == (CHAT, str(load_update(name)["update_id"]))


@pytest.mark.parametrize("name", REACHABILITY)
def test_blocking_and_unblocking_become_reachability(name: str) -> None:
    [inbound] = read(load_update(name))
    assert inbound.content == messaging.SetReachabilityRequest(
        channel="telegram", channel_account_id="account", external_chat_id=CHAT, blocked=REACHABILITY[name]
    )


def test_all_fields_of_a_message_are_filled() -> None:
    assert MessageToDict(message_in(load_update("text"))) == {
        "channel": "telegram",
        "channelAccountId": "account",
        "deliveryId": "871200401",
        "externalChatId": CHAT,
        "externalMessageId": "311",
        "senderId": CHAT,
        "senderName": "בר לוי",
        "languageHint": "he",
        "kind": "MESSAGE_KIND_TEXT",
        "text": "אני רוצה להזמין 2 קילו נקניק בקר 🌭",
        "sendTime": "2026-11-23T14:00:01Z",
    }


def test_an_edit_repeats_the_message_id_under_its_own_delivery_id_and_date() -> None:
    first, edit = message_in(load_update("text")), message_in(load_update("edited_text"))
    assert (edit.external_message_id, edit.edited) == (first.external_message_id, True)
    assert edit.delivery_id != first.delivery_id
    assert edit.send_time.ToDatetime() == datetime(2026, 11, 23, 14, 1)  # noqa: DTZ001 - protobuf's are naive


def test_each_press_of_a_button_is_a_message_of_its_own_dated_now() -> None:
    update = load_update("button")
    [inbound] = read(update)
    assert isinstance(inbound.content, messaging.InboundMessage)
    assert inbound.button_press_id == update["callback_query"]["id"]
    assert inbound.content.external_message_id == update["callback_query"]["id"]
    assert inbound.content.send_time.ToDatetime(UTC) == NOW


def test_the_id_of_a_press_is_cut_at_the_contracts_limit_and_acknowledged_whole() -> None:
    update = load_update("button")
    update["callback_query"]["id"] = "7" * 200
    [inbound] = read(update)
    assert isinstance(inbound.content, messaging.InboundMessage)
    assert (inbound.content.external_message_id, inbound.button_press_id) == ("7" * 128, "7" * 200)


def test_of_a_content_that_we_do_not_know_the_caption_is_what_was_said() -> None:
    update = load_update("unknown_content")
    update["message"]["caption"] = "2 kg please"
    message = message_in(update)
    assert (MessageToDict(message)["kind"], message.text) == ("MESSAGE_KIND_OTHER", "2 kg please")
    assert not message.unanswerable


def test_an_upgrade_that_somebody_paid_for_is_a_notice() -> None:
    update = load_update("pinned")
    del update["message"]["pinned_message"]
    update["message"]["gift_upgrade_sent"] = {"gift": {}}
    assert message_in(update).unanswerable


@pytest.mark.parametrize("code", ["", "x", "he_IL!", "a" * 99, "\ud800", None])
def test_a_language_that_is_none_is_left_out(code: str | None) -> None:
    update = load_update("text")
    update["message"]["from"]["language_code"] = code
    assert message_in(update).language_hint == ""


def test_lone_surrogates_and_nul_are_made_storable() -> None:
    update = load_update("text")
    update["message"]["text"] = "a\ud83db\x00c 🌭 \ude00"
    update["message"]["from"]["first_name"] = "\x00\udfff"
    message = message_in(update)
    assert message.text == "a\ufffdbc 🌭 \ufffd"
    assert message.sender_name == "\ufffd לוי"


def test_overlong_text_is_cut_at_the_contracts_limit() -> None:
    update = load_update("text")
    update["message"]["text"] = "א" * 20_001
    assert message_in(update).text == "א" * 20_000


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("text",), 5),
        (("text",), {"a": 1}),
        (("voice",), "yes"),
        (("date",), "yesterday"),
        (("date",), -1),
        (("message_id",), None),
        (("message_id",), 10**4000),
        (("from",), "Ann"),
        (("from", "id"), 1.5),
        (("from", "is_bot"), "perhaps"),
        (("location",), {"latitude": 1e999, "longitude": 0}),
        (("photo",), {}),
        (("contact",), {}),
    ],
)
def test_a_field_of_an_unexpected_type_makes_it_an_unknown_kind(path: tuple[str, ...], value: Any) -> None:
    update = load_update("text")
    holder = update["message"]
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = value
    message = message_in(update)
    assert (message.unanswerable, message.text, message.external_chat_id) == (True, "message", CHAT)


@pytest.mark.parametrize("update_id", [None, "7", True, 1.0, 2**63])
def test_an_update_without_a_proper_id_is_not_an_update(update_id: Any) -> None:
    assert read({**load_update("text"), "update_id": update_id}) == []


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(categories=None))  # surrogates and NUL included
    | st.sampled_from(["private", "group", "kicked", "member"]),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=4),
    max_leaves=12,
)


@st.composite
def damaged_updates(draw: st.DrawFn) -> dict[str, Any]:
    """A recorded update in which some places, anywhere, hold something else or are missing."""
    update = load_update(draw(st.sampled_from(all_updates())))
    for _ in range(draw(st.integers(1, 4))):
        holder: Any = update
        while True:
            places = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
            if not places:
                break
            place = draw(st.sampled_from(places))
            if isinstance(holder[place], dict | list) and draw(st.booleans()):
                holder = holder[place]
                continue
            if isinstance(holder, dict) and draw(st.booleans()):
                del holder[place]
            else:
                holder[place] = draw(JSON_VALUES)
            break
    return update


def _is_sound(update: dict[str, Any]) -> None:
    for inbound in read(update):
        content = inbound.content
        content.SerializeToString()
        assert content.external_chat_id
        if isinstance(content, messaging.InboundMessage):
            assert content.delivery_id
            assert len(content.text) <= 20_000
            assert len(content.sender_name) <= 256
            assert len(content.external_message_id) <= 128
            assert "\x00" not in content.text + content.sender_name
            assert content.send_time.seconds > 0


@given(damaged_updates())
@settings(max_examples=400)
def test_no_damage_to_an_update_makes_reading_fail(update: dict[str, Any]) -> None:
    _is_sound(update)


@given(st.dictionaries(st.sampled_from(["update_id", "message", "callback_query", "?"]) | st.text(), JSON_VALUES))
@settings(max_examples=200)
def test_no_object_makes_reading_fail(update: dict[str, Any]) -> None:
    _is_sound({"update_id": 1, **update})


@given(JSON_VALUES)
def test_what_is_read_of_a_body_is_an_object_or_nothing(value: Any) -> None:
    body = json.dumps(value).encode()
    parsed = parse_object(body)
    assert parsed is None or isinstance(value, dict)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[1]",
        b"null",
        b'"text"',
        b"1",
        b'{"a": NaN}',
        b'{"a": 1}}',
        b'{"a": "\xff"}',
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a": ' + b"1" * 5000 + b"}",
        '{"update_id": 1}'.encode("utf-16"),
    ],
    ids=range(13),
)
def test_broken_json_and_other_values_are_no_object(body: bytes) -> None:
    assert parse_object(body) is None
