"""What staff do in a conversation: who may, once, and only in their own business."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message
from sales.agent.v1 import conversations_pb2, messaging_pb2
from sales.agent.v1 import staffing_pb2 as pb
from sales.tenants.v1 import tenants_pb2

from services.agent.attention import DELIVERY_FAILED, HUMAN_REQUESTED, raise_attention
from services.agent.staffing.pause_time import PauseTime
from services.agent.tables import plumbing
from services.agent.tests.agent_fixtures import Agent, UnknownTenants
from services.common.errors import DomainError
from services.common.outbox import Outbox
from services.common.staff import Role

ROLE = conversations_pb2.MessageRole


class Desk:
    """Dana at work in one conversation, in which a customer wrote "hello"."""

    def __init__(self, agent: Agent, tenant_id: str, conversation_id: str, message_id: str) -> None:
        self.agent, self.tenant_id = agent, tenant_id
        self.conversation_id, self.message_id = conversation_id, message_id
        self.dana = agent.staffing(tenant_id)

    async def reply(self, text: str = "I am Dana", **fields: Any) -> conversations_pb2.Message:
        return await self.dana.SendStaffReply(  # type: ignore[no-any-return]
            pb.SendStaffReplyRequest(conversation_id=self.conversation_id, text=text, **request_id(fields))
        )

    async def conversation(self) -> conversations_pb2.Conversation:
        return await self.agent.conversations(self.tenant_id).GetConversation(  # type: ignore[no-any-return]
            conversations_pb2.GetConversationRequest(conversation_id=self.conversation_id)
        )

    async def thread(self) -> list[conversations_pb2.Message]:
        """Oldest first."""
        answer = await self.agent.conversations(self.tenant_id).ListMessages(
            conversations_pb2.ListMessagesRequest(conversation_id=self.conversation_id)
        )
        return list(reversed(answer.messages))

    async def raises(self, reason: str) -> str:
        """Raise a matter; its id."""
        async with self.agent.database.transaction(self.tenant_id) as tx:
            outbox = Outbox(self.agent.database, plumbing, "agent")
            await raise_attention(tx, outbox, uuid.UUID(self.conversation_id), reason, "", uuid.uuid4().hex)
        return next(matter.attention_id for matter in await self.matters() if matter.reason == reason)

    async def matters(self) -> list[conversations_pb2.Attention]:
        answer = await self.agent.conversations(self.tenant_id).ListAttention(
            conversations_pb2.ListAttentionRequest(with_resolved=True)
        )
        return list(answer.attention)


def request_id(fields: dict[str, Any]) -> dict[str, Any]:
    return {"request_id": uuid.uuid4().hex} | fields


@pytest.fixture
async def desk(agent: Agent, tenant_id: str) -> Desk:
    accepted = await agent.say(tenant_id)
    return Desk(agent, tenant_id, accepted.conversation_id, accepted.message_id)


async def requests(desk: Desk) -> dict[str, Message]:
    """A good request for each method."""
    this: dict[str, Any] = {"conversation_id": desk.conversation_id}
    matter = await desk.raises(DELIVERY_FAILED)
    return {
        "PauseAgent": pb.PauseAgentRequest(**this, request_id="1"),
        "ResumeAgent": pb.ResumeAgentRequest(**this, request_id="1"),
        "SendStaffReply": pb.SendStaffReplyRequest(**this, text="hi", request_id="1"),
        "CreateNote": pb.CreateNoteRequest(**this, text="hi", request_id="1"),
        "MarkConversationRead": pb.MarkConversationReadRequest(**this, message_id=desk.message_id),
        "ResolveAttention": pb.ResolveAttentionRequest(attention_id=matter, request_id="1"),
    }


METHODS = ("PauseAgent", "ResumeAgent", "SendStaffReply", "CreateNote", "MarkConversationRead", "ResolveAttention")


@pytest.mark.parametrize("method", METHODS)
async def test_a_manager_may_and_a_viewer_may_only_read(desk: Desk, method: str) -> None:
    request = (await requests(desk))[method]
    viewer = desk.agent.staffing(desk.tenant_id, role=Role.VIEWER)
    if method == "MarkConversationRead":
        await getattr(viewer, method)(request)
    else:
        with pytest.raises(DomainError) as refused:
            await getattr(viewer, method)(request)
        assert refused.value.reason == "ROLE_TOO_LOW"
    await getattr(desk.dana, method)(request)


@pytest.mark.parametrize("method", METHODS)
async def test_only_the_dashboard_and_the_operator_may_step_in(desk: Desk, method: str) -> None:
    request = (await requests(desk))[method]
    with pytest.raises(DomainError) as refused:
        await getattr(desk.agent.staffing(desk.tenant_id, "gateway"), method)(request)
    assert refused.value.reason == "CALLER_NOT_ALLOWED"
    await getattr(desk.agent.staffing(desk.tenant_id, "operator"), method)(request)


@pytest.mark.parametrize("method", METHODS)
async def test_another_business_finds_nothing(desk: Desk, method: str) -> None:
    request = (await requests(desk))[method]
    with pytest.raises(DomainError) as refused:
        await getattr(desk.agent.staffing(f"{desk.tenant_id}_b"), method)(request)
    assert refused.value.code is grpc.StatusCode.NOT_FOUND
    assert (await desk.conversation()).handler != conversations_pb2.HANDLER_PERSON


@pytest.mark.parametrize("method", METHODS)
async def test_what_is_repeated_happens_once(desk: Desk, method: str) -> None:
    request = (await requests(desk))[method]
    first = await getattr(desk.dana, method)(request)
    thread = await desk.thread()
    assert await getattr(desk.dana, method)(request) == first
    assert await desk.thread() == thread


async def test_a_request_id_cannot_serve_for_another_text(desk: Desk) -> None:
    await desk.reply("one", request_id="r")
    with pytest.raises(DomainError) as refused:
        await desk.reply("two", request_id="r")
    assert refused.value.code is grpc.StatusCode.ALREADY_EXISTS


async def test_a_reply_takes_the_conversation_over(desk: Desk) -> None:
    before = datetime.now(UTC)
    reply = await desk.reply("I am Dana")
    assert (reply.role, reply.staff_name, reply.content) == (ROLE.MESSAGE_ROLE_STAFF, "Dana", "I am Dana")
    assert [(delivery.text, delivery.state) for delivery in reply.deliveries] == [("I am Dana", "pending")]
    conversation = await desk.conversation()
    assert (conversation.handler, conversation.paused_by) == (conversations_pb2.HANDLER_PERSON, "Dana")
    left = conversation.resume_time.ToDatetime(UTC) - before
    assert timedelta(hours=11, minutes=59) < left < timedelta(hours=12, minutes=1)
    assert (conversation.last_message, conversation.last_message_role) == ("I am Dana", ROLE.MESSAGE_ROLE_STAFF)
    assert (conversation.unread_count, conversation.message_count) == (0, 2)
    thread = await desk.thread()
    assert [message.role for message in thread] == [
        ROLE.MESSAGE_ROLE_CUSTOMER,
        ROLE.MESSAGE_ROLE_EVENT,
        ROLE.MESSAGE_ROLE_STAFF,
    ]
    assert (thread[1].event, thread[1].staff_name) == (conversations_pb2.CONVERSATION_EVENT_PAUSED, "Dana")


async def test_staff_keep_what_they_have_and_its_time_begins_anew(desk: Desk) -> None:
    await desk.reply("one")
    first = (await desk.conversation()).resume_time.ToDatetime(UTC)
    await desk.reply("two")
    conversation = await desk.conversation()
    assert conversation.resume_time.ToDatetime(UTC) > first
    events = [message for message in await desk.thread() if message.role == ROLE.MESSAGE_ROLE_EVENT]
    assert len(events) == 1


async def test_the_tenant_sets_how_long_staff_have_it() -> None:
    class Tenants:
        def __init__(self, minutes: int) -> None:
            self.settings = tenants_pb2.Settings(pause_minutes=minutes)

        async def tenant(self, tenant_id: str, patience_seconds: float) -> Any:
            return tenants_pb2.Tenant(settings=self.settings)

    async def minutes(tenants: Any) -> float:
        return (await PauseTime(tenants).of("valdman")).total_seconds() / 60

    assert await minutes(Tenants(30)) == 30
    assert await minutes(Tenants(0)) == 720
    assert await minutes(UnknownTenants()) == 720


async def test_a_long_reply_goes_out_in_parts(desk: Desk) -> None:
    reply = await desk.reply("x" * 5000)
    assert [len(delivery.text) for delivery in reply.deliveries] == [4096, 904]


@pytest.mark.parametrize(("text", "reason"), [("", "REQUIRED"), (" \n", "REQUIRED"), ("x" * 10_001, "TOO_LONG")])
async def test_a_text_that_cannot_be_sent_is_refused_by_its_field(desk: Desk, text: str, reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        await desk.reply(text)
    assert (refused.value.reason, refused.value.field) == (reason, "text")
    assert (await desk.conversation()).handler == conversations_pb2.HANDLER_AGENT


async def test_nobody_writes_to_who_blocked_the_bot(desk: Desk) -> None:
    await desk.agent.messaging(desk.tenant_id).SetReachability(
        messaging_pb2.SetReachabilityRequest(channel_account_id="account-1", external_chat_id="77", blocked=True)
    )
    with pytest.raises(DomainError) as refused:
        await desk.reply()
    assert refused.value.reason == "CUSTOMER_UNREACHABLE"
    assert (await desk.conversation()).handler == conversations_pb2.HANDLER_AGENT


async def test_a_note_is_for_staff_alone(desk: Desk) -> None:
    note = await desk.dana.CreateNote(
        pb.CreateNoteRequest(conversation_id=desk.conversation_id, text="pays late", request_id="1")
    )
    assert (note.role, note.staff_name, list(note.deliveries)) == (ROLE.MESSAGE_ROLE_NOTE, "Dana", [])
    conversation = await desk.conversation()
    assert (conversation.last_message, conversation.message_count) == ("hello", 0)
    assert conversation.handler == conversations_pb2.HANDLER_AGENT


async def test_unread_is_what_came_after_the_last_message_seen(desk: Desk) -> None:
    second = await desk.agent.say(desk.tenant_id, "again")
    await desk.agent.say(desk.tenant_id, "and again")
    assert (await desk.conversation()).unread_count == 3

    async def read(message_id: str) -> int:
        conversation = await desk.dana.MarkConversationRead(
            pb.MarkConversationReadRequest(conversation_id=desk.conversation_id, message_id=message_id)
        )
        count: int = conversation.unread_count
        return count

    assert await read(second.message_id) == 1
    assert await read(desk.message_id) == 1  # never back
    await desk.agent.say(desk.tenant_id, "now")
    assert (await desk.conversation()).unread_count == 2


async def test_a_repeated_delivery_is_not_unread_twice(desk: Desk) -> None:
    await desk.agent.say(desk.tenant_id, "two", delivery_id="d-2")
    await desk.agent.say(desk.tenant_id, "two", delivery_id="d-2")
    assert (await desk.conversation()).unread_count == 2


async def test_a_message_of_another_conversation_is_not_read_here(desk: Desk) -> None:
    other = await desk.agent.say(desk.tenant_id, chat="78")
    with pytest.raises(DomainError) as refused:
        await desk.dana.MarkConversationRead(
            pb.MarkConversationReadRequest(conversation_id=desk.conversation_id, message_id=other.message_id)
        )
    assert refused.value.code is grpc.StatusCode.NOT_FOUND


async def test_a_reply_answers_who_asked_for_a_person_and_nothing_else(desk: Desk) -> None:
    asked, failed = await desk.raises(HUMAN_REQUESTED), await desk.raises(DELIVERY_FAILED)
    assert (await desk.conversation()).handler == conversations_pb2.HANDLER_NEEDS_PERSON
    await desk.reply()
    resolved = {matter.attention_id: matter.resolved_by for matter in await desk.matters()}
    assert resolved == {asked: "Dana", failed: ""}
    matter = await desk.dana.ResolveAttention(pb.ResolveAttentionRequest(attention_id=failed, request_id="1"))
    assert (matter.resolved_by, matter.HasField("resolve_time")) == ("Dana", True)
    again = await desk.agent.staffing(desk.tenant_id, "operator").ResolveAttention(
        pb.ResolveAttentionRequest(attention_id=failed, request_id="2")
    )
    assert again == matter
