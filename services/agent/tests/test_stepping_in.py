"""Staff take over while the agent is at work: it says and does nothing more, and what it did is not lost."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from sales.agent.v1 import conversations_pb2, events_pb2
from sales.agent.v1 import messaging_pb2 as deliveries
from sales.agent.v1 import staffing_pb2 as pb

from services.agent.attention import TURN_INTERRUPTED
from services.agent.conversations.history import load_history
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.tables import plumbing
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import Chat, an_outcome
from services.agent.tests.staffing_fixtures import Pair, interrupting
from services.agent.tests.worker_fixtures import calls, says
from services.agent.turns import claims, commit, journal
from services.agent.turns.due import DueSignal
from services.agent.turns.ending import Ending
from services.agent.watchers import Watchers
from services.common.outbox import Outbox, new_event


async def test_a_turn_that_waits_for_the_model_is_given_up(pair: Pair) -> None:
    pair.shift.model.script = [says("Hello!")]
    pair.shift.model.ask = interrupting(pair.shift.model.ask, pair.pause)  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)
    assert await pair.thread() == [("customer", "half a kilo of pastrami"), ("event", "")]
    assert pair.agent.stopped[-1] == uuid.UUID(pair.conversation_id)
    assert not await pair.due()


async def test_a_turn_that_was_about_to_use_a_tool_does_not(pair: Pair) -> None:
    pair.shift.model.script = [calls("create_order")]
    pair.shift.model.ask = interrupting(pair.shift.model.ask, pair.pause)  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)
    assert not pair.shift.services.orders
    assert await pair.shift.attention() == []


async def test_an_order_that_a_tool_has_written_stays_and_staff_are_told(pair: Pair) -> None:
    pair.shift.model.script = [calls("create_order"), says("Ordered!")]
    pair.shift.services.CreateOrder = interrupting(  # type: ignore[method-assign]
        pair.shift.services.CreateOrder, pair.pause
    )
    await pair.shift.attempt(pair.conversation_id)
    assert len(pair.shift.services.orders) == 1
    assert await pair.thread() == [("customer", "half a kilo of pastrami"), ("event", "")]
    (detail,) = await pair.shift.attention()
    assert "nobody knows yet whether create_order was done" in detail


async def test_staff_learn_the_number_of_an_order_that_the_stopped_turn_had_seen(pair: Pair) -> None:
    pair.shift.model.script = [calls("create_order"), says("Ordered!")]
    ask = pair.shift.model.ask

    async def paused_before_the_second_answer(request: dict[str, Any]) -> Any:
        response = await ask(request)
        if len(pair.shift.model.requests) == 2:
            await pair.pause()
        return response

    pair.shift.model.ask = paused_before_the_second_answer  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)
    answer = await pair.agent.conversations(pair.tenant_id).ListAttention(conversations_pb2.ListAttentionRequest())
    (matter,) = answer.attention
    assert matter.reason == TURN_INTERRUPTED
    assert "order #7 was placed" in matter.detail
    assert ("agent", "Ordered!") not in await pair.thread()


async def test_no_holding_message_and_no_apology_in_a_conversation_of_staff(pair: Pair) -> None:
    claim = await pair.agent.claim_of(pair.conversation_id)
    await pair.pause()
    ending = Ending(
        pair.agent.database,
        Outbox(pair.agent.database, plumbing, "agent"),
        DeliveryOutlet(),
        Watchers(),
        DueSignal(),
        timedelta(),
    )
    await ending.hold(claim)
    with pytest.raises(claims.LeaseLostError):
        await ending.give_up(claim, None, "too late")
    assert [role for role, _ in await pair.thread()] == ["customer", "event"]


async def test_messages_to_staff_are_unread_and_not_due(pair: Pair) -> None:
    await pair.pause()
    await pair.say("are you there?")
    assert not await pair.due()
    conversation = await pair.agent.conversations(pair.tenant_id).GetConversation(
        conversations_pb2.GetConversationRequest(conversation_id=pair.conversation_id)
    )
    assert (conversation.unread_count, conversation.last_message) == (2, "are you there?")
    assert not conversation.answering


async def test_a_worker_that_was_too_slow_cannot_make_the_conversation_due_again(pair: Pair) -> None:
    claim = await pair.agent.claim_of(pair.conversation_id)
    await pair.pause()
    await claims.put_off(pair.agent.database, claim, timedelta())
    await claims.release(pair.agent.database, claim, 1)
    assert await claims.renew(pair.agent.database, [claim], timedelta()) == set()
    assert not await pair.due()


class Replied(Chat):
    """A chat in which the agent has replied in two parts, of which nothing is sent yet."""

    conversation_id = ""

    async def begin(self) -> None:
        self.conversation_id = await self.reply("one", "two")

    async def pause(self) -> None:
        request = pb.PauseAgentRequest(conversation_id=self.conversation_id, request_id=uuid.uuid4().hex)
        await self.agent.staffing(self.tenant_id).PauseAgent(request)

    async def answer(self, text: str) -> None:
        request = pb.SendStaffReplyRequest(conversation_id=self.conversation_id, text=text, request_id=uuid.uuid4().hex)
        await self.agent.staffing(self.tenant_id).SendStaffReply(request)

    async def state_of(self, *texts: str) -> list[str]:
        known = {text: state for text, state, _ in await self.states(self.conversation_id)}
        return [known[text] for text in texts]


@pytest.fixture
async def replied(agent: Agent, tenant_id: str) -> Replied:
    chat = Replied(agent, tenant_id)
    await chat.begin()
    return chat


async def test_a_reply_that_is_not_on_its_way_is_withdrawn(replied: Replied) -> None:
    await replied.pause()
    assert await replied.lease() == []
    assert await replied.state_of("one", "two") == ["withdrawn", "withdrawn"]
    assert await replied.queued() == []


async def test_staff_are_sent_behind_what_is_on_its_way_and_before_nothing(replied: Replied) -> None:
    (first,) = await replied.lease()
    await replied.answer("I am Dana")
    assert await replied.lease() == []  # one at a time
    await replied.report(first, deliveries.DELIVERY_OUTCOME_SENT)
    (second,) = await replied.lease()
    assert second.text == "I am Dana"
    assert await replied.state_of("one", "two", "I am Dana") == ["sent", "withdrawn", "sending"]


@pytest.mark.parametrize(
    "outcome", [deliveries.DELIVERY_OUTCOME_RATE_LIMITED, deliveries.DELIVERY_OUTCOME_UNCERTAIN, None]
)
async def test_what_was_on_its_way_and_came_back_is_not_sent_again(
    replied: Replied, outcome: deliveries.DeliveryOutcome.ValueType | None
) -> None:
    (first,) = await replied.lease()
    await replied.answer("I am Dana")
    if outcome is not None:  # else its sender never reports
        await replied.report(first, outcome, retry_after=Duration(seconds=9))
    sent: list[str] = []
    for _ in range(2):
        await replied.make_due()
        sent += [delivery.text for delivery in await replied.lease()]
    assert sent == ["I am Dana"]
    assert await replied.state_of("one") == ["withdrawn"]


@pytest.mark.parametrize("uncertain", [False, True])
async def test_the_agent_is_told_what_the_customer_may_have_seen_of_its_last_words(
    replied: Replied, uncertain: bool
) -> None:
    if uncertain:
        (first,) = await replied.lease()
        await replied.report(first, deliveries.DELIVERY_OUTCOME_UNCERTAIN)
    await replied.pause()
    assert await replied.state_of("one", "two") == ["withdrawn", "withdrawn"]
    async with replied.agent.database.transaction(replied.tenant_id) as tx:
        history = await load_history(tx, uuid.UUID(replied.conversation_id), 0)
    notice = history[-1]["content"][-1]["text"]
    assert ("may or may not have reached the customer" in notice) == uncertain
    assert ("the customer has not seen that" in notice) != uncertain


async def test_what_staff_wrote_is_not_withdrawn_by_a_pause(replied: Replied) -> None:
    await replied.answer("I am Dana")
    await replied.pause()
    (only,) = await replied.lease()
    assert only.text == "I am Dana"


async def test_a_commit_that_comes_after_the_pause_writes_nothing(agent: Agent, tenant_id: str) -> None:
    chat = Replied(agent, tenant_id)
    accepted = await agent.say(tenant_id, "hi", "1", channel=chat.channel)
    chat.conversation_id = accepted.conversation_id
    claim = await agent.claim_of(accepted.conversation_id)
    async with agent.database.transaction(tenant_id) as tx:
        conversation, pending = await journal.load(tx, claim)
    await chat.pause()
    async with agent.database.transaction(tenant_id) as tx:
        event = new_event(tenant_id, "test.event", events_pb2.TurnCompleted())
        outcome = an_outcome(["late"], pending, conversation.arrivals)
        written = await commit.commit(
            tx, claim, conversation, outcome, [uuid.uuid4()], event, queued=True, silence=timedelta()
        )
    assert written is None
    assert await chat.queued() == []
