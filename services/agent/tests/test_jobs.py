"""How a background job ends: its watermark moves once, and what it cost is noted each time."""

import uuid

import pytest
from sqlalchemy import Text, bindparam, select

from services.agent.jobs import store
from services.agent.jobs.store import Used
from services.agent.tables import conversations, job_usage
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.rows import Rows
from services.agent.usage import Usage
from services.common.db import statement

_USED = statement(select(job_usage).where(job_usage.c.tenant_id == bindparam("tenant_id", type_=Text)))
_SUMMARY = statement(
    select(conversations.c.summary, conversations.c.summary_through, conversations.c.profile_through).where(
        conversations.c.tenant_id == bindparam("tenant_id", type_=Text)
    )
)
# Per million tokens claude-haiku costs 1 dollar for input and 5 for output.
USED = Used("claude-haiku-5-5", Usage(1000, 100, 0, 0))


@pytest.fixture
def rows(agent: Agent, tenant_id: str) -> Rows:
    return Rows(agent.database, tenant_id)


async def test_a_late_run_changes_nothing_but_what_was_spent(agent: Agent, tenant_id: str, rows: Rows) -> None:
    conversation_id: uuid.UUID = await rows.conversation()
    async with agent.database.transaction(tenant_id) as tx:
        assert await store.move_summary(tx, conversation_id, 0, 15, "likes pastrami", USED)
        assert not await store.move_summary(tx, conversation_id, 0, 15, "late", USED)
        assert await store.move_profile(tx, conversation_id, 0, 5, USED)
    async with agent.database.transaction(tenant_id) as tx:
        row = await tx.fetch_one(_SUMMARY, tenant_id=tenant_id)
        used = await tx.fetch_all(_USED, tenant_id=tenant_id)
    assert row is not None
    assert tuple(row) == ("likes pastrami", 15, 5)
    assert sorted(row["kind"] for row in used) == ["profile", "summary", "summary"]
    assert {(row["model"], row["input_tokens"], row["cost_micro_usd"]) for row in used} == {
        ("claude-haiku-5-5", 1000, 1500)
    }
