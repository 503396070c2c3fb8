"""The delivery queue: in order, one at a time, once, and honest about what is not known."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from sales.agent.v1 import messaging_pb2 as pb
from sqlalchemy import Text, bindparam, select

from services.agent import messaging
from services.agent.deliveries import queue
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.messaging import MessagingServicer
from services.agent.tables import plumbing
from services.agent.tests.agent_fixtures import Agent, test_settings
from services.agent.tests.delivery_fixtures import Chat
from services.agent.watchers import Watchers
from services.common import telemetry
from services.common.db import statement
from services.common.tests.waiting import eventually

_TRACES = statement(
    select(plumbing.outbox.c.traceparent).where(plumbing.outbox.c.tenant_id == bindparam("t", type_=Text))
)


def servicer_beside(agent: Agent, outlet: DeliveryOutlet) -> MessagingServicer:
    """Another replica's: it has not written the texts that it hands out."""
    return MessagingServicer(agent.database, test_settings(), outlet, agent.reports, Watchers(), agent.woken.append)


async def test_parts_leave_in_order_and_one_at_a_time(chat: Chat) -> None:
    conversation_id = await chat.reply("one", "two")
    (first,) = await chat.lease()
    assert first.text == "one"
    assert await chat.lease() == []
    await chat.report(first, pb.DELIVERY_OUTCOME_SENT, external_message_id="900")
    (second,) = await chat.lease()
    assert second.text == "two"
    assert await chat.states(conversation_id) == [("one", "sent", False), ("two", "sending", False)]


async def test_chats_do_not_wait_for_each_other(agent: Agent, tenant_id: str) -> None:
    here, there = Chat(agent, tenant_id, "1"), Chat(agent, tenant_id, "2")
    await here.reply("one")
    await there.reply("two")
    assert sorted(delivery.text for delivery in await here.lease()) == ["one", "two"]


async def test_the_event_of_a_turn_names_its_trace_in_the_outbox_too(chat: Chat) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with telemetry.span("turn", traceparent):
        await chat.reply("one")
    async with chat.agent.database.transaction(chat.tenant_id) as tx:
        rows = await tx.fetch_all(_TRACES, t=chat.tenant_id)
    assert [row["traceparent"] for row in rows] == [traceparent]


async def test_an_agent_that_stops_keeps_no_gateway_waiting(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messaging, "_LONGEST_WAIT", 3600.0)
    outlet = DeliveryOutlet()
    servicer = servicer_beside(agent, outlet)
    request = pb.LeaseDeliveriesRequest(channels=[f"telegram-{tenant_id}"], wait=Duration(seconds=3600))
    before = agent.database.round_trips
    waiting = asyncio.create_task(servicer.LeaseDeliveries(request, None))

    async def looked() -> bool:
        return agent.database.round_trips > before

    await eventually(looked, "the first look into the queue")
    outlet.close()
    async with asyncio.timeout(60):
        assert not (await waiting).deliveries


@pytest.mark.parametrize("step", ["lease", "texts"])
async def test_a_delivery_leased_for_a_gateway_that_has_gone_is_given_back(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    chat = Chat(agent, tenant_id)
    await chat.reply("hello")
    servicer = servicer_beside(agent, DeliveryOutlet())
    leased, told, take = asyncio.Event(), asyncio.Event(), getattr(queue, step)

    async def done_and_told_later(*arguments: Any) -> Any:
        found = await take(*arguments)
        leased.set()
        await told.wait()
        return found

    monkeypatch.setattr(queue, step, done_and_told_later)
    calling = asyncio.create_task(servicer.LeaseDeliveries(pb.LeaseDeliveriesRequest(channels=[chat.channel]), None))
    await leased.wait()
    calling.cancel()
    told.set()
    with pytest.raises(asyncio.CancelledError):
        await calling
    monkeypatch.undo()
    (again,) = await queue.lease(agent.database, [chat.channel], 10, timedelta(seconds=90))
    assert again.uncertain_count == 0, "it was never sent"
