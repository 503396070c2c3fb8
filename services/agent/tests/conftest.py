"""Fixtures of the agent's tests."""

from services.agent.tests.agent_fixtures import agent

__all__ = ["agent"]
