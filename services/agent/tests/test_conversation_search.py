"""Search over conversations: by name, chat id and what was said; as text, whatever characters it is made of."""

from typing import Any

import pytest
from sales.agent.v1 import conversations_pb2 as pb

from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import Rows


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def found(agent: Agent, tenant_id: str, query: str, **fields: Any) -> list[str]:
    """Ids of the conversations in which the query is found."""
    request = pb.ListConversationsRequest(query=query, **fields)
    answer = await agent.conversations(tenant_id).ListConversations(request)
    return [conversation.conversation_id for conversation in answer.conversations]


async def test_names_chat_ids_and_messages_are_searched(agent: Agent, tenant_id: str, rows: Rows) -> None:
    await rows.customer("c-1", "Michal Azulay")
    named = str(await rows.conversation(3, customer_id="c-1", display_name="Mimi"))
    shown = str(await rows.conversation(2, display_name="Mikhail"))
    numbered = str(await rows.conversation(1, external_chat_id="99887766"))
    said = await rows.conversation(0)
    await rows.message(said, "may I speak with Michal?")
    assert await found(agent, tenant_id, "michal") == [named, str(said)]
    assert await found(agent, tenant_id, "MIMI") == [named]
    assert await found(agent, tenant_id, "khail") == [shown]
    assert await found(agent, tenant_id, "8877") == [numbered]
    assert await found(agent, tenant_id, "nobody") == []


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("אפשר לקבל את הפסטרמה מחר?", "פסטרמה"),  # with the article before it
        ("וכשבאנו לחנות", "חנות"),
        ("Сколько стоит КОЛБАСА?", "колбаса"),
        ("сколько стоит колбаса?", "КОЛБАСА"),
        ("The PASTRAMI, please", "pastrami, pl"),
        ("Ein CRÈME-Törtchen", "crème-tört"),
        ("كم سعر المرتديلا؟", "مرتديلا"),
        ("my number is 054-1234567", "1234567"),
        ("first line\nsecond line", "line\nsecond"),
    ],
)
async def test_a_part_of_a_word_is_found_in_any_case_and_script(
    agent: Agent, tenant_id: str, rows: Rows, said: str, query: str
) -> None:
    conversation_id = await rows.conversation()
    await rows.message(conversation_id, said)
    await rows.message(await rows.conversation(), "something else")
    assert await found(agent, tenant_id, query) == [str(conversation_id)]


@pytest.mark.parametrize(
    "query", ["%", "_", "\\", "100%", "a_b", "\\%", "'", "';--", '"', "$1", "<img src=x onerror=1>", "*"]
)
async def test_no_character_is_a_pattern(agent: Agent, tenant_id: str, rows: Rows, query: str) -> None:
    conversation_id = await rows.conversation(external_chat_id="1")
    await rows.message(conversation_id, f"before {query} after")
    await rows.message(await rows.conversation(external_chat_id="2"), "100 a-b c")
    assert await found(agent, tenant_id, query) == [str(conversation_id)]


async def test_what_cannot_be_seen_around_a_pasted_name_is_not_searched_for(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = str(await rows.conversation(display_name="דנה"))
    assert await found(agent, tenant_id, " \u2068דנה\u2069\u200f ") == [conversation_id]
    # Inside, such a character is one like any other.
    assert await found(agent, tenant_id, "ד\u202eנה") == []
    turned = await rows.conversation(1)
    await rows.message(turned, "abc\u202edef")
    assert await found(agent, tenant_id, "c\u202ed") == [str(turned)]


async def test_nothing_but_blanks_and_marks_asks_for_all(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id = str(await rows.conversation())
    for query in ("", "   ", "\u200f", " \u2066\u2069\n"):
        assert await found(agent, tenant_id, query) == [conversation_id]


async def test_two_hundred_characters_of_any_width_can_be_searched_for(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    await rows.message(conversation_id, "x" * 5000 + "🌭" * 300)
    assert await found(agent, tenant_id, "x" + "🌭" * 199) == [str(conversation_id)]
    assert await found(agent, tenant_id, "🌭" * 199 + "x") == []


async def test_notes_and_what_staff_said_are_found_too(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id = await rows.conversation()
    await rows.message(conversation_id, "pays in cash", role="note", staff_name="Dana")
    await rows.message(conversation_id, "we close at two", role="staff", staff_name="Dana")
    assert await found(agent, tenant_id, "in cash") == [str(conversation_id)]
    assert await found(agent, tenant_id, "close at") == [str(conversation_id)]


async def test_search_goes_with_filters_and_pages(agent: Agent, tenant_id: str, rows: Rows) -> None:
    ids = []
    for minute in range(6):
        conversation_id = await rows.conversation(minute, unread_count=minute % 2)
        await rows.message(conversation_id, f"sausage {minute}")
        await rows.message(conversation_id, f"sausage again {minute}")
        ids.append(str(conversation_id))
    assert await found(agent, tenant_id, "sausage", unread=True) == [ids[5], ids[3], ids[1]]
    first = await agent.conversations(tenant_id).ListConversations(
        pb.ListConversationsRequest(query="sausage", page_size=4)
    )
    second = pb.ListConversationsRequest(query="sausage", page_size=4, page_token=first.next_page_token)
    answer = await agent.conversations(tenant_id).ListConversations(second)
    assert [conversation.conversation_id for conversation in answer.conversations] == [ids[1], ids[0]]
    assert answer.next_page_token == ""
