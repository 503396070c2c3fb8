"""Fixtures of the agent's tests, and the closing lines that tell how the truth check fares."""

import pytest

from services.agent.tests.agent_fixtures import agent
from services.agent.tests.truth_table import rates

__all__ = ["agent"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the rates of the truth table if its tests ran."""
    reports = (report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, []))
    if any("test_truth_table" in report.nodeid for report in reports):
        terminalreporter.write_sep("-", "truth check")
        terminalreporter.write_line(str(rates()))
