"""Forgetting a customer: no word stays, what is counted stays, and nobody who is at work writes anything back."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import asyncpg
import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sales.agent.v1 import conversations_pb2, events_pb2
from sales.agent.v1 import messaging_pb2 as deliveries
from sales.agent.v1 import staffing_pb2 as pb
from sales.customers.v1 import events_pb2 as customer_events
from sqlalchemy import Text, bindparam, func, select

from services.agent.customer_profiles import CustomerProfiles, forgotten
from services.agent.following.customers import CustomerNames
from services.agent.following.forgetting import ForgettingCustomers
from services.agent.jobs import store
from services.agent.tables import TENANT_TABLES, due_conversations
from services.agent.tests.agent_fixtures import Agent
from services.agent.tests.delivery_fixtures import Chat
from services.agent.tests.rows import Rows
from services.agent.tests.staffing_fixtures import Pair, interrupting
from services.agent.tests.test_customer_profiles import Service
from services.agent.tests.worker_fixtures import StartShift, calls, says
from services.common.auth import TokenSigner, generate_key_pair
from services.common.db import statement
from services.common.errors import DomainError

CUSTOMER = "customer-1"
WORDS = ("Herzl 15", "allergic to sesame", "Dana Levi", "9988776655")
_NOW = statement(select(func.now().label("now")))
_DUE = statement(select(due_conversations).where(due_conversations.c.tenant_id == bindparam("t", type_=Text)))


class Eraser:
    """What the event does in one process of the agent."""

    def __init__(self, agent: Agent, tenant_id: str) -> None:
        self.agent, self.tenant_id = agent, tenant_id
        self.stopped: list[uuid.UUID] = []
        self.woken: list[float] = []
        self._handler = ForgettingCustomers(
            agent.database, agent.outlet, agent.watchers, self.stopped.append, self.woken.append
        )

    async def now(self) -> datetime:
        """The moment, by the database's clock."""
        async with self.agent.database.transaction(self.tenant_id) as tx:
            row = await tx.fetch_one(_NOW)
        assert row is not None
        return row["now"]  # type: ignore[no-any-return]

    async def forget(
        self, customer_id: str = CUSTOMER, *, at: datetime | None = None, external_id: str = "", tenant_id: str = ""
    ) -> None:
        event = customer_events.CustomerForgotten(
            tenant_id=tenant_id or self.tenant_id, customer_id=customer_id, version=9, forget_time=Timestamp()
        )
        event.forget_time.FromDatetime(at or await self.now())
        if external_id:
            channel = f"telegram-{self.tenant_id}"
            event.identities.add(channel=channel, external_id=external_id)
        await self._handler.forgotten(event.SerializeToString())


@pytest.fixture
def eraser(agent: Agent, tenant_id: str) -> Eraser:
    return Eraser(agent, tenant_id)


async def stored(url: str, tenant_id: str) -> str:
    """Every row that the tenant has in the agent's schema, as text; answers kept for repeats too."""
    connection = await asyncpg.connect(url)
    try:
        tables = (*TENANT_TABLES, "delivery_dispatch", "due_conversations")
        found: list[Any] = []
        for table in tables:
            found += await connection.fetch(f"SELECT * FROM agent.{table} WHERE tenant_id = $1", tenant_id)
    finally:
        await connection.close()
    return " ".join(repr(tuple(row.values())) for row in found)


async def a_full_conversation(pair: Pair) -> None:
    """Everything that can stand in a conversation: a turn with tools, words of staff, a note, an order, a matter."""
    rows = Rows(pair.agent.database, pair.tenant_id)
    await rows.customer(CUSTOMER, "Dana Levi", "en")
    await pair.say("I live at Herzl 15, my number is 9988776655")
    pair.shift.model.script = [calls("create_order"), says("Noted: Herzl 15, allergic to sesame")]
    await pair.shift.attempt(pair.conversation_id)
    await pair.reply("Hello Dana Levi, you are allergic to sesame")
    await pair.agent.staffing(pair.tenant_id).CreateNote(
        pb.CreateNoteRequest(conversation_id=pair.conversation_id, text="ring Dana Levi", request_id="note")
    )
    await rows.attention(uuid.UUID(pair.conversation_id), detail="Dana Levi wants a person")


