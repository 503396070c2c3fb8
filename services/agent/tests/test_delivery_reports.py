"""What the gateway reports of a send, and what becomes of the delivery, its chat and its account."""

from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from sales.agent.v1 import conversations_pb2, staffing_pb2
from sales.agent.v1 import messaging_pb2 as pb
from sqlalchemy import Integer, Interval, Text, bindparam, func, update

from services.agent.tables import delivery_dispatch
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import Chat
from services.common.db import statement
from services.common.errors import DomainError

_TRIED = statement(
    update(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .values(attempt=bindparam("attempt", type_=Integer), create_time=func.now() - bindparam("ago", type_=Interval))
)


async def test_a_rate_limited_chat_waits_and_keeps_its_order(chat: Chat) -> None:
    await chat.reply("one", "two")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_RATE_LIMITED, retry_after=Duration(seconds=60))
    assert await chat.lease() == []
    await chat.make_due()
    (again,) = await chat.lease()
    assert (again.text, again.attempt) == ("one", 2)


async def test_a_rate_limit_of_the_account_parks_all_its_chats(agent: Agent, tenant_id: str) -> None:
    here, there = Chat(agent, tenant_id, "1"), Chat(agent, tenant_id, "2")
    await here.reply("one")
    (first,) = await here.lease()
    await here.report(first, pb.DELIVERY_OUTCOME_RATE_LIMITED, retry_after=Duration(seconds=60), whole_account=True)
    await there.reply("two")
    assert await there.lease() == []


async def test_a_blocked_chat_gets_nothing_more(chat: Chat) -> None:
    conversation_id = await chat.reply("one", "two")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_BLOCKED, error="Forbidden: bot was blocked by the user")
    assert await chat.lease() == []
    assert [state for _text, state, _uncertain in await chat.states(conversation_id)] == ["undeliverable"] * 2
    conversation = await chat.agent.conversations(chat.tenant_id).GetConversation(
        conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
    )
    assert conversation.blocked
    assert await chat.matters() == []  # the agent's own words: nobody waits for them


