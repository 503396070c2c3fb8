"""The delivery queue: in order, one at a time, once, and honest about what is not known."""

import asyncio
import uuid
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from sales.agent.v1 import conversations_pb2, events_pb2, staffing_pb2
from sales.agent.v1 import messaging_pb2 as pb
from sqlalchemy import Integer, Interval, Text, bindparam, func, select, update

from services.agent import messaging
from services.agent.deliveries import queue
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.split import reply_parts, split, units
from services.agent.messaging import MessagingServicer
from services.agent.tables import delivery_dispatch, plumbing
from services.agent.tests.agent_fixtures import Agent, test_settings
from services.agent.turns import commit, journal
from services.agent.turns.outcome import Outcome
from services.agent.watchers import Watchers
from services.common import telemetry
from services.common.db import statement
from services.common.errors import DomainError
from services.common.outbox import new_event
from services.common.tests.waiting import eventually

_MAKE_DUE = statement(
    update(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .values(due_time=func.now())
)
_TRIED = statement(
    update(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .values(attempt=bindparam("attempt", type_=Integer), create_time=func.now() - bindparam("ago", type_=Interval))
)
_TRACES = statement(
    select(plumbing.outbox.c.traceparent).where(plumbing.outbox.c.tenant_id == bindparam("t", type_=Text))
)
_DISPATCH = statement(
    select(delivery_dispatch)
    .where(delivery_dispatch.c.tenant_id == bindparam("t", type_=Text))
    .order_by(delivery_dispatch.c.position)
)


class Chat:
    """A chat of a fresh channel, so that leasing sees only its deliveries."""

    def __init__(self, agent: Agent, tenant_id: str, chat: str = "1") -> None:
        self.agent, self.tenant_id, self.chat = agent, tenant_id, chat
        self.channel = f"telegram-{tenant_id}"

    async def reply(self, *parts: str) -> str:
        """Answer a new message of the chat with these parts; returns the conversation's id."""
        accepted = await self.agent.say(self.tenant_id, "hi", self.chat, channel=self.channel)
        claim = await self.agent.claim_of(accepted.conversation_id)
        async with self.agent.database.transaction(self.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            outcome = an_outcome(list(parts), pending, conversation.arrivals)
            event = new_event(self.tenant_id, "test.event", events_pb2.TurnCompleted())
            written = await commit.commit(
                tx,
                claim,
                conversation,
                outcome,
                [uuid.uuid4() for _ in parts],
                event,
                queued=True,
                silence=timedelta(),
            )
        assert written
        return str(accepted.conversation_id)

    async def lease(self) -> list[pb.Delivery]:
        answer = await self.agent.messaging(None).LeaseDeliveries(pb.LeaseDeliveriesRequest(channels=[self.channel]))
        return list(answer.deliveries)

    async def report(self, delivery: pb.Delivery, outcome: pb.DeliveryOutcome.ValueType, **fields: Any) -> None:
        report = pb.DeliveryReport(
            delivery_id=delivery.delivery_id,
            tenant_id=delivery.tenant_id,
            attempt=delivery.attempt,
            outcome=outcome,
            **fields,
        )
        await self.agent.messaging(None).ReportDeliveries(pb.ReportDeliveriesRequest(reports=[report]))

    async def make_due(self) -> None:
        """Let every wait of the chat's deliveries be over."""
        await self.agent.database.execute(_MAKE_DUE, t=self.tenant_id)

    async def queued(self) -> list[Any]:
        return await self.agent.database.fetch_all(_DISPATCH, t=self.tenant_id)

    async def matters(self) -> list[tuple[str, str]]:
        """Reason and detail of each open attention record."""
        answer = await self.agent.conversations(self.tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
        return [(matter.reason, matter.detail) for matter in answer.attention]

    async def states(self, conversation_id: str) -> list[tuple[str, str, bool]]:
        answer = await self.agent.conversations(self.tenant_id).ListMessages(
            conversations_pb2.ListMessagesRequest(conversation_id=conversation_id)
        )
        return [
            (delivery.text, delivery.state, delivery.uncertain)
            for message in reversed(answer.messages)
            for delivery in message.deliveries
        ]


def servicer_beside(agent: Agent, outlet: DeliveryOutlet) -> MessagingServicer:
    """Another replica's: it has not written the texts that it hands out."""
    return MessagingServicer(agent.database, test_settings(), outlet, agent.reports, Watchers(), agent.woken.append)


def an_outcome(parts: list[str], pending: list[journal.PendingMessage], arrivals: int) -> Outcome:
    return Outcome(
        state="completed",
        model="m",
        window_start=0,
        has_summary=False,
        system_prompt_hash="",
        transcript=[],
        tool_calls=[],
        verdicts=[],
        incidents=[],
        replies=parts,
        usage=dict.fromkeys(
            (
                "input_tokens",
                "output_tokens",
                "cache_creation_input_tokens",
                "cache_read_input_tokens",
                "cost_micro_usd",
            ),
            0,
        ),
        error="",
        customer_id="c",
        message_ids=[message.message_id for message in pending],
        reply="\n".join(parts),
        reply_role="agent",
        last_step=None,
        arrivals=arrivals,
        may_extend=True,
    )


@pytest.fixture
def chat(agent: Agent, tenant_id: str) -> Chat:
    return Chat(agent, tenant_id)


async def test_parts_leave_in_order_and_one_at_a_time(chat: Chat) -> None:
    conversation_id = await chat.reply("one", "two")
    (first,) = await chat.lease()
    assert first.text == "one"
    assert await chat.lease() == []
    await chat.report(first, pb.DELIVERY_OUTCOME_SENT, external_message_id="900")
    (second,) = await chat.lease()
    assert second.text == "two"
    assert await chat.states(conversation_id) == [("one", "sent", False), ("two", "sending", False)]


async def test_chats_do_not_wait_for_each_other(agent: Agent, tenant_id: str) -> None:
    here, there = Chat(agent, tenant_id, "1"), Chat(agent, tenant_id, "2")
    await here.reply("one")
    await there.reply("two")
    assert sorted(delivery.text for delivery in await here.lease()) == ["one", "two"]


async def test_the_event_of_a_turn_names_its_trace_in_the_outbox_too(chat: Chat) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    with telemetry.span("turn", traceparent):
        await chat.reply("one")
    async with chat.agent.database.transaction(chat.tenant_id) as tx:
        rows = await tx.fetch_all(_TRACES, t=chat.tenant_id)
    assert [row["traceparent"] for row in rows] == [traceparent]


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


async def test_an_agent_that_stops_keeps_no_gateway_waiting(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messaging, "_LONGEST_WAIT", 3600.0)
    outlet = DeliveryOutlet()
    servicer = servicer_beside(agent, outlet)
    request = pb.LeaseDeliveriesRequest(channels=[f"telegram-{tenant_id}"], wait=Duration(seconds=3600))
    before = agent.database.round_trips
    waiting = asyncio.create_task(servicer.LeaseDeliveries(request, None))

    async def looked() -> bool:
        return agent.database.round_trips > before

    await eventually(looked, "the first look into the queue")
    outlet.close()
    async with asyncio.timeout(60):
        assert not (await waiting).deliveries


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


def test_long_texts_are_cut_at_line_ends_within_the_limit() -> None:
    lines = [f"line {number} " + "x" * 50 for number in range(200)]
    parts = split("\n".join(lines), 4096)
    assert all(units(part) <= 4096 for part in parts)
    assert "\n".join(parts).split("\n") == [line.strip() for line in lines]


def test_a_text_without_spaces_is_cut_between_characters() -> None:
    parts = split("🥩" * 3000, 4096)
    assert all(units(part) <= 4096 for part in parts)
    assert "".join(parts) == "🥩" * 3000


@pytest.mark.parametrize(
    "character",
    [
        "👨\u200d👩\u200d👧\u200d👦",  # a family, joined
        "👍🏽",  # a colour of skin
        "❤\ufe0f",  # a variation selector
        "שָׁ",  # a letter with its points
        "e\u0301",
    ],
)
@pytest.mark.parametrize("before", range(12))
def test_no_cut_goes_through_what_is_read_as_one_character(character: str, before: int) -> None:
    text = "x" * before + character * 40
    parts = split(text, 60)
    assert "".join(parts) == text
    assert all(units(part) <= 60 for part in parts)
    assert all(part.startswith(character) for part in parts[1:])


def test_marks_without_end_are_cut_all_the_same() -> None:
    text = "e" + "\u0301" * 500
    parts = split(text, 60)
    assert "".join(parts) == text
    assert all(units(part) <= 60 for part in parts)


@pytest.mark.parametrize("before", range(70))
def test_no_cut_goes_through_what_is_bold(before: int) -> None:
    text = "x" * before + " **the total is 142 ₪** " + "and so on " * 20
    parts = split(text, 80)
    assert sum("**the total is 142 ₪**" in part for part in parts) == 1
    assert all(units(part) <= 80 for part in parts)


def test_bold_that_is_longer_than_half_a_part_is_cut_and_what_is_none_costs_nothing() -> None:
    assert all(units(part) <= 80 for part in split("**" + "word " * 40 + "end**", 80))
    assert split("x" * 70 + " 2 ** 3 ** 4 5 6", 80) == ["x" * 70 + " 2 ** 3", "** 4 5 6"]


def test_a_receipt_rides_along_when_it_fits_and_follows_when_not() -> None:
    assert reply_parts("done", ["receipt"], "telegram") == ["done\n\nreceipt"]
    assert reply_parts("x" * 4096, ["receipt"], "telegram") == ["x" * 4096, "receipt"]


@pytest.mark.parametrize("step", ["lease", "texts"])
async def test_a_delivery_leased_for_a_gateway_that_has_gone_is_given_back(
    agent: Agent, tenant_id: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    chat = Chat(agent, tenant_id)
    await chat.reply("hello")
    servicer = servicer_beside(agent, DeliveryOutlet())
    leased, told, take = asyncio.Event(), asyncio.Event(), getattr(queue, step)

    async def done_and_told_later(*arguments: Any) -> Any:
        found = await take(*arguments)
        leased.set()
        await told.wait()
        return found

    monkeypatch.setattr(queue, step, done_and_told_later)
    calling = asyncio.create_task(servicer.LeaseDeliveries(pb.LeaseDeliveriesRequest(channels=[chat.channel]), None))
    await leased.wait()
    calling.cancel()
    told.set()
    with pytest.raises(asyncio.CancelledError):
        await calling
    monkeypatch.undo()
    (again,) = await queue.lease(agent.database, [chat.channel], 10, timedelta(seconds=90))
    assert again.uncertain_count == 0, "it was never sent"
