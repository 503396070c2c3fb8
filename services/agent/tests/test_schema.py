"""What the agent's statements ask of its schema."""

from copy import copy
from datetime import timedelta

from sqlalchemy import text

from services.agent.tables import turn_steps
from services.agent.tests.agent_fixtures import Agent
from services.common import pruning
from services.common.db import statement

_INDEXES_ONLY = statement(text("SET LOCAL enable_seqscan = off"))


async def test_old_steps_of_the_journal_are_found_by_their_time(agent: Agent) -> None:
    explain = copy(pruning._delete(turn_steps))
    explain.sql = f"EXPLAIN {explain.sql}"
    async with agent.database.pruning() as tx:
        await tx.execute(_INDEXES_ONLY)  # the table is nearly empty here
        plan = "\n".join(row[0] for row in await tx.fetch_all(explain, age=timedelta(days=30)))
    assert "turn_steps_by_time" in plan, plan
    assert "Index Cond: (create_time <" in plan, plan
