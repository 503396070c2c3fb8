"""What the customer tells of himself or herself is dated by the message, however late the tool runs."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from sales.customers.v1 import customers_pb2

from services.agent.model import ModelUnavailableError, Response
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.test_edits import edit
from services.agent.tests.test_stale_orders import results
from services.agent.tests.worker_fixtures import DiedError, Shift, StartShift, says
from services.agent.usage import Usage


def saves(**facts: str) -> Response:
    use = {"type": "tool_use", "id": "t1", "name": "update_customer_profile", "input": facts}
    return Response([use], "tool_use", Usage(100, 10, 0, 0), 5)


def told(worker: Shift) -> list[datetime]:
    """When the facts of each update were said."""
    return [update.source.observe_time.ToDatetime(UTC) for update in worker.services.profile_updates]


async def test_what_staff_entered_after_the_message_stays_and_is_named_to_the_model(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift()
    worker.model.script = [ModelUnavailableError("529")]
    chat = (await agent.say(tenant_id, "I moved to Herzl 15, and I am Bar")).conversation_id
    await worker.attempt(chat)
    worker.services.entered_by_staff["address"] = datetime.now(UTC)
    worker.model.script = [saves(address="Herzl 15", name="Bar"), says("Thank you.")]
    await worker.attempt(chat)
    (result,) = results(worker)
    told = json.loads(result["content"])
    assert (told["kept_fields"], told["saved_fields"]) == (["address"], ["name"])


async def test_what_the_customer_says_after_staff_entered_it_counts(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift()
    worker.services.entered_by_staff["address"] = datetime.now(UTC)
    worker.model.script = [saves(address="Herzl 15"), says("Thank you.")]
    chat = (await agent.say(tenant_id, "I moved to Herzl 15")).conversation_id
    await worker.attempt(chat)
    (result,) = results(worker)
    assert "kept_fields" not in json.loads(result["content"])


async def test_an_edited_message_was_said_when_it_was_edited(agent: Agent, tenant_id: str, shift: StartShift) -> None:
    worker = shift()
    chat = (await agent.say(tenant_id, "I moved to Herzl 1", external_message_id="m1")).conversation_id
    entered = datetime.now(UTC)
    await agent.messaging(tenant_id).AcceptMessage(edit("I moved to Herzl 15"))
    worker.model.script = [saves(address="Herzl 15"), says("Thank you.")]
    await worker.attempt(chat)
    assert entered < told(worker)[0] < datetime.now(UTC)


async def test_a_repeated_update_is_the_same_call_also_when_more_was_said_meanwhile(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = shift()
    update = worker.services.UpdateCustomer

    async def dies(request: Any, **call: Any) -> customers_pb2.UpdateCustomerResponse:
        await update(request, **call)
        raise DiedError

    monkeypatch.setattr(worker.services, "UpdateCustomer", dies)
    worker.model.script = [saves(name="Bar")]
    chat = (await agent.say(tenant_id, "I am Bar")).conversation_id
    await worker.attempt(chat)
    monkeypatch.undo()
    await agent.say(tenant_id, "are you there?")
    worker.model.script = [says("Hello Bar.")]
    await worker.attempt(chat)
    first, second = worker.services.profile_updates
    assert first.source.HasField("observe_time")
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)


async def test_a_message_that_came_meanwhile_dates_what_is_saved_after_it(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = shift()
    update = worker.services.UpdateCustomer
    since: list[datetime] = []

    async def says_more(request: Any, **call: Any) -> customers_pb2.UpdateCustomerResponse:
        if not since:
            since.append(datetime.now(UTC))
            await agent.say(tenant_id, "and my phone is 0501234567")
        return await update(request, **call)

    monkeypatch.setattr(worker.services, "UpdateCustomer", says_more)
    worker.model.script = [saves(name="Bar"), saves(phone="0501234567"), says("Thank you.")]
    chat = (await agent.say(tenant_id, "I am Bar")).conversation_id
    await worker.attempt(chat)
    earlier, later = told(worker)
    assert earlier < since[0] < later