async def conversation_of(agent: Agent, tenant_id: str, conversation_id: str) -> conversations_pb2.Conversation:
    request = conversations_pb2.GetConversationRequest(conversation_id=conversation_id)
    return await agent.conversations(tenant_id).GetConversation(request)  # type: ignore[no-any-return]


async def test_no_word_stays_and_what_is_counted_stays(
    pair: Pair, eraser: Eraser, postgres_admin_url: str, tenant_id: str
) -> None:
    await a_full_conversation(pair)
    text = await stored(postgres_admin_url, tenant_id)
    assert [word for word in WORDS if word not in text] == []
    before = await conversation_of(pair.agent, tenant_id, pair.conversation_id)
    turn = await pair.shift.turn(pair.conversation_id)

    await eraser.forget()

    text = await stored(postgres_admin_url, tenant_id)
    assert [word for word in (*WORDS, "half a kilo") if word in text] == []
    after = await conversation_of(pair.agent, tenant_id, pair.conversation_id)
    assert after.message_count == before.message_count > 0
    assert after.create_time == before.create_time
    assert (after.customer_id, after.customer_name, after.last_message) == (CUSTOMER, "", "")
    assert {content for _role, content in await pair.thread()} == {""}
    now = await pair.shift.turn(pair.conversation_id)
    assert (now.usage, now.state) == (turn.usage, "completed")
    assert await pair.shift.attention() == []
    listed = await pair.agent.conversations(tenant_id).ListConversations(conversations_pb2.ListConversationsRequest())
    assert list(listed.conversations) == []


async def test_told_twice_nothing_more_happens(
    pair: Pair, eraser: Eraser, postgres_admin_url: str, tenant_id: str
) -> None:
    await a_full_conversation(pair)
    await eraser.forget()
    once = await stored(postgres_admin_url, tenant_id)
    await eraser.forget()
    assert await stored(postgres_admin_url, tenant_id) == once


async def test_who_writes_again_begins_a_new_conversation(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str
) -> None:
    await a_full_conversation(pair)
    await eraser.forget(external_id="77")

    again = await agent.say(tenant_id, "hello", channel=f"telegram-{tenant_id}")
    await eraser.forget(external_id="77", at=datetime(2020, 1, 1, tzinfo=UTC))  # delivered again, and late

    assert again.conversation_id != pair.conversation_id
    new = await conversation_of(agent, tenant_id, again.conversation_id)
    assert (new.customer_id, new.message_count, new.last_message) == ("", 0, "hello")


async def test_a_repeated_delivery_of_what_was_forgotten_is_a_duplicate(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str
) -> None:
    channel = f"telegram-{tenant_id}"
    await agent.say(tenant_id, "my address", channel=channel, delivery_id="update-1")
    await eraser.forget(external_id="77")
    repeated = await agent.say(tenant_id, "my address", channel=channel, delivery_id="update-1")
    assert repeated.duplicate


async def test_a_conversation_whose_customer_is_not_known_here_yet_is_found_by_its_chat(
    pair: Pair, eraser: Eraser, postgres_admin_url: str, tenant_id: str
) -> None:
    await eraser.forget("somebody-else")
    assert "half a kilo" in await stored(postgres_admin_url, tenant_id)
    await eraser.forget(external_id="77")
    assert "half a kilo" not in await stored(postgres_admin_url, tenant_id)


