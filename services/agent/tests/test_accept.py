"""Accepting messages: once, durably, and due at the right time."""

import asyncio
from datetime import timedelta

import grpc
import pytest
from sales.agent.v1 import conversations_pb2, messaging_pb2
from sqlalchemy import Text, bindparam, func, select

from services.agent.conversations import accept
from services.agent.conversations.accept import NewMessage
from services.agent.tables import due_conversations, messages
from services.agent.tests.agent_fixtures import Agent, inbound
from services.agent.turns import claims, journal
from services.common.db import statement
from services.common.errors import DomainError
from services.common.pagination import encode_page_token

_COUNT = statement(
    select(func.count().label("count")).select_from(messages).where(messages.c.tenant_id == bindparam("t", type_=Text))
)
_DUE = statement(select(due_conversations).where(due_conversations.c.tenant_id == bindparam("t", type_=Text)))


async def stored(agent: Agent, tenant_id: str) -> int:
    async with agent.database.transaction(tenant_id) as tx:
        row = await tx.fetch_one(_COUNT, t=tenant_id)
    assert row is not None
    return int(row["count"])


async def test_the_same_delivery_posted_twenty_times_at_once_is_stored_once(agent: Agent, tenant_id: str) -> None:
    request = inbound("two kilos please")
    answers = await asyncio.gather(*(agent.messaging(tenant_id).AcceptMessage(request) for _ in range(20)))
    assert len({answer.message_id for answer in answers}) == 1
    assert sum(not answer.duplicate for answer in answers) == 1
    assert await stored(agent, tenant_id) == 1
    due = await agent.database.fetch_one(_DUE, t=tenant_id)
    assert due is not None
    assert due["arrivals"] == 1


async def test_two_tenants_with_the_same_chat_and_delivery_ids_stay_apart(agent: Agent, tenant_id: str) -> None:
    other = f"{tenant_id}_b"
    request = inbound("mine")
    mine, theirs = [await agent.messaging(tenant).AcceptMessage(request) for tenant in (tenant_id, other)]
    assert mine.conversation_id != theirs.conversation_id
    assert not theirs.duplicate
    with pytest.raises(DomainError) as refused:
        await agent.conversations(other).GetConversation(
            conversations_pb2.GetConversationRequest(conversation_id=mine.conversation_id)
        )
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_messages_of_one_chat_share_a_conversation_and_wait_together(agent: Agent, tenant_id: str) -> None:
    answers = [await agent.say(tenant_id, text) for text in ("one", "two", "three")]
    assert len({answer.conversation_id for answer in answers}) == 1
    claim = await agent.claim_of(answers[0].conversation_id)
    async with agent.database.transaction(tenant_id) as tx:
        conversation, pending = await journal.load(tx, claim)
    assert [message.content for message in pending] == ["one", "two", "three"]
    assert conversation.arrivals == 3


async def test_the_silence_window_restarts_with_each_message_up_to_the_longest_wait(
    agent: Agent, tenant_id: str
) -> None:
    async def accepted(silence: int, max_wait: int) -> float:
        values = {
            "channel": "telegram",
            "channel_account_id": "a",
            "delivery_id": str(silence),
            "external_chat_id": "1",
            "external_message_id": "",
            "sender_id": "1",
            "display_name": "",
            "language_hint": "",
            "kind": "text",
            "content": "x",
            "edited": False,
        }
        async with agent.database.transaction(tenant_id) as tx:
            window = {"silence": timedelta(seconds=silence), "max_wait": timedelta(seconds=max_wait)}
            await accept.accept(tx, [NewMessage(values, pending=True, **window)])
        row = await agent.database.fetch_one(_DUE, t=tenant_id)
        assert row is not None
        wait: timedelta = row["due_time"] - row["first_pending_time"]
        return wait.total_seconds()

    assert await accepted(60, 600) == 60
    assert 61 <= await accepted(61, 600) < 90
    assert await accepted(1000, 600) == 600


