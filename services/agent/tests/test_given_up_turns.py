"""Turns that are given up: the apology carries the receipts of what was really written, however far a try came."""

import json
from typing import Any

import pytest

from services.agent.model import ModelUnavailableError
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.worker_fixtures import DiedError, StartShift, calls, says
from services.agent.texts import APOLOGY

_TWO_TRIES = {"retry_seconds": (0.001,)}


def open_calls(messages: list[dict[str, Any]]) -> set[str]:
    """Ids of tool calls without a result."""
    blocks = [block for message in messages for block in message["content"]]
    called = {block["id"] for block in blocks if block["type"] == "tool_use"}
    return called - {block["tool_use_id"] for block in blocks if block["type"] == "tool_result"}


def assert_apology_with_receipt(said: list[str]) -> None:
    (reply,) = said
    assert reply.startswith(APOLOGY["en"])
    assert "Order #7" in reply
    assert "37.50" in reply


async def test_a_last_try_that_cannot_read_its_context_tells_what_an_earlier_one_wrote(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.model.script = [calls("create_order"), ModelUnavailableError("529")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    worker.services.down = {"ListOrders"}
    await worker.attempt(chat)
    assert_apology_with_receipt(await worker.said(chat))
    turn = await worker.turn(chat)
    assert (turn.state, turn.usage.input_tokens) == ("failed", 100)
    assert [(call.name, call.is_error) for call in turn.tool_calls] == [("create_order", False)]
    assert await worker.attention() == ["UNAVAILABLE"]


async def test_the_next_turn_sees_the_order_of_a_turn_that_was_given_up(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.model.script = [calls("create_order"), ModelUnavailableError("529"), says("Hello!")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    await agent.say(tenant_id, "are you there?")
    worker.services.down = {"ListOrders"}
    await worker.attempt(chat)
    worker.services.down = set()
    await agent.say(tenant_id, "hello?")
    await worker.attempt(chat)
    seen = worker.model.requests[-1]["messages"]
    assert open_calls(seen) == set()
    blocks = [block for message in seen for block in message["content"]]
    (result,) = (json.loads(block["content"]) for block in blocks if block["type"] == "tool_result")
    assert result["order"]["number"] == 7
    texts = [block["text"] for block in blocks if block["type"] == "text"]
    assert sum("are you there?" in text for text in texts) == 1


async def test_an_order_of_an_earlier_step_has_its_receipt_too(agent: Agent, tenant_id: str, shift: StartShift) -> None:
    worker = shift(**_TWO_TRIES)
    worker.model.script = [calls("create_order"), calls("get_customer_orders"), ModelUnavailableError("529")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    worker.services.down = {"ListOrders"}
    await worker.attempt(chat)
    assert_apology_with_receipt(await worker.said(chat))


async def test_a_worker_that_died_at_each_try_leaves_the_receipt_of_its_order(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.model.script = [calls("create_order"), DiedError(), DiedError()]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    for _ in range(3):
        await worker.attempt(chat)
    assert_apology_with_receipt(await worker.said(chat))
    assert len(worker.services.orders) == 1


async def test_an_order_that_a_later_try_does_not_repeat_keeps_its_receipt(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.model.script = [calls("create_order"), ModelUnavailableError("529"), ModelUnavailableError("529")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    worker.services.down = {"CreateOrder"}
    await worker.attempt(chat)
    assert_apology_with_receipt(await worker.said(chat))


async def test_what_went_through_before_another_service_failed_is_kept(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.services.down = {"UpdateCustomer"}
    both = calls("create_order", "update_customer_profile")
    both.content[1]["input"] = {"name": "Bar"}
    worker.model.script = [both]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami, I am Bar")).conversation_id
    await worker.attempt(chat)
    worker.services.down = {"ListOrders"}
    await worker.attempt(chat)
    assert_apology_with_receipt(await worker.said(chat))
    (detail,) = await worker.attention()
    assert detail.endswith("nobody knows whether this was done: update_customer_profile")


async def test_a_write_whose_end_nobody_saw_is_named_to_the_business_and_not_to_the_customer(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    worker.services.dies_after_order = True
    worker.model.script = [calls("create_order")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    worker.services.down = {"ListOrders"}
    await worker.attempt(chat)
    assert await worker.said(chat) == [APOLOGY["en"]]
    (detail,) = await worker.attention()
    assert detail.endswith("nobody knows whether this was done: create_order")


async def test_a_turn_that_never_reached_the_model_is_given_up_with_an_apology_alone(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(retry_seconds=())
    worker.services.down = {"ListOrders"}
    chat = (await agent.say(tenant_id, "hello")).conversation_id
    await worker.attempt(chat)
    assert await worker.said(chat) == [APOLOGY["en"]]
    assert worker.model.requests == []


@pytest.mark.parametrize(
    "after_the_lie",
    [[DiedError()], [calls("get_customer_orders"), DiedError()]],
    ids=["right after it", "after the next step"],
)
async def test_the_verdict_on_a_rejected_reply_survives_the_worker(
    agent: Agent, tenant_id: str, shift: StartShift, after_the_lie: list[Any]
) -> None:
    worker = shift(**_TWO_TRIES)
    lie = "Great, I placed your order! ✅"
    worker.model.script = [says(lie), *after_the_lie, says("Hello! What would you like?")]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    await worker.attempt(chat)
    turn = await worker.turn(chat)
    assert [(verdict.passed, verdict.reply) for verdict in turn.verdicts] == [
        (False, lie),
        (True, "Hello! What would you like?"),
    ]
    assert turn.verdicts[0].violations
    died, resumed = worker.model.requests[-2:]
    assert resumed == died
    assert "was not sent" in json.dumps(resumed["messages"])
    assert turn.usage.input_tokens == 100 * (len(after_the_lie) + 1)
    assert await worker.said(chat) == ["Hello! What would you like?"]


async def test_a_second_lie_after_the_worker_died_is_not_given_a_third_chance(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(**_TWO_TRIES)
    lie = "Great, I placed your order! ✅"
    worker.model.script = [says(lie), DiedError(), says(lie)]
    chat = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(chat)
    await worker.attempt(chat)
    turn = await worker.turn(chat)
    assert [verdict.passed for verdict in turn.verdicts] == [False, False]
    assert lie not in (await worker.said(chat))[0]
