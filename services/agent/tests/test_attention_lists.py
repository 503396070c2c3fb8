"""Lists of matters for a person: the open ones, those of one conversation, those that were taken care of."""

import uuid
from datetime import UTC
from typing import Any

import pytest
from sales.agent.v1 import conversations_pb2 as pb

from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import Rows, at
from services.common.errors import DomainError


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def listed(agent: Agent, tenant_id: str, **fields: Any) -> list[pb.Attention]:
    answer = await agent.conversations(tenant_id).ListAttention(pb.ListAttentionRequest(**fields))
    return list(answer.attention)


def ids(matters: list[pb.Attention]) -> list[str]:
    return [matter.attention_id for matter in matters]


async def test_the_open_ones_come_newest_first_with_whose_they_are(agent: Agent, tenant_id: str, rows: Rows) -> None:
    await rows.customer("c-1", "Dana Cohen")
    known = await rows.conversation(customer_id="c-1", display_name="dana_c")
    shown = await rows.conversation(display_name="Yossi", customer_id="c-2")
    older = await rows.attention(known, 1, reason="delivery_failed", detail="blocked")
    newer = await rows.attention(shown, 2)
    await rows.attention(known, 3, resolve_time=at(4), resolved_by="Noa")
    matters = await listed(agent, tenant_id)
    assert ids(matters) == [str(newer), str(older)]
    assert [matter.customer_name for matter in matters] == ["Yossi", "Dana Cohen"]
    assert (matters[1].reason, matters[1].detail) == ("delivery_failed", "blocked")
    assert not matters[1].HasField("resolve_time")


async def test_those_taken_care_of_come_when_asked_for_and_tell_by_whom(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    resolved = await rows.attention(conversation_id, 1, resolve_time=at(9), resolved_by="Noa")
    is_open = await rows.attention(conversation_id, 0)
    assert ids(await listed(agent, tenant_id)) == [str(is_open)]
    both = await listed(agent, tenant_id, with_resolved=True)
    assert ids(both) == [str(resolved), str(is_open)]
    assert (both[0].resolve_time.ToDatetime(UTC), both[0].resolved_by) == (at(9), "Noa")


async def test_those_of_one_conversation(agent: Agent, tenant_id: str, rows: Rows) -> None:
    one, other = await rows.conversation(), await rows.conversation()
    matter = await rows.attention(one)
    await rows.attention(other)
    assert ids(await listed(agent, tenant_id, conversation_id=str(one))) == [str(matter)]
    assert ids(await listed(agent, tenant_id, conversation_id=str(one), with_resolved=True)) == [str(matter)]
    assert await listed(agent, f"{tenant_id}x") == []
    for reader, conversation_id in ((f"{tenant_id}x", str(one)), (tenant_id, str(uuid.uuid4())), (tenant_id, "x")):
        with pytest.raises(DomainError) as refused:
            await listed(agent, reader, conversation_id=conversation_id)
        assert refused.value.reason == "NOT_FOUND"


async def test_pages_hold_each_matter_once_though_some_are_resolved_meanwhile(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    raised = [str(await rows.attention(conversation_id, minute // 2)) for minute in range(5)]
    reader = agent.conversations(tenant_id)
    first = await reader.ListAttention(pb.ListAttentionRequest(page_size=2))
    await rows.attention(conversation_id, 60)  # newer than what was read
    second = await reader.ListAttention(pb.ListAttentionRequest(page_size=2, page_token=first.next_page_token))
    third = await reader.ListAttention(pb.ListAttentionRequest(page_size=2, page_token=second.next_page_token))
    found = ids([*first.attention, *second.attention, *third.attention])
    assert sorted(found) == sorted(raised)
    assert found[0] == raised[4]
    assert third.next_page_token == ""


async def test_a_list_costs_as_many_statements_for_a_thousand_as_for_ten(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    costs = []
    for count in (10, 990):
        for minute in range(count):
            await rows.attention(conversation_id, minute)
        before = agent.database.round_trips
        await listed(agent, tenant_id, page_size=200, conversation_id=str(conversation_id))
        costs.append(agent.database.round_trips - before)
    assert costs == [4, 4]
