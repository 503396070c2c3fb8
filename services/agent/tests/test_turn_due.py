"""Who passes a message on learns whether an answer is to be expected."""

import uuid
from typing import Any

from sales.agent.v1 import messaging_pb2, staffing_pb2

from services.agent.tests.agent_fixtures import Agent, inbound
from services.agent.tests.test_commit import commit_reply


async def pause(agent: Agent, tenant_id: str, conversation_id: str) -> None:
    request = staffing_pb2.PauseAgentRequest(conversation_id=conversation_id, request_id=uuid.uuid4().hex)
    await agent.staffing(tenant_id).PauseAgent(request)


async def resume(agent: Agent, tenant_id: str, conversation_id: str) -> None:
    request = staffing_pb2.ResumeAgentRequest(conversation_id=conversation_id, request_id=uuid.uuid4().hex)
    await agent.staffing(tenant_id).ResumeAgent(request)


async def test_a_message_is_answered_once(agent: Agent, tenant_id: str) -> None:
    request = inbound()
    answers = [await agent.messaging(tenant_id).AcceptMessage(request) for _ in range(2)]
    assert [answer.turn_due for answer in answers] == [True, False]


async def test_a_message_that_comes_while_a_turn_runs_is_answered(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id)
    await agent.claim_of(first.conversation_id)
    assert (await agent.say(tenant_id)).turn_due


async def test_each_message_of_a_batch_has_its_own(agent: Agent, tenant_id: str) -> None:
    known = inbound("one")
    held = await agent.say(tenant_id, "hi", "2")
    await pause(agent, tenant_id, held.conversation_id)
    requests = [known, inbound("two", unanswerable=True), known, inbound("three", "2"), inbound("four", "3")]
    answer = await agent.messaging(tenant_id).BatchAcceptMessages(
        messaging_pb2.BatchAcceptMessagesRequest(messages=[request.message for request in requests])
    )
    assert [outcome.turn_due for outcome in answer.outcomes] == [True, False, False, False, True]


async def test_nobody_but_staff_answers_while_they_have_the_conversation(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    await pause(agent, tenant_id, first.conversation_id)
    assert not (await agent.say(tenant_id, "hello?")).turn_due
    assert not (await edit(agent, tenant_id, "3 kilos")).turn_due
    await resume(agent, tenant_id, first.conversation_id)
    assert (await agent.say(tenant_id, "hello?")).turn_due


async def test_a_message_whose_edit_came_first_is_not_answered(agent: Agent, tenant_id: str) -> None:
    assert (await edit(agent, tenant_id, "3 kilos")).turn_due
    assert not (await agent.say(tenant_id, "2 kilos", external_message_id="m1")).turn_due


async def test_an_edit_is_answered_when_it_changes_something(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    assert (await edit(agent, tenant_id, "3 kilos")).turn_due  # with the message that still waits
    assert await commit_reply(agent, await agent.claim_of(first.conversation_id))
    assert not (await edit(agent, tenant_id, "3 kilos")).turn_due
    assert (await edit(agent, tenant_id, "4 kilos")).turn_due


async def edit(agent: Agent, tenant_id: str, text: str) -> Any:
    return await agent.say(tenant_id, text, external_message_id="m1", edited=True)
