"""Messages that arrive close together share a transaction, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from sqlalchemy import Text, bindparam, select, text

from services.agent.conversations.accept import NewMessage
from services.agent.conversations.arrivals import Arrivals
from services.agent.tables import due_conversations, messages
from services.agent.tests.agent_fixtures import Agent
from services.agent.turns import claims
from services.common.db import statement
from services.common.tests.waiting import eventually

_TEXTS = statement(
    select(messages.c.content)
    .where(messages.c.tenant_id == bindparam("tenant_id", type_=Text))
    .order_by(messages.c.position)
)
_LOCK = statement(
    select(due_conversations.c.conversation_id)
    .where(due_conversations.c.tenant_id == bindparam("tenant_id", type_=Text))
    .order_by(due_conversations.c.arrivals.desc())
    .limit(1)
    .with_for_update()
)
_LEASES = statement(
    select(due_conversations.c.conversation_id).where(
        due_conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
        due_conversations.c.lease_until > text("now() + interval '30 minutes'"),
    )
)


def new_message(says: str, delivery_id: str, chat: str = "77", *, waits: float = 0.0) -> NewMessage:
    values: dict[str, Any] = {
        "channel": "telegram",
        "channel_account_id": "account-1",
        "delivery_id": delivery_id,
        "external_chat_id": chat,
        "external_message_id": delivery_id,
        "sender_id": chat,
        "display_name": "",
        "language_hint": "",
        "kind": "text",
        "content": says,
        "edited": False,
    }
    return NewMessage(values, pending=True, silence=timedelta(seconds=waits), max_wait=timedelta(seconds=waits))


async def texts(agent: Agent, tenant_id: str) -> list[str]:
    async with agent.database.transaction(tenant_id) as tx:
        return [row["content"] for row in await tx.fetch_all(_TEXTS, tenant_id=tenant_id)]


async def test_many_at_once_are_stored_in_few_transactions(agent: Agent, tenant_id: str) -> None:
    arrivals = Arrivals(agent.database)
    before = agent.database.round_trips
    answers = await asyncio.gather(
        *(arrivals.accept(tenant_id, new_message(f"m{n}", f"d{n}", str(n % 7))) for n in range(60))
    )
    assert agent.database.round_trips - before <= 6
    assert not any(answer.duplicate for answer in answers)
    assert len({answer.conversation_id for answer in answers}) == 7
    assert sorted(await texts(agent, tenant_id)) == sorted(f"m{number}" for number in range(60))


async def test_messages_of_one_chat_keep_the_order_in_which_they_came(agent: Agent, tenant_id: str) -> None:
    arrivals = Arrivals(agent.database)
    await arrivals.accept(tenant_id, new_message("before", "d"))
    said = [f"m{number}" for number in range(20)]
    # The first transactions take what has come by then; all others share the next one.
    first = [asyncio.create_task(arrivals.accept(tenant_id, new_message("x", f"x{n}", f"x{n}"))) for n in range(3)]
    rest = [asyncio.create_task(arrivals.accept(tenant_id, new_message(line, line))) for line in said]
    await asyncio.gather(*first, *rest)
    assert [line for line in await texts(agent, tenant_id) if line != "x"] == ["before", *said]


async def test_one_that_cannot_be_stored_keeps_no_other_out(agent: Agent, tenant_id: str) -> None:
    arrivals = Arrivals(agent.database)
    messages_at_once = [new_message(f"m{number}", f"d{number}", str(number)) for number in range(12)]
    messages_at_once[7] = new_message("\x00", "d7", "7")  # PostgreSQL stores no NUL
    outcomes = await asyncio.gather(
        *(arrivals.accept(tenant_id, message) for message in messages_at_once), return_exceptions=True
    )
    assert isinstance(outcomes.pop(7), asyncpg.DataError)
    assert not any(isinstance(outcome, BaseException) or outcome.duplicate for outcome in outcomes)
    assert sorted(await texts(agent, tenant_id)) == sorted(f"m{number}" for number in range(12) if number != 7)


async def test_a_message_whose_sender_has_given_up_is_stored_and_its_repetition_a_duplicate(
    agent: Agent, tenant_id: str
) -> None:
    arrivals = Arrivals(agent.database)
    impatient = asyncio.create_task(arrivals.accept(tenant_id, new_message("hello", "d1")))
    await asyncio.sleep(0)  # it has begun
    impatient.cancel()

    async def stored() -> bool:
        return await texts(agent, tenant_id) == ["hello"]

    await eventually(stored, "the message")
    assert (await arrivals.accept(tenant_id, new_message("hello", "d1"))).duplicate
    assert await texts(agent, tenant_id) == ["hello"]


@pytest.mark.parametrize("waiting", [0, 1])
async def test_leases_are_renewed_past_a_row_on_which_a_message_is_being_stored(
    agent: Agent, tenant_id: str, waiting: int
) -> None:
    """Else a renewal and messages that are stored together could each wait for what the other holds."""
    await agent.say(tenant_id, "one", chat="1", delivery_id="d1")
    await agent.say(tenant_id, "two", chat="2", delivery_id="d2")
    accepted = await agent.say(tenant_id, "three", chat="2", delivery_id="d3")
    held = [
        claim
        for claim in await claims.claim(agent.database, 1000, timedelta(minutes=1))
        if claim.tenant_id == tenant_id
    ]
    assert len(held) == 2
    held.sort(key=lambda claim: str(claim.conversation_id) == accepted.conversation_id, reverse=bool(waiting))

    async def only_the_free_one() -> bool:
        rows = await agent.database.fetch_all(_LEASES, tenant_id=tenant_id)
        return [str(row["conversation_id"]) for row in rows] == [
            str(claim.conversation_id) for claim in held if str(claim.conversation_id) != accepted.conversation_id
        ]

    async with agent.database.transaction(tenant_id) as tx:
        await tx.fetch_one(_LOCK, tenant_id=tenant_id)
        renewal = asyncio.create_task(claims.renew(agent.database, held, timedelta(hours=1)))
        await eventually(only_the_free_one, "the renewal of the lease that nobody has locked")
        assert not renewal.done()
    assert await renewal == {claim.conversation_id for claim in held}
