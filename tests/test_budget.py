"""What one text turn may cost: database round trips and RPCs, all services together (docs/architecture.md)."""

import re
import time

import httpx2

from tests.platform_under_test import Platform

# Accept 3, claim 1, context 4, commit 3, lease 1, report 3, outbox 1; orders 3; jobs about 7 a turn.
ROUND_TRIPS_A_TURN = 30
# Accept, lease, report, ListOrders; now and then UpdateCustomer of a job, and GetCustomer after it.
RPCS_A_TURN = 5
# What is asked by time and not by turns: due conversations, deliveries, what outboxes still have.
ROUND_TRIPS_A_SECOND = 6
RPCS_A_SECOND = 1
TURNS = 12
_COUNTER = re.compile(r"^(database_round_trips|rpc_calls)_total\{(.*?)\} (\S+)$", re.MULTILINE)


async def counted(ports: dict[str, int]) -> tuple[float, float]:
    """Round trips and calls of all services so far."""
    totals = {"database_round_trips": 0.0, "rpc_calls": 0.0}
    async with httpx2.AsyncClient(timeout=30, trust_env=False) as http:
        for port in ports.values():
            page = (await http.get(f"http://127.0.0.1:{port}/metrics")).text
            for name, _labels, value in _COUNTER.findall(page):
                totals[name] += float(value)
    return totals["database_round_trips"], totals["rpc_calls"]


async def test_a_text_turn_stays_within_its_budget(running: Platform, metrics_ports: dict[str, int]) -> None:
    chat = await running.chat()
    await chat.say("hello")
    before, began = await counted(metrics_ports), time.monotonic()
    for _ in range(TURNS):
        await chat.say("How much is the pastrami?")
    after = await counted(metrics_ports)
    seconds = (time.monotonic() - began) / TURNS
    round_trips, calls = ((late - early) / TURNS for early, late in zip(before, after, strict=True))
    assert 5 < round_trips <= ROUND_TRIPS_A_TURN + ROUND_TRIPS_A_SECOND * seconds
    assert 2 < calls <= RPCS_A_TURN + RPCS_A_SECOND * seconds
