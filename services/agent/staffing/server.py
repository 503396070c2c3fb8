"""StaffingService: what people at the business do in conversations."""

import uuid
from collections.abc import Callable
from typing import Any

from google.protobuf.message import Message
from sales.agent.v1 import conversations_pb2, events_pb2, staffing_pb2_grpc
from sales.agent.v1 import staffing_pb2 as pb

from services.agent import watchers as news
from services.agent.attention import resolve, resolve_requests
from services.agent.conversations import matters, reading, rendering
from services.agent.conversations.requests import check_id
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.intervals import PROFILE_EVERY, SUMMARY_EVERY, crosses
from services.agent.staffing import interruption, messages, pauses
from services.agent.staffing.pause_time import PauseTime
from services.agent.staffing.pauses import TakenOver
from services.agent.tables import plumbing
from services.agent.turns.ending import TURN_COMPLETED
from services.agent.watchers import Watchers
from services.common.db import Database, Row, Transaction
from services.common.errors import invalid, not_found, wrong_state
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import Role

_STAFF = ("admin_bff", "operator")
_MANAGER = ("PauseAgent", "ResumeAgent", "SendStaffReply", "CreateNote", "ResolveAttention")
_VIEWER = ("MarkConversationRead",)
ACCESS = {
    "sales.agent.v1.StaffingService": Access(
        callers=dict.fromkeys((*_MANAGER, *_VIEWER), _STAFF),
        roles=dict.fromkeys(_MANAGER, Role.MANAGER) | dict.fromkeys(_VIEWER, Role.VIEWER),
    )
}
_LONGEST_REPLY, _LONGEST_NOTE = 10_000, 4_000

Stop = Callable[[uuid.UUID], None]
Wake = Callable[[float], None]


