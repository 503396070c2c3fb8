"""The agent gets a conversation back: it knows what was said meanwhile, answers what waits, and nothing else."""

import asyncio
import json
import uuid
from datetime import timedelta
from typing import Any

import grpc
import pytest
from sales.agent.v1 import conversations_pb2, events_pb2, messaging_pb2
from sales.agent.v1 import staffing_pb2 as pb
from sqlalchemy import Interval, LargeBinary, Text, bindparam, func, select, type_coerce, update
from sqlalchemy.dialects.postgresql import UUID

from services.agent.jobs import store
from services.agent.staffing import auto_resume, pauses
from services.agent.staffing.auto_resume import AutoResume
from services.agent.tables import due_conversations, plumbing
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.staffing_fixtures import Pair, interrupting
from services.agent.tests.worker_fixtures import calls, says
from services.agent.turns.window import Said, read
from services.agent.watchers import Watchers
from services.common import telemetry
from services.common.db import statement
from services.common.errors import DomainError

_EXPIRE = statement(
    update(due_conversations)
    .where(due_conversations.c.tenant_id == bindparam("t", type_=Text))
    .values(paused_until=func.now() - bindparam("ago", type_=Interval))
)
_EXPIRE_ONE = statement(
    update(due_conversations)
    .where(due_conversations.c.conversation_id == bindparam("id", type_=UUID))
    .values(paused_until=func.now() - bindparam("ago", type_=Interval))
)
_EVENTS = statement(
    select(type_coerce(plumbing.outbox.c.payload, LargeBinary).label("payload"))
    .where(plumbing.outbox.c.tenant_id == bindparam("t", type_=Text))
    .where(plumbing.outbox.c.subject == "sales.agent.v1.turn_completed")
)


async def asked(pair: Pair) -> list[str]:
    """What the model was last asked: the text blocks of the user's side, without the context."""
    messages = pair.shift.model.requests[-1]["messages"]
    blocks = [block for message in messages if message["role"] == "user" for block in message["content"]]
    return [block["text"] for block in blocks if block["type"] == "text" and not block["text"].startswith("<context>")]


async def test_the_agent_answers_what_came_after_the_last_word_of_staff_and_knows_the_rest(pair: Pair) -> None:
    pair.shift.model.script = [says("Which one?")]
    await pair.shift.attempt(pair.conversation_id)
    await pair.say("which is best?")
    await pair.reply("Take the <ribeye>, it is 99 today")
    await pair.say("and until when are you open?")
    pair.agent.woken.clear()
    await pair.resume()
    assert pair.agent.woken == [0]
    assert await pair.due()
    pair.shift.model.script = [says("Until five.")]
    await pair.shift.attempt(pair.conversation_id)
    blocks = await asked(pair)
    fences = [block.partition(">")[0].removeprefix("<") for block in blocks]
    assert fences == [
        "customer_message",
        "platform_notice",
        "customer_message",
        "staff_message",
        "platform_notice",
        "customer_message",
    ]
    assert blocks[2:4] == [
        "<customer_message>\nwhich is best?\n</customer_message>",
        "<staff_message>\nTake the &lt;ribeye&gt;, it is 99 today\n</staff_message>",
    ]
    assert "until when are you open?" in blocks[-1]
    shown = json.loads((await pair.shift.turn(pair.conversation_id)).prompt_messages_json)
    history = len(pair.shift.model.requests[-1]["messages"]) - 1
    assert shown[:history] == pair.shift.model.requests[-1]["messages"][:history]
    assert await pair.thread() == [
        ("customer", "half a kilo of pastrami"),
        ("agent", "Which one?"),
        ("customer", "which is best?"),
        ("event", ""),
        ("staff", "Take the <ribeye>, it is 99 today"),
        ("customer", "and until when are you open?"),
        ("event", ""),
        ("agent", "Until five."),
    ]


async def test_the_agent_stays_quiet_when_staff_had_the_last_word(pair: Pair) -> None:
    await pair.reply("I take care of it")
    conversation = await pair.resume()
    assert conversation.handler == conversations_pb2.HANDLER_AGENT
    assert (conversation.paused_by, conversation.HasField("resume_time")) == ("", False)
    assert not await pair.due()
    await pair.say("thanks")
    assert await pair.due()


