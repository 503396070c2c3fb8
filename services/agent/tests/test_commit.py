"""Claims, journal and commit: whoever lost the lease changes nothing; a late message is never lost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from sales.agent.v1 import events_pb2
from sqlalchemy import Text, bindparam, func, select, update

from services.agent.attention import MESSAGE_LIMIT, count_open, raise_attention
from services.agent.tables import due_conversations, messages, plumbing, turn_steps
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import an_outcome
from services.agent.turns import claims, commit, journal
from services.agent.turns.claims import Claim, LeaseLostError
from services.agent.turns.journal import Step
from services.agent.turns.outcome import Outcome
from services.common.db import statement
from services.common.outbox import Outbox, new_event

_EXPIRE = statement(
    update(due_conversations)
    .where(due_conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now())
)
_DUE = statement(select(due_conversations).where(due_conversations.c.tenant_id == bindparam("t", type_=Text)))
_MESSAGES = statement(
    select(messages.c.role, messages.c.content, messages.c.ordinal, messages.c.pending)
    .where(messages.c.tenant_id == bindparam("t", type_=Text))
    .order_by(messages.c.position)
)
_STEPS = statement(
    select(turn_steps.c.sequence)
    .where(turn_steps.c.tenant_id == bindparam("t", type_=Text))
    .order_by(turn_steps.c.sequence)
)


async def commit_reply(agent: Agent, claim: Claim, *, may_extend: bool = True, arrivals: int | None = None) -> bool:
    async with agent.database.transaction(claim.tenant_id) as tx:
        conversation, pending = await journal.load(tx, claim)
        seen = conversation.arrivals if arrivals is None else arrivals
        taken = pending[:seen]
        outcome = an_outcome(["done"], taken, seen)
        if not may_extend:
            outcome = Outcome(**{name: getattr(outcome, name) for name in Outcome.__slots__} | {"may_extend": False})
        event = new_event(claim.tenant_id, "test.event", events_pb2.TurnCompleted())
        written = await commit.commit(
            tx, claim, conversation, outcome, [uuid.uuid4()], event, queued=True, silence=timedelta()
        )
        return written is not None


async def rows(agent: Agent, tenant_id: str, query: Any) -> list[Any]:
    async with agent.database.transaction(tenant_id) as tx:
        return await tx.fetch_all(query, t=tenant_id)


def a_step(sequence: int) -> Step:
    return Step(sequence, [], {"content": [], "stop_reason": "tool_use", "usage": {}}, {}, 5)


async def test_a_commit_counts_messages_and_ends_the_lease(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id, "one")
    await agent.say(tenant_id, "two")
    claim = await agent.claim_of(accepted.conversation_id)
    assert await commit_reply(agent, claim)
    assert [tuple(row) for row in await rows(agent, tenant_id, _MESSAGES)] == [
        ("customer", "one", 1, False),
        ("customer", "two", 2, False),
        ("agent", "done", 3, False),
    ]
    (due,) = await rows(agent, tenant_id, _DUE)
    assert (due["due_time"], due["turn_id"], due["attempts"]) == (None, None, 0)


async def test_a_worker_that_lost_its_lease_can_neither_journal_nor_commit(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    lost = await agent.claim_of(accepted.conversation_id)
    await agent.database.execute(_EXPIRE, t=tenant_id)
    held = await agent.claim_of(accepted.conversation_id)
    assert (held.epoch, held.turn_id, held.attempts) == (lost.epoch + 1, lost.turn_id, 2)
    with pytest.raises(LeaseLostError):
        async with agent.database.transaction(tenant_id) as tx:
            await journal.append_step(tx, lost, 0, a_step(1))
    assert not await commit_reply(agent, lost)
    assert not await claims.still_held(agent.database, lost)
    assert [row["role"] for row in await rows(agent, tenant_id, _MESSAGES)] == ["customer"]
    assert await rows(agent, tenant_id, _STEPS) == []
    assert await commit_reply(agent, held)


async def test_a_step_is_journalled_once(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    async with agent.database.transaction(tenant_id) as tx:
        await journal.append_step(tx, claim, 0, a_step(1))
    async with agent.database.transaction(tenant_id) as tx:
        steps = await journal.load_steps(tx, claim.turn_id)
    assert [step.sequence for step in steps] == [1]


async def test_a_message_that_comes_before_the_commit_is_taken_along_once(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id, "one")
    claim = await agent.claim_of(accepted.conversation_id)
    await agent.say(tenant_id, "two")
    assert not await commit_reply(agent, claim, arrivals=1)
    assert await claims.still_held(agent.database, claim)
    assert await commit_reply(agent, claim)
    assert [row["pending"] for row in await rows(agent, tenant_id, _MESSAGES)] == [False, False, False]


async def test_a_message_that_can_no_longer_be_taken_along_makes_the_chat_due_again(
    agent: Agent, tenant_id: str
) -> None:
    accepted = await agent.say(tenant_id, "one")
    claim = await agent.claim_of(accepted.conversation_id)
    await agent.say(tenant_id, "two")
    assert await commit_reply(agent, claim, may_extend=False, arrivals=1)
    again = await agent.claim_of(accepted.conversation_id)
    assert again.turn_id != claim.turn_id
    async with agent.database.transaction(tenant_id) as tx:
        _conversation, pending = await journal.load(tx, again)
    assert [message.content for message in pending] == ["two"]


async def test_a_conversation_is_claimed_by_one_worker_at_a_time(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    claimed = await claims.claim(agent.database, 10_000, timedelta(seconds=30))
    assert claim.conversation_id not in {other.conversation_id for other in claimed}
    kept = await claims.renew(agent.database, [claim], timedelta(seconds=30))
    assert kept == {claim.conversation_id}


async def test_a_turn_put_off_keeps_its_id_and_counts_its_tries(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    await claims.put_off(agent.database, claim, timedelta())
    again = await agent.claim_of(accepted.conversation_id)
    assert (again.turn_id, again.attempts) == (claim.turn_id, 2)
    await claims.put_off(agent.database, again, timedelta(), counted=False)
    assert (await agent.claim_of(accepted.conversation_id)).attempts == 2


async def test_a_holding_message_goes_out_once_for_a_turn(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    sent = []
    for _ in range(2):
        async with agent.database.transaction(tenant_id) as tx:
            conversation, _pending = await journal.load(tx, claim)
            sent.append(await commit.hold(tx, claim, conversation, "one moment", uuid.uuid4(), queued=True))
    assert sent == [True, False]
    found = [(row["role"], row["ordinal"]) for row in await rows(agent, tenant_id, _MESSAGES)]
    assert found == [("customer", None), ("system", None)]


async def test_a_turn_that_has_ended_can_neither_be_put_off_nor_released(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    assert await commit_reply(agent, claim)
    await claims.put_off(agent.database, claim, timedelta())
    (due,) = await rows(agent, tenant_id, _DUE)
    assert due["due_time"] is None


async def test_a_release_loses_no_message_that_comes_meanwhile(agent: Agent, tenant_id: str) -> None:
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    await agent.say(tenant_id)
    await claims.release(agent.database, claim, arrivals=1)
    (due,) = await rows(agent, tenant_id, _DUE)
    assert due["due_time"] is not None
    await claims.release(agent.database, claim, arrivals=2)
    (due,) = await rows(agent, tenant_id, _DUE)
    assert due["due_time"] is None


async def test_open_attention_is_counted_over_all_tenants_and_once_for_a_cause(agent: Agent, tenant_id: str) -> None:
    before = await count_open(agent.database)
    outbox = Outbox(agent.database, plumbing, "agent")
    for tenant in (tenant_id, f"{tenant_id}_b"):
        accepted = await agent.say(tenant)
        for _ in range(2):
            async with agent.database.transaction(tenant) as tx:
                await raise_attention(
                    tx, outbox, uuid.UUID(accepted.conversation_id), MESSAGE_LIMIT, "too many", "the cause"
                )
    assert await count_open(agent.database) == before + 2
