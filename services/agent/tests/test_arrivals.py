"""Messages that arrive at about the same time share a transaction, and nothing else."""

import asyncio
from datetime import timedelta

import grpc
import pytest
from sales.agent.v1 import conversations_pb2, messaging_pb2
from sqlalchemy import Text, bindparam, select, text

from services.agent.tables import due_conversations, messages
from services.agent.tests.agent_fixtures import Agent, inbound
from services.agent.turns import claims
from services.common.db import statement
from services.common.errors import DomainError
from services.common.tests.waiting import eventually

_TEXTS = statement(
    select(messages.c.content)
    .where(messages.c.tenant_id == bindparam("tenant_id", type_=Text))
    .order_by(messages.c.position)
)
_LOCK = statement(
    select(due_conversations.c.conversation_id)
    .where(due_conversations.c.tenant_id == bindparam("tenant_id", type_=Text))
    .order_by(due_conversations.c.arrivals.desc())
    .limit(1)
    .with_for_update()
)
_LEASES = statement(
    select(due_conversations.c.conversation_id).where(
        due_conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
        due_conversations.c.lease_until > text("now() + interval '30 minutes'"),
    )
)


async def texts(agent: Agent, tenant_id: str) -> list[str]:
    async with agent.database.transaction(tenant_id) as tx:
        return [row["content"] for row in await tx.fetch_all(_TEXTS, tenant_id=tenant_id)]


async def chat_of(agent: Agent, tenant_id: str, outcome: messaging_pb2.AcceptMessageResponse) -> str:
    request = conversations_pb2.GetConversationRequest(conversation_id=outcome.conversation_id)
    return str((await agent.conversations(tenant_id).GetConversation(request)).external_chat_id)


def batch(*requests: messaging_pb2.AcceptMessageRequest) -> messaging_pb2.BatchAcceptMessagesRequest:
    return messaging_pb2.BatchAcceptMessagesRequest(messages=[request.message for request in requests])


async def test_many_messages_are_stored_in_one_transaction(agent: Agent, tenant_id: str) -> None:
    requests = [inbound(f"m{number}", chat=str(number % 7)) for number in range(60)]
    before = agent.database.round_trips
    answer = await agent.messaging(tenant_id).BatchAcceptMessages(batch(*requests))
    assert agent.database.round_trips - before == 3
    assert not any(outcome.duplicate for outcome in answer.outcomes)
    assert sorted(await texts(agent, tenant_id)) == sorted(f"m{number}" for number in range(60))
    # Each outcome is that of its own message.
    assert [await chat_of(agent, tenant_id, outcome) for outcome in answer.outcomes[:9]] == list("012345601")


async def test_messages_and_edits_of_a_chat_are_stored_in_the_order_in_which_they_came(
    agent: Agent, tenant_id: str
) -> None:
    answer = await agent.messaging(tenant_id).BatchAcceptMessages(
        batch(
            inbound("2 kilos", chat="9", external_message_id="m1"),
            inbound("hello", chat="1"),
            inbound("3 kilos", chat="9", external_message_id="m1", edited=True),
            inbound("and bread", chat="9"),
        )
    )
    assert answer.outcomes[0].message_id == answer.outcomes[2].message_id
    assert [line for line in await texts(agent, tenant_id) if line != "hello"] == ["3 kilos", "and bread"]


async def test_repetitions_within_and_across_batches_are_stored_once(agent: Agent, tenant_id: str) -> None:
    one, two, three = inbound("one"), inbound("two"), inbound("three")
    first = await agent.messaging(tenant_id).BatchAcceptMessages(batch(one, two, one))
    again = await agent.messaging(tenant_id).BatchAcceptMessages(batch(three, two))
    assert [outcome.duplicate for outcome in (*first.outcomes, *again.outcomes)] == [False, False, True, False, True]
    assert again.outcomes[1].message_id == first.outcomes[1].message_id
    assert await texts(agent, tenant_id) == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("requests", "names"),
    [
        ([], "1 to 100"),
        ([inbound()] * 101, "1 to 100"),
        ([inbound("good"), inbound("bad", channel="")], "message.channel"),
        ([inbound("good"), inbound("b\0d")], "message.text"),
    ],
)
async def test_of_a_batch_that_is_refused_nothing_is_stored(
    agent: Agent, tenant_id: str, requests: list[messaging_pb2.AcceptMessageRequest], names: str
) -> None:
    with pytest.raises(DomainError, match=names) as refused:
        await agent.messaging(tenant_id).BatchAcceptMessages(batch(*requests))
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert await texts(agent, tenant_id) == []


async def test_a_batch_of_another_tenant_reaches_only_that_tenant(agent: Agent, tenant_id: str) -> None:
    request = batch(inbound("mine"), inbound("mine too"))
    mine, theirs = [await agent.messaging(t).BatchAcceptMessages(request) for t in (tenant_id, f"{tenant_id}_b")]
    assert not any(outcome.duplicate for outcome in theirs.outcomes)
    assert {one.conversation_id for one in mine.outcomes}.isdisjoint(one.conversation_id for one in theirs.outcomes)
    assert await texts(agent, tenant_id) == ["mine", "mine too"]


@pytest.mark.parametrize("waiting", [0, 1])
async def test_leases_are_renewed_past_a_row_on_which_a_message_is_being_stored(
    agent: Agent, tenant_id: str, waiting: int
) -> None:
    """Else a renewal and messages that are stored together could each wait for what the other holds."""
    await agent.say(tenant_id, "one", chat="1", delivery_id="d1")
    await agent.say(tenant_id, "two", chat="2", delivery_id="d2")
    accepted = await agent.say(tenant_id, "three", chat="2", delivery_id="d3")
    held = [
        claim
        for claim in await claims.claim(agent.database, 1000, timedelta(minutes=1))
        if claim.tenant_id == tenant_id
    ]
    assert len(held) == 2
    held.sort(key=lambda claim: str(claim.conversation_id) == accepted.conversation_id, reverse=bool(waiting))

    async def only_the_free_one() -> bool:
        rows = await agent.database.fetch_all(_LEASES, tenant_id=tenant_id)
        return [str(row["conversation_id"]) for row in rows] == [
            str(claim.conversation_id) for claim in held if str(claim.conversation_id) != accepted.conversation_id
        ]

    async with agent.database.transaction(tenant_id) as tx:
        await tx.fetch_one(_LOCK, tenant_id=tenant_id)
        renewal = asyncio.create_task(claims.renew(agent.database, held, timedelta(hours=1)))
        await eventually(only_the_free_one, "the renewal of the lease that nobody has locked")
        assert not renewal.done()
    assert await renewal == {claim.conversation_id for claim in held}