async def test_what_waited_before_staff_took_over_and_said_nothing_is_answered(pair: Pair) -> None:
    await pair.pause()
    await pair.resume()
    assert await pair.due()


async def test_giving_back_twice_leaves_one_marker(pair: Pair) -> None:
    await pair.pause()
    await pair.resume()
    await pair.resume()
    assert [role for role, _ in await pair.thread()] == ["customer", "event", "event"]


async def test_the_reply_may_say_what_staff_said(pair: Pair) -> None:
    await pair.reply("The ribeye is 99 ₪ today")
    await pair.say("how much was it?")
    await pair.resume()
    pair.shift.model.script = [says("The ribeye is 99 ₪ today.")]
    await pair.shift.attempt(pair.conversation_id)
    assert (await pair.thread())[-1] == ("agent", "The ribeye is 99 ₪ today.")
    assert [verdict.passed for verdict in (await pair.shift.turn(pair.conversation_id)).verdicts] == [True]


async def test_what_staff_wrote_is_read_as_theirs() -> None:
    block = {"type": "text", "text": "<staff_message>\n2 &lt; 3\n</staff_message>"}
    assert list(read([{"role": "user", "content": [block]}])) == [Said("staff", "2 < 3")]


async def test_a_stopped_turn_goes_on_where_it_was_and_orders_once(pair: Pair) -> None:
    services = pair.shift.services
    pair.shift.model.script = [calls("create_order"), says("Ordered!")]
    services.CreateOrder = interrupting(services.CreateOrder, pair.pause)  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)
    assert len(await pair.shift.attention()) == 1
    await pair.resume()
    assert await pair.shift.attention() == []  # the agent tells the customer itself
    pair.shift.model.script = [says("Ordered!")]
    await pair.shift.attempt(pair.conversation_id)
    assert len(services.orders) == 1
    role, text = (await pair.thread())[-1]
    assert role == "agent"
    assert "#7" in text


async def test_what_a_stopped_turn_did_is_known_when_staff_answered_in_its_place(pair: Pair) -> None:
    services = pair.shift.services
    pair.shift.model.script = [calls("create_order"), says("Ordered!")]
    services.CreateOrder = interrupting(services.CreateOrder, pair.pause)  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)
    await pair.reply("Your order #7 is in")
    await pair.resume()
    assert not await pair.due()
    await pair.say("thank you")
    pair.shift.model.script = [says("With pleasure.")]
    await pair.shift.attempt(pair.conversation_id)
    messages = pair.shift.model.requests[-1]["messages"]
    used = [b["name"] for m in messages if m["role"] == "assistant" for b in m["content"] if b["type"] == "tool_use"]
    assert used == ["create_order"]
    assert sum("half a kilo of pastrami" in block for block in await asked(pair)) == 1
    assert len(services.orders) == 1
    assert len(await pair.shift.attention()) == 1  # until somebody has looked


async def test_the_agent_learns_that_its_last_words_were_not_sent(pair: Pair) -> None:
    pair.shift.model.script = [says("Which one?")]
    await pair.shift.attempt(pair.conversation_id)
    await pair.reply("I take this")
    await pair.resume()
    await pair.say("ok")
    pair.shift.model.script = [says("Fine.")]
    await pair.shift.attempt(pair.conversation_id)
    notices = [block for block in await asked(pair) if block.startswith("<platform_notice>")]
    assert "withdrawn" in notices[0]


