"""Edits of messages: each delivery counts once, the newest text stands, and no turn misses one."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sales.agent.v1 import conversations_pb2
from sqlalchemy import text

from services.agent.conversations import accept, edits
from services.agent.conversations.accept import NewMessage
from services.agent.tests.agent_fixtures import Agent, inbound
from services.agent.tests.test_commit import commit_reply
from services.agent.turns import claims, journal
from services.common.db import statement
from services.common.tests.waiting import eventually

_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_BLOCKED = statement(
    text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()")
)


def edit(says: str, seconds: int | None = None, **fields: Any) -> Any:
    """An edit of message m1, written so many seconds after noon."""
    if seconds is not None:
        fields["send_time"] = Timestamp()
        fields["send_time"].FromDatetime(_NOON + timedelta(seconds=seconds))
    return inbound(says, external_message_id="m1", edited=True, **fields)


async def waiting(agent: Agent, conversation_id: str) -> list[tuple[str, bool]]:
    """Text of each message that waits for a turn, and whether it is an edit; claims the conversation."""
    claim = await agent.claim_of(conversation_id)
    async with agent.database.transaction(claim.tenant_id) as tx:
        _conversation, pending = await journal.load(tx, claim)
    return [(message.content, message.edited) for message in pending]


async def test_a_late_repeat_of_an_earlier_edit_does_not_bring_its_text_back(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    earlier, later = edit("3 kilos"), edit("4 kilos")
    for request in (earlier, later):
        assert not (await agent.messaging(tenant_id).AcceptMessage(request)).duplicate
    for request in (earlier, later, earlier):
        again = await agent.messaging(tenant_id).AcceptMessage(request)
        assert (again.message_id, again.duplicate) == (first.message_id, True)
    assert await waiting(agent, first.conversation_id) == [("4 kilos", False)]


async def test_a_repeat_after_the_turn_is_no_new_message(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    request = edit("3 kilos")
    await agent.messaging(tenant_id).AcceptMessage(request)
    assert await commit_reply(agent, await agent.claim_of(first.conversation_id))
    assert (await agent.messaging(tenant_id).AcceptMessage(request)).duplicate
    claimed = await claims.claim(agent.database, 10_000, timedelta(seconds=30))
    assert first.conversation_id not in {str(claim.conversation_id) for claim in claimed}


async def test_an_older_edit_that_comes_after_a_newer_one_leaves_the_newer_text(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    await agent.messaging(tenant_id).AcceptMessage(edit("4 kilos", seconds=20))
    await agent.messaging(tenant_id).AcceptMessage(edit("3 kilos", seconds=10))
    assert await waiting(agent, first.conversation_id) == [("4 kilos", False)]


async def due_again(agent: Agent, conversation_id: str) -> bool:
    """Whether a worker would take the conversation now."""
    claimed = await claims.claim(agent.database, 10_000, timedelta(seconds=30))
    return conversation_id in {str(claim.conversation_id) for claim in claimed}


async def test_an_edit_that_changes_nothing_of_an_answered_message_is_not_answered(
    agent: Agent, tenant_id: str
) -> None:
    """Telegram tells of changes that we do not see: without this the same order would be placed again."""
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    assert await commit_reply(agent, await agent.claim_of(first.conversation_id))
    request = edit("2 kilos", seconds=10)
    answers = [await agent.messaging(tenant_id).AcceptMessage(request) for _ in range(2)]
    assert [(answer.message_id, answer.duplicate) for answer in answers] == [
        (first.message_id, False),
        (first.message_id, True),
    ]
    assert not await due_again(agent, first.conversation_id)


async def test_an_edit_that_changes_nothing_of_what_a_turn_is_answering_waits_for_no_second_answer(
    agent: Agent, tenant_id: str
) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    claim = await agent.claim_of(first.conversation_id)
    answer = await agent.messaging(tenant_id).AcceptMessage(edit("2 kilos", seconds=10))
    assert answer.message_id == first.message_id
    assert await commit_reply(agent, claim, arrivals=1)
    assert not await due_again(agent, first.conversation_id)


async def test_an_edit_back_to_the_first_text_is_answered(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    for says in ("3 kilos", "2 kilos"):
        assert await commit_reply(agent, await agent.claim_of(first.conversation_id))
        await agent.messaging(tenant_id).AcceptMessage(edit(says))
    assert await waiting(agent, first.conversation_id) == [("2 kilos", True)]


async def test_an_edit_to_another_kind_with_the_same_text_is_answered(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    assert await commit_reply(agent, await agent.claim_of(first.conversation_id))
    await agent.messaging(tenant_id).AcceptMessage(edit("2 kilos", kind=conversations_pb2.MESSAGE_KIND_PHOTO))
    assert await waiting(agent, first.conversation_id) == [("2 kilos", True)]


async def test_a_message_that_comes_after_its_edit_is_stored_and_not_answered(agent: Agent, tenant_id: str) -> None:
    """Its first delivery was refused for a moment; answered now, the older quantity would be the last word."""
    edited = await agent.messaging(tenant_id).AcceptMessage(edit("3 kilos", seconds=10))
    original = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    other = await agent.say(tenant_id, "and bread", external_message_id="m2")
    assert not original.duplicate
    assert original.conversation_id == edited.conversation_id == other.conversation_id
    assert await waiting(agent, edited.conversation_id) == [("3 kilos", True), ("and bread", False)]


async def test_a_message_that_comes_after_its_edit_was_answered_starts_nothing(agent: Agent, tenant_id: str) -> None:
    edited = await agent.messaging(tenant_id).AcceptMessage(edit("3 kilos", seconds=10))
    assert await commit_reply(agent, await agent.claim_of(edited.conversation_id))
    await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    assert not await due_again(agent, edited.conversation_id)
    # The edit is still the newest that was said under this id.
    again = await agent.messaging(tenant_id).AcceptMessage(edit("3 kilos", seconds=20))
    assert again.message_id == edited.message_id
    assert not await due_again(agent, edited.conversation_id)


@pytest.mark.parametrize("taken", [False, True])
async def test_an_edit_costs_six_round_trips_at_most(agent: Agent, tenant_id: str, taken: bool) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    if taken:
        await agent.claim_of(first.conversation_id)
    before = agent.database.round_trips
    await agent.messaging(tenant_id).AcceptMessage(edit("3 kilos"))
    assert agent.database.round_trips - before <= 6


async def test_the_same_edit_posted_ten_times_at_once_counts_once(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    request = edit("3 kilos")
    answers = await asyncio.gather(*(agent.messaging(tenant_id).AcceptMessage(request) for _ in range(10)))
    assert {answer.message_id for answer in answers} == {first.message_id}
    assert sum(not answer.duplicate for answer in answers) == 1
    assert await waiting(agent, first.conversation_id) == [("3 kilos", False)]


async def test_an_edit_of_another_tenants_message_changes_nothing_there(agent: Agent, tenant_id: str) -> None:
    other = f"{tenant_id}_b"
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    theirs = await agent.messaging(other).AcceptMessage(edit("3 kilos"))
    assert theirs.conversation_id != first.conversation_id
    assert await waiting(agent, first.conversation_id) == [("2 kilos", False)]


async def test_a_turn_that_is_claimed_while_an_edit_is_written_answers_the_edit(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    values = stored_form("3 kilos", "e1", edited=True)
    async with agent.database.transaction(tenant_id) as tx:
        assert await edits.settle(tx, values, None)
        claimed = await claims.claim(agent.database, 10_000, timedelta(seconds=30))
        assert first.conversation_id not in {str(claim.conversation_id) for claim in claimed}
    assert await waiting(agent, first.conversation_id) == [("3 kilos", False)]


async def test_a_message_that_comes_during_a_commit_and_the_commit_do_not_stop_each_other(
    agent: Agent, tenant_id: str
) -> None:
    """Both need the conversation and its due row: neither may hold what the other waits for."""
    accepted = await agent.say(tenant_id, "one")
    claim = await agent.claim_of(accepted.conversation_id)

    async def blocked(sessions: int) -> bool:
        row = await agent.database.fetch_one(_BLOCKED)
        return row is not None and row["count"] >= sessions

    try:
        async with agent.database.transaction(tenant_id) as tx:
            # The delivery's key is taken, for now, so accepting it waits with the conversation already in its hands.
            await accept.accept(tx, [NewMessage(stored_form("x", "d1", chat="78"), pending=True)])
            message = asyncio.create_task(agent.say(tenant_id, "two", delivery_id="d1"))
            await eventually(lambda: blocked(1), "a message that waits")
            committed = asyncio.create_task(commit_reply(agent, claim, arrivals=1))
            await eventually(lambda: blocked(2), "a commit that waits")
            raise WithdrawnError
    except WithdrawnError:
        pass
    assert not (await message).duplicate
    assert await committed is False  # a message came that the turn may take along
    assert await commit_reply(agent, claim)


class WithdrawnError(Exception):
    """Rolls a transaction back."""


def stored_form(says: str, delivery_id: str, chat: str = "77", *, edited: bool = False) -> dict[str, Any]:
    """Message m1, or an edit of it, as its columns."""
    return {
        "channel": "telegram",
        "channel_account_id": "account-1",
        "delivery_id": delivery_id,
        "external_chat_id": chat,
        "external_message_id": "m1",
        "sender_id": chat,
        "display_name": "",
        "language_hint": "",
        "kind": "text",
        "content": says,
        "edited": edited,
    }
