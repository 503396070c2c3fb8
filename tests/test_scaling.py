"""Whether production scales by a number that the services tell."""

import re

import httpx2

from deploy.tests.rendering import of_kind
from tests.platform_under_test import Platform


async def test_the_agent_is_scaled_by_a_number_that_every_agent_tells(
    running: Platform, metrics_ports: dict[str, int]
) -> None:
    await running.chat()
    (scaled,) = of_kind("prod", "ScaledObject")
    (trigger,) = [trigger for trigger in scaled["spec"]["triggers"] if trigger["type"] == "prometheus"]
    name = re.findall(r"\w+(?=\{)", trigger["metadata"]["query"])
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        page = (await http.get(f"http://127.0.0.1:{metrics_ports['agent']}/metrics")).text
    told = dict(re.findall(r"^(agent_\w+?)(?:\{.*\})? (\S+)$", page, re.MULTILINE))
    assert name == ["agent_due_lag_seconds"]
    assert 0 <= float(told[name[0]]) < 60
    assert "agent_due_turns" in told
