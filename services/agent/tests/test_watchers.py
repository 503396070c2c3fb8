"""Who watches hears what is new in a conversation, over plain NATS."""

import asyncio

from sales.agent.v1 import conversations_pb2, events_pb2
from sales.agent.v1 import messaging_pb2 as deliveries
from sales.agent.v1 import staffing_pb2 as pb

from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import Chat
from services.agent.tests.staffing_fixtures import Pair
from services.agent.tests.worker_fixtures import says
from services.agent.watchers import (
    CONVERSATION_TOUCHED,
    CUSTOMER_MESSAGE,
    DELIVERY_FAILED,
    REPLY,
    STATE,
    Watchers,
)
from services.common.nats_client import connect, watch


async def test_watchers_are_told_what_is_new_where(nats_url: str, tenant_id: str) -> None:
    nats = await connect(nats_url, "test")
    heard: asyncio.Queue[events_pb2.ConversationTouched] = asyncio.Queue()

    async def hear(data: bytes) -> None:
        touched = events_pb2.ConversationTouched.FromString(data)
        if touched.tenant_id == tenant_id:
            heard.put_nowait(touched)

    await watch(nats, CONVERSATION_TOUCHED, hear)
    await nats.flush()
    watchers = Watchers()
    publishing = asyncio.create_task(watchers.run(nats))
    watchers.touched(tenant_id, "conversation-1", REPLY)
    watchers.touched(tenant_id, "conversation-2", STATE)
    async with asyncio.timeout(60):
        told = [await heard.get(), await heard.get()]
    assert [(touched.conversation_id, touched.kind) for touched in told] == [
        ("conversation-1", REPLY),
        ("conversation-2", STATE),
    ]
    publishing.cancel()
    await asyncio.wait({publishing})
    await nats.close()


async def test_news_that_nobody_publishes_do_not_pile_up(tenant_id: str) -> None:
    watchers = Watchers()
    for _ in range(10_001):
        watchers.touched(tenant_id, "conversation", STATE)
    assert watchers.waiting == 10_000


async def test_what_is_said_is_told(pair: Pair) -> None:
    news = pair.agent.watchers.news[pair.conversation_id]
    assert news == [CUSTOMER_MESSAGE]
    pair.shift.model.script = [says("Hello.")]
    await pair.shift.attempt(pair.conversation_id)
    assert news[1:] == [REPLY]
    await pair.reply("I am Dana")
    assert sorted(news[2:]) == [REPLY, STATE]
    staff = pair.agent.staffing(pair.tenant_id)
    await staff.CreateNote(pb.CreateNoteRequest(conversation_id=pair.conversation_id, text="x", request_id="1"))
    assert news[4:] == [REPLY]
    await pair.resume()
    assert news[5:] == [STATE]


async def test_a_repeated_delivery_is_no_news(agent: Agent, tenant_id: str) -> None:
    for _ in range(2):
        accepted = await agent.say(tenant_id, delivery_id="d-1")
    assert agent.watchers.news[accepted.conversation_id] == [CUSTOMER_MESSAGE]


async def test_reading_is_told_once(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    read = pb.MarkConversationReadRequest(conversation_id=accepted.conversation_id, message_id=accepted.message_id)
    for _ in range(2):
        await agent.staffing(tenant_id).MarkConversationRead(read)
    assert agent.watchers.news[accepted.conversation_id] == [CUSTOMER_MESSAGE, STATE]


async def test_a_reply_that_cannot_be_delivered_is_told(agent: Agent, tenant_id: str) -> None:
    chat = Chat(agent, tenant_id)
    conversation_id = await chat.reply("one", "two")
    for outcome in (deliveries.DELIVERY_OUTCOME_SENT, deliveries.DELIVERY_OUTCOME_REJECTED):
        (delivery,) = await chat.lease()
        await chat.report(delivery, outcome)
    assert agent.watchers.news[conversation_id].count(DELIVERY_FAILED) == 1
    answer = await agent.conversations(tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
    (matter,) = answer.attention
    await agent.staffing(tenant_id).ResolveAttention(
        pb.ResolveAttentionRequest(attention_id=matter.attention_id, request_id="1")
    )
    assert agent.watchers.news[conversation_id][-1] == STATE
