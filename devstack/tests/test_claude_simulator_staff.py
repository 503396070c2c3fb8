"""The salesperson in the simulator of Claude after a person of the business wrote in the conversation."""

from html import escape
from typing import Any

import pytest

from devstack.tests.claude_simulator_shop import Chat, customer_message

BACK = "<platform_notice>\nStaff handed the conversation back to you.\n</platform_notice>"


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _staff(text: str) -> dict[str, Any]:
    return _text(f"<staff_message>\n{escape(text, quote=False)}\n</staff_message>")


def _handed_back(chat: Chat, *staff: str, asked: str = "") -> None:
    """While the agent was paused the customer asked, staff wrote, and then handed the conversation back."""
    while_paused = [customer_message(asked)] if asked else []
    chat.history.append({"role": "user", "content": [*while_paused, *map(_staff, staff), _text(BACK)]})


@pytest.mark.parametrize(
    ("request_for_it", "answer"),
    [
        ("I want to talk to a person", "will answer you"),
        ("אני רוצה לדבר עם בן אדם", "התשובה תגיע"),
        ("call the manager", "will answer you"),
        ("can u call me", "will answer you"),
        ("תתקשרו אליי", "התשובה תגיע"),
    ],
)
async def test_who_asks_for_a_human_gets_one_and_is_told_so(butcher: Chat, request_for_it: str, answer: str) -> None:
    reply = await butcher.say(request_for_it)

    assert butcher.shop.names == ["request_human"]
    assert answer in reply


@pytest.mark.parametrize(
    "question",
    [
        "what did he say about the delivery?",
        "What did the manager write?",
        "did they answer?",
        "מה אמרו לי?",
        "מה הוא אמר על המשלוח?",
        "что мне сказали?",
        "ماذا قالوا؟",
    ],
)
async def test_what_staff_wrote_is_repeated_when_asked(butcher: Chat, question: str) -> None:
    await butcher.say("I want to talk to a person")
    _handed_back(butcher, "The delivery comes on Thursday at 10 & the driver calls first", asked="where is it?")
    before = list(butcher.shop.names)

    reply = await butcher.say(question)

    assert "The delivery comes on Thursday at 10 & the driver calls first" in reply
    assert butcher.shop.names == before


async def test_of_several_messages_of_staff_the_one_about_the_matter_else_the_last_is_quoted(butcher: Chat) -> None:
    _handed_back(butcher, "The delivery is on Sunday.", "Sorry for the trouble.")

    assert "on Sunday" in await butcher.say("what did she say about the delivery?")
    assert "Sorry for the trouble" in await butcher.say("what did she say?")


async def test_without_a_word_of_staff_none_is_made_up(butcher: Chat) -> None:
    await butcher.say("I want to talk to a person")

    assert "don't see a message" in await butcher.say("what did they say?")


@pytest.mark.parametrize(
    ("text", "words"), [("thanks!", "welcome"), ("hi", "Great to hear from you"), ("תודה רבה", "בשמחה")]
)
async def test_after_the_return_it_goes_on_as_always(butcher: Chat, text: str, words: str) -> None:
    await butcher.say("2 kg pastrami please")
    _handed_back(butcher, "I can offer you 5 kg of salami and 3 kg of lamb chops, shall I?", asked="any offers?")
    before = list(butcher.shop.names)

    reply = await butcher.say(text)

    assert words in reply
    assert "I can offer" not in reply
    assert butcher.shop.names == before


async def test_neither_what_staff_wrote_nor_what_staff_answered_is_ordered(butcher: Chat) -> None:
    content = [
        customer_message("2 kg salami please"),
        _staff("I'll bring you 3 kg of lamb chops"),
        _text(BACK),
        customer_message("hi"),
    ]
    answer = await butcher.ask([{"role": "user", "content": [*content, butcher.context()]}])

    assert answer.stop_reason == "end_turn"


async def test_an_order_after_the_return_is_placed(butcher: Chat) -> None:
    await butcher.say("I want some chicken")
    _handed_back(butcher, "We are out of wings")

    await butcher.say("1 kg pastrami please")

    assert butcher.shop.calls[-1] == ("create_order", {"items": [{"product": "pastrami", "quantity": "1"}]})


async def test_a_return_without_a_word_of_staff_refuses_no_earlier_reply(butcher: Chat) -> None:
    greeting = await butcher.say("hi")
    butcher.history.append({"role": "user", "content": [_text(BACK)]})

    assert await butcher.say("hi") == greeting
