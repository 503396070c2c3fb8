"""Messages of a conversation as staff read them: notes, events, tool calls and sending with what they belong to."""

import uuid
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict
from sales.agent.v1 import conversations_pb2 as pb

from services.agent import tables
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import NOON, Rows
from services.common.errors import DomainError

QUOTE = {
    "tool_use_id": "toolu_1",
    "step": 1,
    "name": "quote_order",
    "input": {"items": [{"product": "pastrami", "quantity": "0.5"}]},
    "result": {"quote": {"total": "37.50", "currency": "ILS"}},
    "is_error": False,
}
REFUSED = {
    **QUOTE,
    "tool_use_id": "toolu_2",
    "step": 2,
    "name": "create_order",
    "result": {"error": {"reason": "QUANTITY_STEP", "message": "0.5 is possible"}},
    "is_error": True,
}


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def read(agent: Agent, tenant_id: str, conversation_id: uuid.UUID, **fields: Any) -> pb.ListMessagesResponse:
    request = pb.ListMessagesRequest(conversation_id=str(conversation_id), **fields)
    answer: pb.ListMessagesResponse = await agent.conversations(tenant_id).ListMessages(request)
    return answer


async def test_notes_and_events_stand_where_they_happened_with_who_did_them(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    await rows.message(conversation_id, "is anybody there?", kind="voice", edited=True)
    await rows.message(conversation_id, "", role="event", event="paused", staff_name="Dana")
    await rows.message(conversation_id, "a regular", role="note", staff_name="Dana")
    await rows.message(conversation_id, "yes", role="staff", staff_name="Dana")
    await rows.message(conversation_id, "", role="event", event="resumed", staff_name="Noa")
    await rows.message(conversation_id, "", role="event", event="resumed_by_time")
    messages = (await read(agent, tenant_id, conversation_id)).messages
    assert [(message.role, message.event, message.staff_name, message.content) for message in messages] == [
        (pb.MESSAGE_ROLE_EVENT, pb.CONVERSATION_EVENT_RESUMED_BY_TIME, "", ""),
        (pb.MESSAGE_ROLE_EVENT, pb.CONVERSATION_EVENT_RESUMED, "Noa", ""),
        (pb.MESSAGE_ROLE_STAFF, pb.CONVERSATION_EVENT_UNSPECIFIED, "Dana", "yes"),
        (pb.MESSAGE_ROLE_NOTE, pb.CONVERSATION_EVENT_UNSPECIFIED, "Dana", "a regular"),
        (pb.MESSAGE_ROLE_EVENT, pb.CONVERSATION_EVENT_PAUSED, "Dana", ""),
        (pb.MESSAGE_ROLE_CUSTOMER, pb.CONVERSATION_EVENT_UNSPECIFIED, "", "is anybody there?"),
    ]
    assert (messages[5].kind, messages[5].edited) == (pb.MESSAGE_KIND_VOICE, True)


async def test_tool_calls_come_with_the_reply_of_their_own_turn_and_only_when_asked_for(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    conversation_id = await rows.conversation()
    quoted = await rows.turn(conversation_id, count_after=2, tool_calls=[QUOTE, REFUSED])
    talked = await rows.turn(conversation_id, count_after=4, tool_calls=[])
    await rows.message(conversation_id, "how much?", turn_id=quoted, ordinal=1)
    await rows.message(conversation_id, "one moment", role="system", turn_id=quoted)  # the turn took its time
    await rows.message(conversation_id, "37.50", role="agent", turn_id=quoted, ordinal=2)
    await rows.message(conversation_id, "thanks", turn_id=talked, ordinal=3)
    await rows.message(conversation_id, "you are welcome", role="agent", turn_id=talked, ordinal=4)

    answer = await read(agent, tenant_id, conversation_id, with_tool_calls=True)
    called = {message.content: message.tool_calls for message in answer.messages if message.tool_calls}
    assert list(called) == ["37.50"]
    quote, refused = called["37.50"]
    assert (quote.tool_use_id, quote.step, quote.name, quote.is_error) == ("toolu_1", 1, "quote_order", False)
    assert MessageToDict(quote.input) == QUOTE["input"]
    assert quote.result_json == '{"quote": {"total": "37.50", "currency": "ILS"}}'
    assert (refused.name, refused.is_error) == ("create_order", True)

    without = await read(agent, tenant_id, conversation_id)
    assert not any(message.tool_calls for message in without.messages)
    # The reply keeps them on whichever page it stands.
    page = await read(agent, tenant_id, conversation_id, with_tool_calls=True, page_size=2)
    assert not any(message.tool_calls for message in page.messages)
    older = await read(
        agent, tenant_id, conversation_id, with_tool_calls=True, page_size=2, page_token=page.next_page_token
    )
    assert [len(message.tool_calls) for message in older.messages] == [2, 0]


async def test_another_tenant_reads_neither_messages_nor_tool_calls(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id = await rows.conversation()
    with pytest.raises(DomainError) as refused:
        await read(agent, f"{tenant_id}x", conversation_id, with_tool_calls=True)
    assert refused.value.reason == "NOT_FOUND"


async def test_a_page_of_messages_costs_as_many_statements_at_a_thousand_rows_as_at_ten(
    agent: Agent, tenant_id: str, rows: Rows
) -> None:
    costs = []
    for count in (10, 1_000):
        conversation_id = await rows.conversation()
        turns = [
            {
                "turn_id": uuid.uuid4(),
                "conversation_id": conversation_id,
                "state": "completed",
                "count_after": n,
                "tool_calls": [QUOTE],
                "end_time": NOON,
            }
            for n in range(count)
        ]
        replies = [
            {
                "message_id": uuid.uuid4(),
                "conversation_id": conversation_id,
                "role": "agent",
                "content": "37.50",
                "turn_id": turn["turn_id"],
                "ordinal": turn["count_after"],
            }
            for turn in turns
        ]
        parts = [
            {
                "delivery_id": uuid.uuid4(),
                "conversation_id": conversation_id,
                "message_id": reply["message_id"],
                "part": 1,
                "content": "37.50",
                "state": "sent",
            }
            for reply in replies
        ]
        for table, values in ((tables.turns, turns), (tables.messages, replies), (tables.deliveries, parts)):
            await rows.add(table, *values)
        before = agent.database.round_trips
        answer = await read(agent, tenant_id, conversation_id, with_tool_calls=True, page_size=200)
        costs.append(agent.database.round_trips - before)
        assert len(answer.messages) == min(count, 200)
        assert all(len(message.tool_calls) == len(message.deliveries) == 1 for message in answer.messages)
    assert costs == [6, 6]  # the transaction's two ends; conversation, messages, deliveries, tool calls
