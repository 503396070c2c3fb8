"""Lists of conversations: each filter, search, pages, and what is told of each conversation."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sales.agent.v1 import conversations_pb2 as pb

from services.agent import tables
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import NOON, Rows, at
from services.common.errors import DomainError


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def listed(agent: Agent, tenant_id: str, **fields: Any) -> list[str]:
    """Ids of the conversations on the first page."""
    answer = await agent.conversations(tenant_id).ListConversations(pb.ListConversationsRequest(**fields))
    return [conversation.conversation_id for conversation in answer.conversations]


async def test_the_latest_activity_comes_first_and_pages_hold_each_conversation_once(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    # Pairs are active at the same moment: their ids decide.
    ids = [str(await rows.conversation(minute // 2)) for minute in range(7)]
    found: list[str] = []
    token, pages = "", 0
    while token or not pages:
        request = pb.ListConversationsRequest(page_size=2, page_token=token)
        page = await agent.conversations(tenant_id).ListConversations(request)
        found += [conversation.conversation_id for conversation in page.conversations]
        token, pages = page.next_page_token, pages + 1
    assert pages == 4
    assert sorted(found) == sorted(ids)
    assert found[0] == ids[6]
    assert set(found[1:3]) == {ids[4], ids[5]}


async def test_another_tenants_conversations_are_neither_listed_nor_found(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation(external_chat_id="4711", display_name="Dana")
    await rows.message(conversation_id, "a secret")
    other = f"{tenant_id}x"
    for fields in ({}, {"query": "secret"}, {"query": "dana"}, {"query": "4711"}, {"external_chat_id": "4711"}):
        assert await listed(agent, other, **fields) == []
    assert await listed(agent, tenant_id, query="secret") == [str(conversation_id)]


async def test_who_answers_is_told_and_filtered(agent: Agent, tenant_id: str, rows: Rows) -> None:
    by_agent, needs = [await rows.conversation(minute) for minute in range(2)]
    by_person = await rows.conversation(2, paused_until=at(60), paused_by="Dana")
    await rows.attention(needs)
    await rows.attention(needs)
    await rows.attention(by_agent, resolve_time=NOON)
    await rows.attention(by_person)  # whoever has it looks after that too

    expected = {
        pb.HANDLER_AGENT: [str(by_agent)],
        pb.HANDLER_NEEDS_PERSON: [str(needs)],
        pb.HANDLER_PERSON: [str(by_person)],
    }
    for handler, ids in expected.items():
        assert await listed(agent, tenant_id, handlers=[handler]) == ids
    both = await listed(agent, tenant_id, handlers=[pb.HANDLER_PERSON, pb.HANDLER_AGENT])
    assert both == [str(by_person), str(by_agent)]

    answer = await agent.conversations(tenant_id).ListConversations(pb.ListConversationsRequest())
    paused, needy, free = answer.conversations
    assert (paused.handler, paused.paused_by) == (pb.HANDLER_PERSON, "Dana")
    assert paused.resume_time.ToDatetime(UTC) == at(60)
    assert (needy.handler, needy.open_attention_count) == (pb.HANDLER_NEEDS_PERSON, 2)
    assert (free.handler, free.open_attention_count, free.paused_by) == (pb.HANDLER_AGENT, 0, "")
    assert not free.HasField("resume_time")


async def test_unread_ones_a_channel_and_a_chat_can_be_asked_for_together(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    unread = await rows.conversation(0, unread_count=3, external_chat_id="77")
    on_web = await rows.conversation(1, channel="web", external_chat_id="77", channel_account_id="web-1")
    unread_on_web = await rows.conversation(2, channel="web", unread_count=1)
    assert await listed(agent, tenant_id, unread=True) == [str(unread_on_web), str(unread)]
    assert await listed(agent, tenant_id, channel="web") == [str(unread_on_web), str(on_web)]
    assert await listed(agent, tenant_id, external_chat_id="77") == [str(on_web), str(unread)]
    assert await listed(agent, tenant_id, channel="web", unread=True) == [str(unread_on_web)]
    assert await listed(agent, tenant_id, external_chat_id="77", channel="web", unread=True) == []
    assert await listed(agent, tenant_id, channel="we") == []


async def test_a_conversation_tells_its_customer_order_and_whether_the_agent_is_writing(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    await rows.customer("c-1", "דנה כהן")
    known = await rows.conversation(
        3, customer_id="c-1", unread_count=2, last_order_number=124, last_order_status="pending"
    )
    writing = await rows.conversation(2)
    died = await rows.conversation(1)
    silenced = await rows.conversation(0)
    now = datetime.now(UTC)
    for conversation_id, lease, paused in (
        (writing, now + timedelta(minutes=1), None),
        (died, now - timedelta(minutes=1), None),
        (silenced, now + timedelta(minutes=1), now + timedelta(hours=1)),
    ):
        due = {
            "conversation_id": conversation_id,
            "lease_until": lease,
            "turn_id": uuid.uuid4(),
            "paused_until": paused,
        }
        await rows.add(tables.due_conversations, due)

    answer = await agent.conversations(tenant_id).ListConversations(pb.ListConversationsRequest())
    assert [conversation.answering for conversation in answer.conversations] == [False, True, False, False]
    first = answer.conversations[0]
    assert first.conversation_id == str(known)
    assert (first.customer_name, first.unread_count) == ("דנה כהן", 2)
    assert (first.last_order_number, first.last_order_status) == (124, "pending")
    one = await agent.conversations(tenant_id).GetConversation(pb.GetConversationRequest(conversation_id=str(known)))
    assert one == first


async def test_a_list_costs_as_many_statements_for_a_thousand_rows_as_for_ten(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    async def cost(**fields: Any) -> int:
        before = agent.database.round_trips
        await agent.conversations(tenant_id).ListConversations(pb.ListConversationsRequest(page_size=200, **fields))
        return agent.database.round_trips - before

    asked: list[dict[str, Any]] = [{}, {"query": "hello"}, {"handlers": [pb.HANDLER_NEEDS_PERSON]}, {"unread": True}]
    few: list[int] = []
    many: list[int] = []
    for count, costs in ((10, few), (990, many)):
        template = {"channel": "telegram", "channel_account_id": "account-1"}
        await rows.add(
            tables.conversations,
            *(template | {"conversation_id": uuid.uuid4(), "external_chat_id": uuid.uuid4().hex} for _ in range(count)),
        )
        costs += [await cost(**fields) for fields in asked]
    assert few == many == [3] * 4  # the transaction's two ends, and the list


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"query": "x" * 201}, "query"),
        ({"query": "a\x00b"}, "query"),
        ({"external_chat_id": "7\x007"}, "external_chat_id"),
        ({"channel": "c" * 201}, "channel"),
        ({"handlers": [pb.HANDLER_AGENT, pb.HANDLER_UNSPECIFIED]}, "handlers[1]"),
        ({"page_size": -1}, "page_size"),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_by_the_name_of_its_field(
    agent: Agent, tenant_id: str, fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await listed(agent, tenant_id, **fields)
    assert refused.value.field == field