@pytest.mark.parametrize("by_time", [False, True])
@pytest.mark.parametrize("wrote", [False, True])
async def test_the_agent_learns_how_it_got_the_conversation_back_and_whether_staff_wrote(
    pair: Pair, by_time: bool, wrote: bool
) -> None:
    pair.shift.model.script = [says("Which one?")]
    await pair.shift.attempt(pair.conversation_id)
    await pair.reply("An earlier word")
    await pair.resume()
    await pair.pause()
    await pair.say("which is best?")
    if wrote:
        await pair.reply("The ribeye")
    if by_time:
        await pair.agent.database.execute(_EXPIRE, t=pair.tenant_id, ago=timedelta(seconds=1))
        await AutoResume(pair.agent.database, Watchers(), lambda _: None, every_seconds=1).once()
    else:
        await pair.resume()
    await pair.say("and?")
    pair.shift.model.script = [says("Fine.")]
    await pair.shift.attempt(pair.conversation_id)
    notice = [block for block in await asked(pair) if block.startswith("<platform_notice>")][-1]
    assert ("come back to you by itself" in notice) == by_time
    assert ("A person at the business has given" in notice) != by_time
    assert ("before the staff member's last message has been dealt with" in notice) == wrote
    assert ("still unanswered" in notice) != wrote


async def test_a_pause_ends_by_itself_after_its_time_and_not_before(agent: Agent, pair: Pair) -> None:
    await pair.pause()
    woken: list[float] = []
    resume = AutoResume(agent.database, Watchers(), woken.append, every_seconds=1)
    await resume.once()
    assert len(await pair.thread()) == 2
    await agent.database.execute(_EXPIRE, t=pair.tenant_id, ago=timedelta(seconds=1))
    await resume.once()
    await resume.once()
    answer = await agent.conversations(pair.tenant_id).ListMessages(
        conversations_pb2.ListMessagesRequest(conversation_id=pair.conversation_id)
    )
    events = [(message.event, message.staff_name) for message in reversed(answer.messages) if message.event]
    assert events == [
        (conversations_pb2.CONVERSATION_EVENT_PAUSED, "Dana"),
        (conversations_pb2.CONVERSATION_EVENT_RESUMED_BY_TIME, ""),
    ]
    assert woken == [0]
    assert await pair.due()


async def test_conversations_that_cannot_be_given_back_keep_no_other_from_it_however_many_they_are(
    agent: Agent, pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_resume, "_BATCH", 2)
    give_back, stuck = pauses.give_back, []
    for number in range(4):
        said = await agent.say(pair.tenant_id, "hi", str(80 + number), channel=f"telegram-{pair.tenant_id}")
        await agent.staffing(pair.tenant_id).PauseAgent(
            pb.PauseAgentRequest(conversation_id=said.conversation_id, request_id=uuid.uuid4().hex)
        )
        stuck.append(said.conversation_id)
    await agent.database.execute(_EXPIRE, t=pair.tenant_id, ago=timedelta(seconds=30))
    await pair.pause()
    await agent.database.execute(_EXPIRE_ONE, id=uuid.UUID(pair.conversation_id), ago=timedelta(seconds=1))

    async def broken(tx: Any, conversation: Any, **fields: Any) -> bool:
        if str(conversation["conversation_id"]) in stuck:
            raise ValueError("a surprise")
        return await give_back(tx, conversation, **fields)

    monkeypatch.setattr(pauses, "give_back", broken)
    resume = AutoResume(agent.database, Watchers(), lambda _: None, every_seconds=1)
    assert await resume.once() >= 1
    conversations = agent.conversations(pair.tenant_id)

    async def handler(conversation_id: str) -> int:
        wanted = conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
        return int((await conversations.GetConversation(wanted)).handler)

    assert await handler(pair.conversation_id) == conversations_pb2.HANDLER_AGENT
    assert {await handler(each) for each in stuck} == {conversations_pb2.HANDLER_PERSON}
    monkeypatch.setattr(pauses, "give_back", give_back)
    await resume.once()
    assert {await handler(each) for each in stuck} == {conversations_pb2.HANDLER_AGENT}


async def test_a_reply_carries_the_trace_of_its_turn_to_who_sends_it(pair: Pair) -> None:
    traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    pair.shift.model.script = [says("Which one?")]
    with telemetry.span("turn", traceparent):
        await pair.shift.attempt(pair.conversation_id)
    request = messaging_pb2.LeaseDeliveriesRequest(channels=[f"telegram-{pair.tenant_id}"])
    (delivery,) = (await pair.agent.messaging(None).LeaseDeliveries(request)).deliveries
    assert (delivery.text, delivery.traceparent) == ("Which one?", traceparent)


