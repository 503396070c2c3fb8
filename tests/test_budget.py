"""What one text turn may cost: database round trips and RPCs, all services together (docs/architecture.md)."""

import contextlib
import re
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.platform_under_test import Platform, platform

# Accept 3, claim 1, context 4, commit 3, lease 1, report 3, outbox 1; customer 3, orders 3; jobs about 7 a turn.
ROUND_TRIPS_A_TURN = 30
# Accept, lease, report, GetCustomer, ListOrders; now and then UpdateCustomer of a job.
RPCS_A_TURN = 6
TURNS = 20
_SERVICES = ("tenants", "customers", "orders", "agent")
_COUNTER = re.compile(r"^(database_round_trips|rpc_calls)_total\{(.*?)\} (\S+)$", re.MULTILINE)
# Asked now and then by time, not by turns: they are not what a turn costs.
_BY_TIME = ("GetBacklog", "ListConversations", "ListTurns", "GetTurn", "GetChannelCredentials")


def free_port() -> int:
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def metrics_ports() -> dict[str, int]:
    return {name: free_port() for name in _SERVICES}


@pytest.fixture
async def measured(metrics_ports: dict[str, int]) -> AsyncIterator[Platform]:
    """A platform whose services tell what they count, and poll so seldom that only turns count."""
    extra = {name: {"METRICS_PORT": str(port)} for name, port in metrics_ports.items()}
    extra["agent"]["TURN_POLL_SECONDS"] = "60"
    with tempfile.TemporaryDirectory(prefix="sales-agents-budget-") as folder:
        async with platform(Path(folder), extra=extra, silence_window_ms=0, max_wait_ms=0) as started:
            yield started


async def counted(ports: dict[str, int]) -> tuple[float, float]:
    """Round trips and calls of all services so far."""
    round_trips = calls = 0.0
    async with httpx2.AsyncClient(trust_env=False) as http:
        for port in ports.values():
            for name, labels, value in _COUNTER.findall((await http.get(f"http://127.0.0.1:{port}/metrics")).text):
                if name == "database_round_trips":
                    round_trips += float(value)
                elif not any(method in labels for method in _BY_TIME):
                    calls += float(value)
    return round_trips, calls


@pytest.mark.xdist_group("platform")
async def test_a_text_turn_stays_within_its_budget(measured: Platform, metrics_ports: dict[str, int]) -> None:
    chat = await measured.chat()
    await chat.say("hello")
    before = await counted(metrics_ports)
    for _ in range(TURNS):
        await chat.say("How much is the pastrami?")
    after = await counted(metrics_ports)
    round_trips, calls = ((late - early) / TURNS for early, late in zip(before, after, strict=True))
    assert 5 < round_trips <= ROUND_TRIPS_A_TURN
    assert 2 < calls <= RPCS_A_TURN