async def test_an_edit_replaces_a_text_that_no_turn_has_taken(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    edit = inbound("3 kilos", external_message_id="m1", edited=True)
    answer = await agent.messaging(tenant_id).AcceptMessage(edit)
    again = await agent.messaging(tenant_id).AcceptMessage(edit)
    assert answer.message_id == again.message_id == first.message_id
    assert again.duplicate
    assert await stored(agent, tenant_id) == 1
    claim = await agent.claim_of(first.conversation_id)
    async with agent.database.transaction(tenant_id) as tx:
        _conversation, pending = await journal.load(tx, claim)
    assert [message.content for message in pending] == ["3 kilos"]


async def test_an_edit_of_a_taken_message_is_a_new_message_marked_as_edited(agent: Agent, tenant_id: str) -> None:
    first = await agent.say(tenant_id, "2 kilos", external_message_id="m1")
    claim = await agent.claim_of(first.conversation_id)
    await agent.messaging(tenant_id).AcceptMessage(inbound("3 kilos", external_message_id="m1", edited=True))
    async with agent.database.transaction(tenant_id) as tx:
        _conversation, pending = await journal.load(tx, claim)
    assert [(message.content, message.edited) for message in pending] == [("2 kilos", False), ("3 kilos", True)]


async def test_content_that_cannot_be_answered_is_stored_and_waits_for_no_turn(agent: Agent, tenant_id: str) -> None:
    answer = await agent.say(tenant_id, "dice", unanswerable=True)
    assert await stored(agent, tenant_id) == 1
    claimed = await claims.claim(agent.database, 10_000, timedelta(seconds=30))
    assert answer.conversation_id not in {str(claim.conversation_id) for claim in claimed}


async def test_writing_again_ends_a_block(agent: Agent, tenant_id: str) -> None:
    answer = await agent.say(tenant_id, chat="5")
    await agent.messaging(tenant_id).SetReachability(
        messaging_pb2.SetReachabilityRequest(
            channel="telegram", channel_account_id="account-1", external_chat_id="5", blocked=True
        )
    )
    request = conversations_pb2.GetConversationRequest(conversation_id=answer.conversation_id)
    assert (await agent.conversations(tenant_id).GetConversation(request)).blocked
    await agent.say(tenant_id, chat="5")
    assert not (await agent.conversations(tenant_id).GetConversation(request)).blocked


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"delivery_id": ""}, "message.delivery_id"),
        ({"external_chat_id": ""}, "message.external_chat_id"),
        ({"text": "x" * 20_001}, "message.text"),
        ({"text": "a\x00b"}, "message.text"),
    ],
)
async def test_a_bad_message_is_refused_by_field_and_leaves_nothing(
    agent: Agent, tenant_id: str, fields: dict[str, str], named: str
) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.say(tenant_id, **fields)
    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert named == refused.value.field
    assert await stored(agent, tenant_id) == 0


async def test_only_the_gateway_and_operators_may_post_messages(agent: Agent, tenant_id: str) -> None:
    with pytest.raises(DomainError) as refused:
        await agent.messaging(tenant_id, caller="orders").AcceptMessage(inbound())
    assert refused.value.code is grpc.StatusCode.PERMISSION_DENIED


async def test_an_update_that_names_nobody_leaves_the_customers_name(agent: Agent, tenant_id: str) -> None:
    answer = await agent.say(tenant_id, chat="6")
    await agent.say(tenant_id, "message_reaction", chat="6", sender_name="", unanswerable=True)
    request = conversations_pb2.GetConversationRequest(conversation_id=answer.conversation_id)
    assert (await agent.conversations(tenant_id).GetConversation(request)).display_name == "Dana"


@pytest.mark.parametrize(
    "position", [("x", "y"), (5, None), ("2026-11-23T10:00:00", "0" * 32), (-1,), ("7",), (2**70,)]
)
async def test_a_page_token_that_we_did_not_make_is_refused(
    agent: Agent, tenant_id: str, position: tuple[str | int, ...]
) -> None:
    accepted = await agent.say(tenant_id)
    token, reader = encode_page_token(*position), agent.conversations(tenant_id)
    of_conversation = {"conversation_id": accepted.conversation_id, "page_token": token}
    for call in (
        reader.ListConversations(conversations_pb2.ListConversationsRequest(page_token=token)),
        reader.ListMessages(conversations_pb2.ListMessagesRequest(**of_conversation)),
        reader.ListTurns(conversations_pb2.ListTurnsRequest(**of_conversation)),
        reader.ListAttention(conversations_pb2.ListAttentionRequest(page_token=token)),
    ):
        with pytest.raises(DomainError) as refused:
            await call
        assert refused.value.reason == "BAD_PAGE_TOKEN"