async def test_another_tenants_conversation_is_left_alone(
    pair: Pair, eraser: Eraser, postgres_admin_url: str, tenant_id: str
) -> None:
    await a_full_conversation(pair)
    before = await stored(postgres_admin_url, tenant_id)
    await eraser.forget(external_id="77", tenant_id=f"{tenant_id}_neighbour")
    assert await stored(postgres_admin_url, tenant_id) == before


@pytest.mark.parametrize("after", ["claim", "model", "tools", "second model"])
async def test_a_turn_under_way_writes_nothing_back(
    pair: Pair, eraser: Eraser, postgres_admin_url: str, tenant_id: str, after: str
) -> None:
    model, worker = pair.shift.model, pair.shift.worker
    await pair.say("Herzl 15")
    model.script = [calls("create_order"), says("Noted: Herzl 15")]

    async def interrupt() -> None:
        await eraser.forget(external_id="77")

    if after == "claim":
        worker._reader.read = interrupting(worker._reader.read, interrupt)  # type: ignore[method-assign]
    elif after == "model":
        model.ask = interrupting(model.ask, interrupt)  # type: ignore[method-assign]
    elif after == "tools":
        worker._tools.run = interrupting(worker._tools.run, interrupt)  # type: ignore[method-assign]
    else:
        first = model.ask

        async def ask(request: dict[str, Any]) -> Any:
            response = await first(request)
            if not model.script:
                await interrupt()
            return response

        model.ask = ask  # type: ignore[method-assign]
    await pair.shift.attempt(pair.conversation_id)

    text = await stored(postgres_admin_url, tenant_id)
    assert [word for word in ("Herzl 15", "half a kilo") if word in text] == []
    assert await Chat(pair.agent, tenant_id, "77").lease() == []
    assert [str(conversation) for conversation in eraser.stopped] == [pair.conversation_id]


async def test_what_comes_meanwhile_is_answered_in_a_new_conversation(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str, shift: StartShift
) -> None:
    forget_time = await eraser.now()
    await pair.say("am I still there?")  # before this process hears of it
    await eraser.forget(external_id="77", at=forget_time)

    (due,) = await agent.database.fetch_all(_DUE, t=tenant_id)
    moved = str(due["conversation_id"])
    assert moved != pair.conversation_id
    assert eraser.woken == [0]
    later = shift()
    later.model.script = [says("Hello, who are you?")]
    await later.attempt(moved)
    assert await later.said(moved) == ["Hello, who are you?"]
    (request,) = later.model.requests
    assert "am I still there?" in str(request["messages"])
    assert "half a kilo" not in str(request)
    assert {content for _role, content in await pair.thread()} == {""}


async def test_a_reply_that_waits_is_not_sent_and_one_on_its_way_is_forgotten_with_its_text(
    agent: Agent, eraser: Eraser, tenant_id: str, postgres_admin_url: str
) -> None:
    chat = Chat(agent, tenant_id, "77")
    await chat.reply("to Herzl 15", "part two")
    (on_its_way,) = await chat.lease()
    await eraser.forget("c")
    await chat.report(on_its_way, deliveries.DELIVERY_OUTCOME_SENT, external_message_id="message-4711")
    assert await chat.lease() == []
    text = await stored(postgres_admin_url, tenant_id)
    assert [word for word in ("Herzl 15", "part two", "message-4711") if word in text] == []


async def test_a_job_under_way_cannot_write_its_summary(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str, postgres_admin_url: str
) -> None:
    await a_full_conversation(pair)
    conversation_id = uuid.UUID(pair.conversation_id)
    async with agent.database.transaction(tenant_id) as tx:
        row = await store.watermarks(tx, conversation_id)
    assert row is not None
    before, through = row["summary_through"], row["message_count"]
    await eraser.forget()

    used = store.Used("model", says("").usage)
    async with agent.database.transaction(tenant_id) as tx:
        assert not await store.move_summary(tx, conversation_id, before, through, "Dana Levi of Herzl 15", used)
        assert not await store.move_profile(tx, conversation_id, before, through, used)
        row = await store.watermarks(tx, conversation_id)
    assert row is not None
    assert row["summary_through"] == row["profile_through"] == row["message_count"]
    assert "Dana Levi" not in await stored(postgres_admin_url, tenant_id)


