"""How far the agents are behind, as autoscaling sees it."""

from sqlalchemy import Text, bindparam, func, text, update

from services.agent.tables import due_conversations
from services.agent.tests.agent_fixtures import Agent
from services.agent.turns.lag import DueLag
from services.common.db import statement

# Longer than any other test leaves a conversation of its own waiting.
_WAITED = 3600
_LONG_DUE = statement(
    update(due_conversations)
    .where(due_conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now() - text(f"interval '{_WAITED} seconds'"))
)


async def test_the_lag_is_how_long_the_first_due_conversation_has_waited_for_a_worker(
    agent: Agent, tenant_id: str
) -> None:
    accepted = await agent.say(tenant_id)
    await agent.database.execute(_LONG_DUE, t=tenant_id)
    lag = DueLag(agent.database)
    await lag.look()
    assert lag.count >= 1
    assert _WAITED <= lag.seconds < _WAITED + 60
    await agent.claim_of(accepted.conversation_id)
    await lag.look()
    assert lag.seconds < _WAITED
