"""What the agent's statements ask of its schema."""

import uuid
from copy import copy
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.agent.conversations import accept, edits
from services.agent.tables import turn_steps
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.test_edits import stored_form
from services.common import pruning
from services.common.db import Statement, statement

_INDEXES_ONLY = statement(text("SET LOCAL enable_seqscan = off"))


async def test_old_steps_of_the_journal_are_found_by_their_time(agent: Agent) -> None:
    explain = copy(pruning._delete(turn_steps))
    explain.sql = f"EXPLAIN {explain.sql}"
    async with agent.database.pruning() as tx:
        await tx.execute(_INDEXES_ONLY)  # the table is nearly empty here
        plan = "\n".join(row[0] for row in await tx.fetch_all(explain, age=timedelta(days=30)))
    assert "turn_steps_by_time" in plan, plan
    assert "Index Cond: (create_time <" in plan, plan


@pytest.mark.parametrize("looks_for_edits", [accept._ACCEPT, edits._SETTLE], ids=["accept", "edit"])
async def test_a_message_and_its_edits_are_found_by_an_index(
    agent: Agent, tenant_id: str, looks_for_edits: Statement
) -> None:
    values = stored_form("2 kilos", "d1") | {
        "tenant_id": tenant_id,
        **dict.fromkeys(("conversation_id", "message_id"), uuid.uuid4()),
        **dict.fromkeys(("silence", "max_wait"), timedelta()),
        **dict.fromkeys(("pending", "unclaimed"), True),
        "send_time": None,
    }
    own = {name: value for name, value in values.items() if name in looks_for_edits.names}
    explain = copy(looks_for_edits)
    explain.sql = f"EXPLAIN {explain.sql}"
    async with agent.database.transaction(tenant_id) as tx:
        await tx.execute(_INDEXES_ONLY)
        plan = "\n".join(row[0] for row in await tx.fetch_all(explain, **own))
    assert "using messages_by_external_id" in plan, plan