@pytest.mark.parametrize("rpc", ["PauseAgent", "SendStaffReply", "CreateNote"])
async def test_staff_find_nobody_to_write_to(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str, rpc: str
) -> None:
    request = {
        "PauseAgent": pb.PauseAgentRequest(conversation_id=pair.conversation_id, request_id="late"),
        "SendStaffReply": pb.SendStaffReplyRequest(
            conversation_id=pair.conversation_id, text="Dana Levi?", request_id="late"
        ),
        "CreateNote": pb.CreateNoteRequest(conversation_id=pair.conversation_id, text="Dana Levi", request_id="late"),
    }[rpc]
    await eraser.forget(external_id="77")
    with pytest.raises(DomainError) as refused:
        await getattr(agent.staffing(tenant_id), rpc)(request)
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_conversation_that_staff_had_ends_its_pause(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str
) -> None:
    await pair.pause()
    await eraser.forget(external_id="77")
    found = await conversation_of(agent, tenant_id, pair.conversation_id)
    assert found.handler == conversations_pb2.HANDLER_AGENT
    assert await agent.database.fetch_all(_DUE, t=tenant_id) == []


async def test_a_name_told_late_does_not_come_back(
    eraser: Eraser, agent: Agent, tenant_id: str, postgres_admin_url: str
) -> None:
    await eraser.forget()
    late = customer_events.CustomerChanged(tenant_id=tenant_id, customer_id=CUSTOMER, version=8, name="Dana Levi")
    await CustomerNames(agent.database).changed(late.SerializeToString())
    assert "Dana Levi" not in await stored(postgres_admin_url, tenant_id)


async def test_everybody_at_once_leaves_nothing_behind(
    pair: Pair, eraser: Eraser, agent: Agent, tenant_id: str, postgres_admin_url: str
) -> None:
    """Customer, staff, agent and the forgetting in one chat: neither a deadlock nor a word of before."""

    async def staff(number: int) -> None:
        request = pb.SendStaffReplyRequest(
            conversation_id=pair.conversation_id, text=f"Dana Levi {number}", request_id=f"s{number}"
        )
        try:
            await agent.staffing(tenant_id).SendStaffReply(request)
        except DomainError as error:
            assert error.code is grpc.StatusCode.NOT_FOUND

    forget_time = await eraser.now() + timedelta(hours=1)  # everything said is of before
    pair.shift.model.script = [says("Herzl 15") for _ in range(9)]
    async with asyncio.timeout(60):
        await asyncio.gather(
            *(pair.say(f"Herzl 15 {number}") for number in range(6)),
            *(staff(number) for number in range(6)),
            eraser.forget(external_id="77", at=forget_time),
        )
        await eraser.forget(external_id="77", at=forget_time)

    text = await stored(postgres_admin_url, tenant_id)
    assert [word for word in ("Herzl 15", "Dana Levi", "half a kilo") if word in text] == []


async def test_a_forgotten_customer_is_not_kept_in_memory() -> None:
    service = Service()
    profiles = CustomerProfiles(cast(Any, service), TokenSigner("agent", generate_key_pair()[0]))
    await profiles.get("t", "c")
    event = customer_events.CustomerForgotten(tenant_id="t", customer_id="c")
    profiles.forget(*forgotten(event.SerializeToString()))
    await profiles.get("t", "c")
    assert service.calls == 2


async def test_whoever_looks_at_the_conversation_is_told(pair: Pair, eraser: Eraser, agent: Agent) -> None:
    await eraser.forget(external_id="77")
    assert agent.watchers.news[pair.conversation_id][-1] == events_pb2.ConversationTouched.KIND_STATE
