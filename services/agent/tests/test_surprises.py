"""What nobody foresaw costs one conversation or one pass, and never the process with all its turns."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.agent.model import ModelUnavailableError
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.test_model import MESSAGE, answering
from services.agent.tests.worker_fixtures import Shift, StartShift, says
from services.agent.turns import claims, commit, lag
from services.agent.turns.claims import Claim
from services.common.db import Database
from services.common.tests.waiting import eventually

_SURPRISES = [
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute UPDATE in a read-only transaction"),
    asyncpg.DataError("invalid byte sequence"),
]


class _Surprised:
    """A function that fails as often as there are surprises, and then does what it always did."""

    def __init__(self, function: Any, *surprises: Exception) -> None:
        self.function = function
        self.surprises = list(surprises)

    async def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self.surprises:
            raise self.surprises.pop(0)
        return await self.function(*args, **kwargs)


@pytest.fixture(autouse=True)
def own_claims_only(monkeypatch: pytest.MonkeyPatch, tenant_id: str) -> None:
    """The database has conversations of other tests, which these workers cannot answer."""
    claim = claims.claim

    async def own(database: Database, _limit: int, lease: timedelta) -> list[Claim]:
        return [each for each in await claim(database, 10_000, lease) if each.tenant_id == tenant_id]

    monkeypatch.setattr(claims, "claim", own)


@contextlib.asynccontextmanager
async def at_work(shift: Shift) -> AsyncIterator[asyncio.Task[None]]:
    running = asyncio.create_task(shift.worker.run())
    try:
        yield running
    finally:
        running.cancel()
        await asyncio.wait({running})


async def answered(shift: Shift, conversation_id: str) -> None:
    async def reply() -> bool:
        return bool(await shift.said(conversation_id))

    await eventually(reply, "a reply")


async def test_a_turn_that_cannot_be_put_off_keeps_no_other_from_its_answer(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_off = _Surprised(claims.put_off, _SURPRISES[0])
    monkeypatch.setattr(claims, "put_off", put_off)
    worker = shift()
    worker.model.script = [ModelUnavailableError("529"), says("Hello.")]
    async with at_work(worker) as running:
        await agent.say(tenant_id, "hello", chat="1")

        async def surprised() -> bool:
            return not put_off.surprises

        await eventually(surprised, "the first turn, which is to be put off")
        other = await agent.say(tenant_id, "hello", chat="2")
        await answered(worker, other.conversation_id)
        assert not running.done()


@pytest.mark.parametrize("surprise", _SURPRISES, ids=lambda surprise: type(surprise).__name__)
async def test_a_turn_that_cannot_be_given_up_is_given_up_by_the_next_try(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch, surprise: Exception
) -> None:
    worker = shift(retry_seconds=())
    monkeypatch.setattr(commit, "commit", _Surprised(commit.commit, surprise))
    worker.model.script = [ModelUnavailableError("529")]
    chat = (await agent.say(tenant_id, "hello")).conversation_id
    await worker.attempt(chat)
    assert await worker.said(chat) == []
    await worker.attempt(chat)
    assert len(await worker.said(chat)) == 1


async def test_a_pass_that_cannot_claim_is_followed_by_one_that_can(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "claim", _Surprised(claims.claim, _SURPRISES[1]))
    worker = shift(turn_poll_seconds=0.01)
    worker.model.script = [says("Hello.")]
    accepted = await agent.say(tenant_id, "hello")
    async with at_work(worker) as running:
        await answered(worker, accepted.conversation_id)
        assert not running.done()


async def test_leases_that_could_not_be_renewed_are_renewed_at_the_next_pass(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    renewed = asyncio.Event()
    renew = claims.renew

    async def noted(*args: Any) -> Any:
        kept = await renew(*args)
        renewed.set()
        return kept

    monkeypatch.setattr(claims, "renew", _Surprised(noted, _SURPRISES[1]))
    worker = shift(turn_lease_seconds=0.3)

    async def thinks_until_its_lease_is_renewed(_request: Any) -> Any:
        await renewed.wait()
        return says("Hello.")

    monkeypatch.setattr(worker.model, "ask", thinks_until_its_lease_is_renewed)
    accepted = await agent.say(tenant_id, "hello")
    async with at_work(worker) as running:
        await answered(worker, accepted.conversation_id)
        assert not running.done()


async def test_looking_how_far_agents_are_behind_goes_on_after_a_surprise(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = asyncio.Event()

    async def backlog(_database: Database) -> tuple[int, timedelta]:
        looked.set()
        return 0, timedelta()

    monkeypatch.setattr(claims, "backlog", _Surprised(backlog, _SURPRISES[0]))
    monkeypatch.setattr(lag, "_LOOK_SECONDS", 0)
    running = asyncio.create_task(lag.DueLag(agent.database).run())
    async with asyncio.timeout(60):
        await asyncio.wait({running, asyncio.create_task(looked.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert not running.done()
    running.cancel()


async def test_what_postgresql_cannot_hold_is_not_in_the_answer(
    agent: Agent, tenant_id: str, shift: StartShift, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = shift()
    said = json.dumps({**MESSAGE, "content": [{"type": "text", "text": "Hel\0lo \ud83d!"}], "stop_reason": "end_turn"})
    chat = (await agent.say(tenant_id, "hello")).conversation_id
    async with answering(said) as (model, _requests):
        monkeypatch.setattr(worker.model, "ask", model.ask)
        await worker.attempt(chat)
    assert await worker.said(chat) == ["Hello \ufffd!"]
