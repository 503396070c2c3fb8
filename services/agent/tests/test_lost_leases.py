"""A worker whose conversation another has claimed: nothing that it still does to the lease or the chat takes hold."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import Text, bindparam, func, select, update

from services.agent.tables import due_conversations
from services.agent.tests.agent_fixtures import Agent
from services.agent.turns import claims, commit, journal
from services.agent.turns.claims import Claim
from services.common.db import Row, statement

_EXPIRE = statement(
    update(due_conversations)
    .where(due_conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now())
)
_DUE = statement(select(due_conversations).where(due_conversations.c.tenant_id == bindparam("t", type_=Text)))


@pytest.fixture
async def lost(agent: Agent, tenant_id: str) -> Claim:
    """A claim that another worker's has replaced."""
    accepted = await agent.say(tenant_id)
    claim = await agent.claim_of(accepted.conversation_id)
    await agent.database.execute(_EXPIRE, t=tenant_id)
    assert (await agent.claim_of(accepted.conversation_id)).epoch == claim.epoch + 1
    return claim


async def lease(agent: Agent, claim: Claim) -> Row:
    (row,) = await agent.database.fetch_all(_DUE, t=claim.tenant_id)
    return row


async def test_a_lost_lease_is_not_renewed(agent: Agent, lost: Claim) -> None:
    before = await lease(agent, lost)
    assert await claims.renew(agent.database, [lost], timedelta(hours=1)) == set()
    assert await lease(agent, lost) == before


async def test_a_turn_of_another_worker_is_neither_put_off_nor_released(agent: Agent, lost: Claim) -> None:
    before = await lease(agent, lost)
    await claims.put_off(agent.database, lost, timedelta(hours=1))
    await claims.release(agent.database, lost, arrivals=1)
    assert await lease(agent, lost) == before


async def test_no_holding_message_is_sent_for_the_turn_of_another_worker(agent: Agent, lost: Claim) -> None:
    async with agent.database.transaction(lost.tenant_id) as tx:
        conversation, _pending = await journal.load(tx, lost)
        assert not await commit.hold(tx, lost, conversation, "one moment", uuid.uuid4(), queued=True)
    assert not (await lease(agent, lost))["holding_sent"]