async def test_waiting_for_the_turn_of_a_message_that_staff_answered_ends_at_once(agent: Agent, pair: Pair) -> None:
    await pair.pause()
    said = await agent.say(pair.tenant_id, "which is best?", "91", channel=f"telegram-{pair.tenant_id}")
    await agent.staffing(pair.tenant_id).SendStaffReply(
        pb.SendStaffReplyRequest(conversation_id=said.conversation_id, text="The ribeye", request_id=uuid.uuid4().hex)
    )
    async with asyncio.timeout(60):
        with pytest.raises(DomainError) as refused:
            await agent.conversations(pair.tenant_id).AwaitTurn(
                conversations_pb2.AwaitTurnRequest(message_id=said.message_id)
            )
    assert (refused.value.code, refused.value.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "NO_TURN")


async def test_looking_for_pauses_goes_on_after_a_surprise(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = asyncio.Event()

    async def expired(*_: Any) -> list[pauses.Expired]:
        if not surprises:
            looked.set()
            return []
        raise surprises.pop()

    surprises = [ValueError("a surprise")]
    monkeypatch.setattr(pauses, "expired", expired)
    running = asyncio.create_task(AutoResume(agent.database, Watchers(), lambda _: None, every_seconds=0).run())
    async with asyncio.timeout(60):
        await asyncio.wait({running, asyncio.create_task(looked.wait())}, return_when=asyncio.FIRST_COMPLETED)
    assert not running.done()
    running.cancel()


async def test_a_pause_that_somebody_prolonged_does_not_end(agent: Agent, pair: Pair) -> None:
    await pair.pause()
    await agent.database.execute(_EXPIRE, t=pair.tenant_id, ago=timedelta(seconds=1))
    await pair.reply("still here")
    await AutoResume(agent.database, Watchers(), lambda _: None, every_seconds=1).once()
    conversation = await agent.conversations(pair.tenant_id).GetConversation(
        conversations_pb2.GetConversationRequest(conversation_id=pair.conversation_id)
    )
    assert conversation.handler == conversations_pb2.HANDLER_PERSON


async def test_staff_messages_count_as_replies_and_make_the_jobs_due(agent: Agent, pair: Pair) -> None:
    await pair.reply("one")
    await pair.say("two")
    await pair.say("three")
    await pair.reply("four")  # the customer wrote three times, staff twice
    async with agent.database.transaction(pair.tenant_id) as tx:
        rows = await tx.fetch_all(_EVENTS, t=tx.tenant_id)
        dialogue = await store.dialogue(tx, uuid.UUID(pair.conversation_id), 0, 5)
    events = [events_pb2.TurnCompleted.FromString(row["payload"]) for row in rows]
    assert [(event.message_count_before, event.message_count, event.turn_id) for event in events] == [(2, 5, "")]
    said: list[tuple[Any, Any]] = [(row["role"], row["content"]) for row in dialogue]
    assert said == [
        ("customer", "half a kilo of pastrami"),
        ("staff", "one"),
        ("customer", "two"),
        ("customer", "three"),
        ("staff", "four"),
    ]


async def test_a_note_and_an_event_are_nothing_that_was_said(agent: Agent, pair: Pair) -> None:
    await pair.pause()
    async with agent.database.transaction(pair.tenant_id) as tx:
        assert await store.dialogue(tx, uuid.UUID(pair.conversation_id), -1, 5) == []


@pytest.mark.parametrize("words", [1, 40])
async def test_the_window_is_cut_where_staff_spoke_as_anywhere_else(pair: Pair, words: int) -> None:
    for number in range(words):
        await pair.reply(f"staff {number}")
    await pair.resume()
    await pair.say("hello again")
    pair.shift.model.script = [says("Hello.")]
    await pair.shift.attempt(pair.conversation_id)
    staff = [block for block in await asked(pair) if block.startswith("<staff_message>")]
    assert len(staff) == min(words, 31)  # 41 counted messages: the first ten are out
