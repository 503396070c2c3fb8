"""A worker that stops hands its turns back at once, and whoever goes on with them knows what was done."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from services.agent.model import Response
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.worker_fixtures import Shift, calls, says
from services.agent.turns import claims
from services.agent.turns.claims import Claim
from services.common.db import Database
from services.common.tests.waiting import eventually


class _Claims:
    """Claims of one conversation only: the database has others, of other tests. `gate` holds up its answer."""

    def __init__(self, conversation_id: str) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.half_way = False
        self._conversation_id = conversation_id
        self._claim = claims.claim

    async def __call__(self, database: Database, limit: int, lease: timedelta) -> list[Claim]:
        claimed = await self._claim(database, 10_000, lease)
        self.half_way = True
        await self.gate.wait()
        return [claim for claim in claimed if str(claim.conversation_id) == self._conversation_id]


async def _never(_request: dict[str, Any]) -> Response:
    await asyncio.Event().wait()
    raise AssertionError("unreachable")


async def test_a_turn_that_does_not_end_in_time_is_gone_on_with_by_the_next_worker(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = await agent.say(tenant_id)
    shift = Shift(agent, tenant_id)
    monkeypatch.setattr(claims, "claim", _Claims(accepted.conversation_id))
    shift.model.script = [calls("create_order")]
    asked = shift.model.ask

    async def thinks_for_ever_after_its_order(request: dict[str, Any]) -> Response:
        return await (asked(request) if shift.model.script else _never(request))

    monkeypatch.setattr(shift.model, "ask", thinks_for_ever_after_its_order)
    running = asyncio.create_task(shift.worker.run())

    async def ordered() -> bool:
        return bool(shift.services.orders)

    await eventually(ordered, "the order of the first worker")
    await shift.worker.stop(0)
    running.cancel()

    monkeypatch.undo()
    shift.model.script = [says("Here you are.")]
    await shift.attempt(accepted.conversation_id)
    assert len(shift.services.orders) == 1
    results = [block["type"] for message in shift.model.requests[-1]["messages"] for block in message["content"]]
    assert "tool_result" in results, "the order is not known to who goes on"
    assert (await shift.turn(accepted.conversation_id)).attempts == 2
    assert len(await shift.said(accepted.conversation_id)) == 1


async def test_what_is_being_claimed_when_the_worker_stops_is_handed_back_as_well(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    accepted = await agent.say(tenant_id)
    shift = Shift(agent, tenant_id)
    claiming = _Claims(accepted.conversation_id)
    claiming.gate.clear()
    monkeypatch.setattr(claims, "claim", claiming)
    monkeypatch.setattr(shift.model, "ask", _never)
    running = asyncio.create_task(shift.worker.run())

    async def half_way() -> bool:
        return claiming.half_way

    await eventually(half_way, "a claim")
    stopping = asyncio.create_task(shift.worker.stop(0))
    await asyncio.sleep(0)
    claiming.gate.set()
    await stopping
    running.cancel()

    monkeypatch.undo()
    await agent.claim_of(accepted.conversation_id)  # it is due, and nobody holds it