class StaffingServicer(staffing_pb2_grpc.StaffingServiceServicer):
    """Each method is one transaction that begins by locking the conversation. stop: ends a turn of this process, which
    has lost its lease by then; wake: tells the worker that a conversation is due."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        outlet: DeliveryOutlet,
        watchers: Watchers,
        pause_time: PauseTime,
        stop: Stop,
        wake: Wake,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._outlet = outlet
        self._watchers = watchers
        self._pause_time = pause_time
        self._stop = stop
        self._wake = wake
        self._keys = IdempotencyKeys(plumbing)

    async def PauseAgent(self, request: pb.PauseAgentRequest, context: Any) -> conversations_pb2.Conversation:
        tenant_id = current_call().tenant_id
        pause = await self._pause_time.of(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            if known := await self._keys.claim(tx, request.request_id, request, conversations_pb2.Conversation):
                return known
            conversation = await _locked(tx, request.conversation_id)
            taken = await pauses.take_over(tx, self._outbox, conversation, _actor(), pause)
            self._silence_after_commit(tx, conversation, taken)
            return await self._conversation(tx, conversation["conversation_id"], request)

    async def ResumeAgent(self, request: pb.ResumeAgentRequest, context: Any) -> conversations_pb2.Conversation:
        async with self._database.transaction(current_call().tenant_id) as tx:
            if known := await self._keys.claim(tx, request.request_id, request, conversations_pb2.Conversation):
                return known
            conversation = await _locked(tx, request.conversation_id)
            if conversation["paused_until"] is not None:
                if await pauses.give_back(tx, conversation, staff_name=_actor()):
                    tx.after_commit(lambda: self._wake(0))
                self._tell_after_commit(tx, conversation, news.STATE)
            return await self._conversation(tx, conversation["conversation_id"], request)

    async def SendStaffReply(self, request: pb.SendStaffReplyRequest, context: Any) -> conversations_pb2.Message:
        text = _text(request.text, _LONGEST_REPLY)
        tenant_id = current_call().tenant_id
        pause = await self._pause_time.of(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            if known := await self._keys.claim(tx, request.request_id, request, conversations_pb2.Message):
                return known
            conversation = await _locked(tx, request.conversation_id)
            if conversation["blocked"]:
                raise wrong_state("CUSTOMER_UNREACHABLE", "the customer blocked the bot and must write first")
            taken = await pauses.take_over(tx, self._outbox, conversation, _actor(), pause)
            said = await self._reply(tx, conversation, taken, text)
            self._silence_after_commit(tx, conversation, taken)
            tx.after_commit(lambda: self._outlet.announce(said.texts))
            self._tell_after_commit(tx, conversation, news.REPLY)
            return await self._message(tx, conversation, said, request)

    async def CreateNote(self, request: pb.CreateNoteRequest, context: Any) -> conversations_pb2.Message:
        text = _text(request.text, _LONGEST_NOTE)
        async with self._database.transaction(current_call().tenant_id) as tx:
            if known := await self._keys.claim(tx, request.request_id, request, conversations_pb2.Message):
                return known
            conversation = await _locked(tx, request.conversation_id)
            said = await messages.say(tx, conversation, "note", text, ordinal=None, staff_name=_actor())
            self._tell_after_commit(tx, conversation, news.REPLY)
            return await self._message(tx, conversation, said, request)

    async def MarkConversationRead(
        self, request: pb.MarkConversationReadRequest, context: Any
    ) -> conversations_pb2.Conversation:
        message_id = check_id("message_id", request.message_id, "message")
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation = await _locked(tx, request.conversation_id)
            message = await messages.get(tx, conversation["conversation_id"], message_id)
            if message is None:
                raise not_found("message", request.message_id)
            if message["position"] > conversation["read_position"]:
                await messages.mark_read(tx, conversation, message["position"])
                self._tell_after_commit(tx, conversation, news.STATE)
            return await self._conversation(tx, conversation["conversation_id"])

    async def ResolveAttention(self, request: pb.ResolveAttentionRequest, context: Any) -> conversations_pb2.Attention:
        attention_id = check_id("attention_id", request.attention_id, "attention record")
        async with self._database.transaction(current_call().tenant_id) as tx:
            if known := await self._keys.claim(tx, request.request_id, request, conversations_pb2.Attention):
                return known
            resolved = await resolve(tx, attention_id, _actor())
            row = await matters.get_matter(tx, attention_id)
            if row is None:
                raise not_found("attention record", request.attention_id)
            if resolved:
                self._tell_after_commit(tx, row, news.STATE)
            answer = rendering.attention(row)
            await self._keys.store(tx, request.request_id, request, answer)
            return answer

    async def _reply(self, tx: Transaction, conversation: Row, taken: TakenOver, text: str) -> messages.Said:
        """The message of staff counts as a reply, and answers whatever waits: in place of a turn that was stopped."""
        conversation_id, before = conversation["conversation_id"], conversation["message_count"]
        waiting = await messages.pending(tx, conversation_id)
        count = before
        if taken.turn_id is not None:
            count = await interruption.end_turn(tx, conversation, taken.turn_id, set(waiting), count)
            waiting = await messages.pending(tx, conversation_id)
        count = await messages.consume(tx, conversation_id, waiting, count) + 1
        await pauses.answered(tx, conversation_id)
        said = await messages.say(tx, conversation, "staff", text, ordinal=count, staff_name=_actor(), sent=True)
        await messages.show_last(tx, conversation, "staff", text, count)
        await messages.mark_read(tx, conversation, said.position)
        await resolve_requests(tx, conversation_id, _actor())
        if any(crosses(every, before, count) for every in (PROFILE_EVERY, SUMMARY_EVERY)):
            await self._outbox.add(tx, TURN_COMPLETED, _counted(conversation, before, count))
        return said

    async def _conversation(
        self, tx: Transaction, conversation_id: uuid.UUID, request: Message | None = None
    ) -> conversations_pb2.Conversation:
        """The conversation as it is now, kept as the answer to repeats of the request."""
        row = await reading.get_conversation(tx, conversation_id)
        if row is None:
            raise AssertionError("the conversation is locked, so it is there")
        answer = rendering.conversation(row)
        if request is not None:
            await self._keys.store(tx, request.request_id, request, answer)  # type: ignore[attr-defined]
        return answer

    async def _message(
        self, tx: Transaction, conversation: Row, said: messages.Said, request: Message
    ) -> conversations_pb2.Message:
        row = await messages.get(tx, conversation["conversation_id"], said.message_id)
        if row is None:
            raise AssertionError("the message was written in this transaction")
        answer = rendering.message(row, await reading.list_deliveries(tx, [said.message_id]))
        await self._keys.store(tx, request.request_id, request, answer)  # type: ignore[attr-defined]
        return answer

    def _silence_after_commit(self, tx: Transaction, conversation: Row, taken: TakenOver) -> None:
        def silence() -> None:
            for delivery_id in taken.withdrawn:
                self._outlet.forget(delivery_id)
            if taken.stopped:
                self._stop(conversation["conversation_id"])

        tx.after_commit(silence)
        self._tell_after_commit(tx, conversation, news.STATE)

    def _tell_after_commit(
        self, tx: Transaction, row: Row, kind: events_pb2.ConversationTouched.Kind.ValueType
    ) -> None:
        tx.after_commit(lambda: self._watchers.touched(tx.tenant_id, row["conversation_id"], kind))


def _actor() -> str:
    """Who acts, for people to read."""
    call = current_call()
    return call.staff.name if call.staff else call.caller


def _text(text: str, longest: int) -> str:
    if not text.strip():
        raise invalid("text", "REQUIRED", "text must be given")
    if len(text) > longest:
        raise invalid("text", "TOO_LONG", f"text may have {longest} characters at most", valid=str(longest))
    if "\x00" in text:
        raise invalid("text", "BAD_TEXT", "text may not contain a NUL character")
    return text.strip()


async def _locked(tx: Transaction, conversation_id: str) -> Row:
    row = await messages.lock(tx, check_id("conversation_id", conversation_id, "conversation"))
    if row is None:
        raise not_found("conversation", conversation_id)
    return row


def _counted(conversation: Row, before: int, count: int) -> events_pb2.TurnCompleted:
    """Messages were counted without a turn: jobs are due as after one."""
    event = events_pb2.TurnCompleted(
        conversation_id=str(conversation["conversation_id"]),
        customer_id=conversation["customer_id"],
        message_count_before=before,
        message_count=count,
    )
    event.event_time.GetCurrentTime()
    return event
