"""Fixtures of the agent's tests."""

from services.agent.tests.agent_fixtures import agent
from services.agent.tests.delivery_fixtures import chat
from services.agent.tests.staffing_fixtures import pair
from services.agent.tests.worker_fixtures import shift

__all__ = ["agent", "chat", "pair", "shift"]
