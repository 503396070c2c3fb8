"""The simulator of Claude does the background jobs: a rolling summary, and the facts about a customer."""

from collections.abc import AsyncIterator

import pytest
from anthropic import AsyncAnthropic
from anthropic.types import ToolChoiceToolParam, ToolParam

from devstack.claude_simulator.app import create_app
from devstack.tests.claude_simulator_shop import sdk_client

DIALOGUE = """\
<dialogue>
customer: היי, מה יש לכם?
agent: היי! הנה כל מה שיש לנו
customer: אני רוצה 2 קילו נקניק בקר. המשלוח לרחוב הרצל 15 תל אביב
agent: ההזמנה נרשמה! מספר ההזמנה #124
customer: שם שלי בר אגב, הטלפון 050-1234567
יש משהו לא חריף לילדים?
agent: נעים מאוד, בר!
</dialogue>"""
CHOICE: ToolChoiceToolParam = {"type": "tool", "name": "save_profile"}
SAVE_PROFILE: ToolParam = {
    "name": "save_profile",
    "input_schema": {"type": "object", "properties": {"name": {"type": "string"}}},
}


@pytest.fixture
async def client() -> AsyncIterator[AsyncAnthropic]:
    async with sdk_client(create_app()) as sdk:
        yield sdk


async def _summary(client: AsyncAnthropic, content: str) -> str:
    answer = await client.messages.create(
        model="claude-haiku-5-5",
        max_tokens=700,
        system="You keep the running summary of a chat.",
        messages=[{"role": "user", "content": content}],
    )
    (block,) = answer.content
    assert (answer.stop_reason, block.type) == ("end_turn", "text")
    return block.text if block.type == "text" else ""


async def _profile(client: AsyncAnthropic, dialogue: str) -> dict[str, object]:
    answer = await client.messages.create(
        model="claude-haiku-5-5",
        max_tokens=700,
        tools=[SAVE_PROFILE],
        tool_choice=CHOICE,
        messages=[{"role": "user", "content": dialogue}],
    )
    (block,) = answer.content
    assert (answer.stop_reason, block.type) == ("tool_use", "tool_use")
    return dict(block.input) if block.type == "tool_use" else {}


async def test_a_summary_tells_who_the_customer_is_and_what_happened(client: AsyncAnthropic) -> None:
    summary = await _summary(client, DIALOGUE)

    assert "name: בר" in summary
    assert "language: Hebrew" in summary
    assert "#124" in summary
    assert "נקניק בקר" in summary


async def test_a_summary_keeps_what_the_one_before_told(client: AsyncAnthropic) -> None:
    before = await _summary(client, DIALOGUE)
    later = "<dialogue>\ncustomer: תבטל לי את ההזמנה\nagent: הזמנה #124 בוטלה\n</dialogue>"

    after = await _summary(client, f"<previous_summary>\n{before}\n</previous_summary>\n{later}")

    assert "name: בר" in after
    assert "נקניק בקר" in after
    assert "תבטל לי את ההזמנה" in after


async def test_a_summary_does_not_grow_without_bound(client: AsyncAnthropic) -> None:
    summary = ""
    for number in range(40):
        dialogue = f"<dialogue>\ncustomer: how much is the pastrami, question {number}?\n</dialogue>"
        summary = await _summary(client, f"<previous_summary>\n{summary or '-'}\n</previous_summary>\n{dialogue}")

    assert len(summary) < 1500
    assert "question 39" in summary


async def test_the_profile_holds_what_the_customer_said_and_nothing_else(client: AsyncAnthropic) -> None:
    assert await _profile(client, DIALOGUE) == {
        "address": "רחוב הרצל 15 תל אביב",
        "name": "בר",
        "phone": "050-1234567",
        "language": "he",
        "notes": "לא חריף; לילדים",
    }


async def test_the_profile_of_small_talk_is_only_its_language(client: AsyncAnthropic) -> None:
    dialogue = "<dialogue>\ncustomer: hello\nagent: my name is Robot, call 03-5550100\n</dialogue>"

    assert await _profile(client, dialogue) == {"language": "en"}