async def test_staff_learn_that_a_customer_who_blocked_the_bot_did_not_get_their_reply(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.agent.staffing(chat.tenant_id).SendStaffReply(
        staffing_pb2.SendStaffReplyRequest(conversation_id=conversation_id, text="x" * 5000, request_id="r")
    )
    await chat.report(first, pb.DELIVERY_OUTCOME_BLOCKED, error="Forbidden: bot was blocked by the user")
    ((reason, detail),) = await chat.matters()  # one for a message, however many parts it has
    assert reason == "delivery_failed"
    assert "blocked the bot" in detail


async def test_an_uncertain_send_is_repeated_once_and_counted(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_UNCERTAIN, error="timeout")
    await chat.make_due()
    (second,) = await chat.lease()
    await chat.report(second, pb.DELIVERY_OUTCOME_SENT, external_message_id="1")
    assert await chat.states(conversation_id) == [("one", "sent", True)]


async def test_a_send_that_stays_uncertain_is_given_up_after_the_repeat(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_UNCERTAIN)
    await chat.make_due()
    (second,) = await chat.lease()
    await chat.report(second, pb.DELIVERY_OUTCOME_UNCERTAIN)
    await chat.make_due()
    assert await chat.lease() == []
    assert await chat.states(conversation_id) == [("one", "uncertain", True)]
    ((reason, detail),) = await chat.matters()
    assert reason == "delivery_failed"
    assert "may or may not have arrived" in detail


async def test_a_sender_that_never_reports_counts_as_uncertain(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    for _ in range(2):
        assert len(await chat.lease()) == 1
        await chat.make_due()
    assert await chat.lease() == []
    assert await chat.states(conversation_id) == [("one", "uncertain", True)]


async def test_a_late_report_of_an_earlier_try_changes_nothing(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.make_due()
    (second,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_REJECTED, error="late")
    assert [state for _text, state, _uncertain in await chat.states(conversation_id)] == ["sending"]
    await chat.report(second, pb.DELIVERY_OUTCOME_SENT)
    await chat.report(second, pb.DELIVERY_OUTCOME_SENT)
    assert await chat.queued() == []


async def test_a_refused_message_fails_and_calls_a_person(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_REJECTED, error="Bad Request: chat not found")
    assert [state for _text, state, _uncertain in await chat.states(conversation_id)] == ["failed"]
    answer = await chat.agent.conversations(chat.tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
    assert [(item.reason, item.conversation_id) for item in answer.attention] == [("delivery_failed", conversation_id)]


async def test_a_migrated_chat_moves_with_its_queue(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_MIGRATED, new_external_chat_id="-1009")
    (again,) = await chat.lease()
    assert again.external_chat_id == "-1009"
    conversation = await chat.agent.conversations(chat.tenant_id).GetConversation(
        conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
    )
    assert conversation.external_chat_id == "-1009"


async def test_a_chat_that_moves_to_one_we_have_ends_as_failed_and_holds_up_nobody(
    agent: Agent, tenant_id: str
) -> None:
    here, there, third = (Chat(agent, tenant_id, chat) for chat in "123")
    ours = await here.reply("one")
    await there.reply("two")
    await third.reply("three")
    leased = {delivery.text: delivery for delivery in await here.lease()}
    outcomes = {"one": pb.DELIVERY_OUTCOME_MIGRATED, "two": pb.DELIVERY_OUTCOME_SENT, "three": pb.DELIVERY_OUTCOME_SENT}
    reports = [
        pb.DeliveryReport(
            delivery_id=leased[text].delivery_id,
            tenant_id=tenant_id,
            attempt=1,
            outcome=outcome,
            new_external_chat_id="2" if text == "one" else "",
        )
        for text, outcome in outcomes.items()
    ]
    await agent.messaging(None).ReportDeliveries(pb.ReportDeliveriesRequest(reports=reports))
    assert await here.queued() == []
    assert await here.states(ours) == [("one", "failed", False)]
    ((reason, detail),) = await here.matters()
    assert reason == "delivery_failed"
    assert "moved" in detail


async def test_a_repeated_report_of_a_migration_changes_nothing(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    for _ in range(2):
        await chat.report(first, pb.DELIVERY_OUTCOME_MIGRATED, new_external_chat_id="-1009")
    (again,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_MIGRATED, new_external_chat_id="-1009")
    assert await chat.states(conversation_id) == [("one", "sending", False)]
    await chat.report(again, pb.DELIVERY_OUTCOME_SENT)
    assert await chat.queued() == []


async def test_texts_that_no_database_takes_are_noted_as_far_as_it_does(chat: Chat) -> None:
    conversation_id = await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_REJECTED, error="Bad\x00 Request" + "x" * 9000)
    assert [state for _text, state, _uncertain in await chat.states(conversation_id)] == ["failed"]
    ((_reason, detail),) = await chat.matters()
    assert detail.startswith("Bad Requestx")
    await chat.reply("two")
    (second,) = await chat.lease()
    await chat.report(second, pb.DELIVERY_OUTCOME_SENT, external_message_id="9\x000" + "1" * 9000)
    assert await chat.queued() == []


@pytest.mark.parametrize("seconds", [2**62, -5, -(2**62)])
@pytest.mark.parametrize("whole_account", [False, True])
async def test_an_absurd_wait_is_at_most_a_day(chat: Chat, seconds: int, whole_account: bool) -> None:
    await chat.reply("one")
    (first,) = await chat.lease()
    wait = Duration(seconds=seconds, nanos=2_000_000_000)
    await chat.report(first, pb.DELIVERY_OUTCOME_RATE_LIMITED, retry_after=wait, whole_account=whole_account)
    (row,) = await chat.queued()
    assert timedelta() < row["due_time"] - row["create_time"] <= timedelta(days=1, hours=1)
    assert row["lease_until"] is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("delivery_id", ""),
        ("delivery_id", "no UUID"),
        ("tenant_id", ""),
        ("tenant_id", "a\x00b"),
        ("new_external_chat_id", ""),
        ("new_external_chat_id", "5\x006"),
        ("new_external_chat_id", "5" * 129),
    ],
)
async def test_a_report_that_cannot_be_noted_is_refused_by_name_before_anything_is(
    chat: Chat, field: str, value: str
) -> None:
    await chat.reply("one")
    (first,) = await chat.lease()
    good: dict[str, Any] = {"delivery_id": first.delivery_id, "tenant_id": chat.tenant_id, "attempt": 1}
    sent = pb.DeliveryReport(**good, outcome=pb.DELIVERY_OUTCOME_SENT)
    moved = pb.DeliveryReport(**good, outcome=pb.DELIVERY_OUTCOME_MIGRATED, new_external_chat_id="-1009")
    setattr(moved, field, value)
    with pytest.raises(DomainError) as refused:
        await chat.agent.messaging(None).ReportDeliveries(pb.ReportDeliveriesRequest(reports=[sent, moved]))
    assert (refused.value.code, refused.value.field) == (grpc.StatusCode.INVALID_ARGUMENT, f"reports.{field}")
    assert len(await chat.queued()) == 1


async def test_a_channel_that_is_down_is_tried_again_later(chat: Chat) -> None:
    await chat.reply("one")
    (first,) = await chat.lease()
    await chat.report(first, pb.DELIVERY_OUTCOME_UNAVAILABLE, error="connection refused")
    (row,) = await chat.queued()
    assert row["uncertain_count"] == 0
    await chat.make_due()
    assert [delivery.attempt for delivery in await chat.lease()] == [2]


@pytest.mark.parametrize(("hours", "state"), [(1, "pending"), (4, "failed")])
async def test_a_channel_that_is_down_is_given_up_after_three_hours_and_not_for_waits_of_another_kind(
    chat: Chat, hours: int, state: str
) -> None:
    conversation_id = await chat.reply("one")
    await chat.agent.database.execute(_TRIED, t=chat.tenant_id, attempt=99, ago=timedelta(hours=hours))
    (delivery,) = await chat.lease()
    await chat.report(delivery, pb.DELIVERY_OUTCOME_UNAVAILABLE, error="connection refused")
    assert [state for _text, state, _uncertain in await chat.states(conversation_id)] == [state]
