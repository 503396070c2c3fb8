"""The hourly limits at the worker: over them a fixed text answers without the model, and a person is called once."""

from datetime import timedelta

from sqlalchemy import Text, bindparam, func, literal_column, update

from services.agent.model import ModelUnavailableError
from services.agent.tables import conversations
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.worker_fixtures import Shift, StartShift, calls, says
from services.agent.texts import TENANT_BUSY, TOO_MANY
from services.common.db import statement

_AN_HOUR_PASSES = statement(
    update(conversations)
    .where(conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(hour_start=func.now() - literal_column("interval '61 minutes'"))
)


async def ask(agent: Agent, worker: Shift, chat: str) -> str:
    """Write to a chat, and give what was answered."""
    conversation_id = (await agent.say(worker.tenant_id, "hello", chat)).conversation_id
    await worker.attempt(conversation_id)
    return (await worker.said(conversation_id))[-1]


async def test_a_chat_over_its_limit_is_told_so_and_the_model_is_not_asked(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(max_messages_per_chat_hour=2)
    worker.model.script = [says("one"), says("two"), says("another chat")]
    assert [await ask(agent, worker, "77") for _ in range(4)] == ["one", "two", TOO_MANY["en"], TOO_MANY["en"]]
    assert await ask(agent, worker, "78") == "another chat"
    assert len(worker.model.requests) == 3
    assert await worker.attention() == ["message limit of the chat"]


async def test_a_chat_is_answered_again_after_its_hour(agent: Agent, tenant_id: str, shift: StartShift) -> None:
    worker = shift(max_messages_per_chat_hour=1)
    worker.model.script = [says("one"), says("an hour later")]
    assert [await ask(agent, worker, "77") for _ in range(2)] == ["one", TOO_MANY["en"]]
    async with agent.database.transaction(tenant_id) as tx:
        await tx.execute(_AN_HOUR_PASSES, t=tenant_id)
    assert await ask(agent, worker, "77") == "an hour later"


async def test_a_tenant_over_its_limit_is_busy_in_every_chat_until_the_hour_is_over(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(max_messages_per_tenant_hour=2)
    worker.model.script = [says("one"), says("two"), says("an hour later")]
    said = [await ask(agent, worker, chat) for chat in ("77", "78", "79", "80")]
    assert said == ["one", "two", TENANT_BUSY["en"], TENANT_BUSY["en"]]
    assert await worker.attention() == ["message limit of the tenant"]
    worker.now += timedelta(hours=1)
    assert await ask(agent, worker, "79") == "an hour later"


async def test_messages_of_a_burst_count_one_by_one(agent: Agent, tenant_id: str, shift: StartShift) -> None:
    worker = shift(max_messages_per_tenant_hour=3)
    worker.model.script = [says("one")]
    for _ in range(2):
        await agent.say(tenant_id, "hello", "77")
    assert await ask(agent, worker, "77") == "one"
    assert await ask(agent, worker, "78") == TENANT_BUSY["en"]


async def test_another_tenant_is_not_touched(agent: Agent, tenant_id: str, shift: StartShift) -> None:
    worker = shift(max_messages_per_tenant_hour=1)
    worker.model.script = [says("one"), says("other tenant")]
    assert [await ask(agent, worker, "77") for _ in range(2)] == ["one", TENANT_BUSY["en"]]
    worker.tenant_id = f"{tenant_id}_b"
    assert await ask(agent, worker, "77") == "other tenant"


async def test_a_turn_that_has_begun_goes_on_although_its_chat_went_over_the_limit_meanwhile(
    agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    worker = shift(max_messages_per_chat_hour=1, max_messages_per_tenant_hour=1)
    worker.model.script = [calls("create_order"), ModelUnavailableError("529"), says("Here you are.")]
    conversation_id = (await agent.say(tenant_id, "half a kilo of pastrami")).conversation_id
    await worker.attempt(conversation_id)
    await agent.say(tenant_id, "hello?")
    await worker.attempt(conversation_id)
    (reply,) = await worker.said(conversation_id)
    assert reply.startswith("Here you are.")
    assert "Order #7" in reply
