"""Orders that staff change while the model answers: it overwrites nothing that it has not been shown."""

from typing import Any

import pytest
from sales.orders.v1 import orders_pb2

from services.agent.model import Response
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.test_given_up_turns import assert_apology_with_receipt
from services.agent.tests.worker_fixtures import Shift, StartShift, an_order, calls, says
from services.agent.usage import Usage
from services.common.errors import stale


def updates(*notes: str) -> Response:
    """Updates of order #7 in one response."""
    uses = [
        {
            "type": "tool_use",
            "id": f"update {note}",
            "name": "update_order",
            "input": {"order_number": 7, "notes": note},
        }
        for note in notes
    ]
    return Response(uses, "tool_use", Usage(100, 10, 0, 0), 5)


@pytest.fixture
async def chat(agent: Agent, tenant_id: str, shift: StartShift) -> tuple[Shift, str, orders_pb2.Order]:
    """A worker, and a chat of whose order staff have changed something since the worker last saw it."""
    worker = shift()
    worker.services.orders["1"] = order = an_order(7)
    worker.model.script = [says("Hello.")]
    conversation_id = (await agent.say(tenant_id, "hello")).conversation_id
    await worker.attempt(conversation_id)
    worker.services.change(order, "by staff")
    await agent.say(tenant_id, "please ring the bell")
    return worker, conversation_id, order


def results(worker: Shift) -> list[dict[str, Any]]:
    """What tools brought, as the model saw it last."""
    blocks = [block for message in worker.model.requests[-1]["messages"] for block in message["content"]]
    return [block for block in blocks if block["type"] == "tool_result"]


async def test_neither_of_two_updates_overwrites_what_the_model_has_not_seen(
    chat: tuple[Shift, str, orders_pb2.Order],
) -> None:
    worker, conversation_id, order = chat
    worker.model.script = [updates("ring", "ring twice"), says("Shall I add the note?")]
    await worker.attempt(conversation_id)
    assert [bool(result.get("is_error")) for result in results(worker)] == [True, True]
    assert "by staff" in results(worker)[0]["content"]
    assert order.notes == "by staff"


async def test_what_is_read_in_the_same_response_is_not_seen_yet_either(
    chat: tuple[Shift, str, orders_pb2.Order],
) -> None:
    worker, conversation_id, order = chat
    both = updates("ring")
    both.content.insert(0, calls("get_customer_orders").content[0])
    worker.model.script = [both, says("Shall I add the note?")]
    await worker.attempt(conversation_id)
    assert order.notes == "by staff"


async def test_a_step_after_the_refusal_the_model_has_seen_the_order_and_changes_it(
    chat: tuple[Shift, str, orders_pb2.Order],
) -> None:
    worker, conversation_id, order = chat
    worker.model.script = [updates("ring"), updates("by staff; ring", "by staff; ring twice"), says("Fine.")]
    await worker.attempt(conversation_id)
    assert [bool(result.get("is_error")) for result in results(worker)] == [True, False, False]
    assert order.notes == "by staff; ring twice"


async def test_an_order_placed_before_a_stale_one_could_not_be_shown_has_its_receipt_in_the_apology(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = shift(retry_seconds=())

    async def refuse_and_go_down(_request: Any, **_call: Any) -> orders_pb2.Order:
        worker.services.down = {"ListOrders"}
        raise stale("order #3 has changed")

    monkeypatch.setattr(worker.services, "UpdateOrder", refuse_and_go_down)
    both = calls("create_order")
    both.content.extend(updates("ring").content)
    worker.model.script = [both]
    conversation_id = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(conversation_id)
    assert_apology_with_receipt(await worker.said(conversation_id))
    (detail,) = await worker.attention()
    assert detail.endswith("nobody knows whether this was done: update_order")
