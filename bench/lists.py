"""What people at a business look at, over a year of 50,000 messages and 5,000 orders: how long each answer takes."""

import base64
import json
import time
from typing import Any

from bench.dashboard import Dashboard
from bench.desk import Ask, Desk
from bench.past.writing import write_past
from devstack.supervisor import Stack
from services.common.auth import TokenSigner

NAME = "lists"
TARGET_P95_MS = 150.0
MESSAGES, ORDERS = 50_000, 5_000
_TENANT = "joannas_bakery"  # the load goes to the other one
_TIMES = 60


async def measure(stack: Stack) -> list[dict[str, Any]]:
    """Write the past, ask each question a few dozen times, one after the other, and tell how long it took."""
    around = stack.around
    await write_past(around.admin_database_url, _TENANT, MESSAGES, ORDERS)
    signer = TokenSigner("operator", base64.b64decode(around.keys.private_key("operator")))
    desk = Desk(around.ports.address("agent"), around.ports.address("orders"), signer, _TENANT)
    made = await stack.run_salesctl(
        *("key", "create", "--name", "bench", "--role", "viewer", "--tenant", _TENANT, "--json")
    )
    dashboard = Dashboard(around.ports.url("admin_bff"), _TENANT, json.loads(made)["secret"])
    try:
        questions = {**await desk.questions(), **await dashboard.questions()}
        return [{"name": name, **await _timed(ask)} for name, ask in questions.items()]
    finally:
        await desk.close()
        await dashboard.close()


async def _timed(ask: Ask) -> dict[str, Any]:
    for _ in range(3):  # each connection plans a statement at its first use
        await ask()
    took: list[float] = []
    size = 0
    for _ in range(_TIMES):
        began = time.perf_counter()
        size = await ask()
        took.append(time.perf_counter() - began)
    took.sort()
    return {
        "p50_ms": round(took[_TIMES // 2] * 1000, 1),
        "p95_ms": round(took[int(_TIMES * 0.95)] * 1000, 1),
        "bytes": size,
    }
