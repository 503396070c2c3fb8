"""ConversationsService: what was said, and how each answer came about."""

import asyncio
import uuid
from collections import defaultdict
from datetime import datetime
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as pb
from sales.agent.v1 import conversations_pb2_grpc

from services.agent.attention import list_open
from services.agent.conversations import reading, rendering
from services.common.db import Database, Row, Transaction
from services.common.errors import DomainError, invalid, not_found
from services.common.grpc_server import Access, current_call
from services.common.pagination import bad_page_token, decode_page_token, encode_page_token, page_size
from services.common.staff import Role

_READERS = ("admin_bff", "operator")
ACCESS = {
    "sales.agent.v1.ConversationsService": Access(
        callers={
            "ListConversations": _READERS,
            "GetConversation": _READERS,
            "ListMessages": _READERS,
            "GetTurn": _READERS,
            "ListTurns": _READERS,
            "AwaitTurn": ("operator",),
            "ListAttention": _READERS,
        },
        roles=dict.fromkeys(
            ("ListConversations", "GetConversation", "ListMessages", "GetTurn", "ListTurns", "ListAttention"),
            Role.VIEWER,
        ),
    )
}
_POLL_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 600.0
_AFTER_ALL = 2**31 - 1
_DEFAULT_PAGE, _LARGEST_PAGE = 50, 200


class ConversationsServicer(conversations_pb2_grpc.ConversationsServiceServicer):
    """Reads only; each method is one read transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Any
    ) -> pb.ListConversationsResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = _activity(request.page_token)
        async with self._database.transaction(current_call().tenant_id) as tx:
            rows = await reading.list_conversations(tx, before, request.external_chat_id, size + 1)
        token = ""
        if len(rows) > size:
            last = rows[size - 1]
            token = encode_page_token(last["last_message_time"].isoformat(), str(last["conversation_id"]))
        return pb.ListConversationsResponse(
            conversations=[rendering.conversation(row) for row in rows[:size]], next_page_token=token
        )

    async def GetConversation(self, request: pb.GetConversationRequest, context: Any) -> pb.Conversation:
        async with self._database.transaction(current_call().tenant_id) as tx:
            return rendering.conversation(await _conversation(tx, request.conversation_id))

    async def ListMessages(self, request: pb.ListMessagesRequest, context: Any) -> pb.ListMessagesResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = _number(request.page_token, first=2**62)
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation = await _conversation(tx, request.conversation_id)
            rows = await reading.list_messages(tx, conversation["conversation_id"], before, size + 1)
            deliveries = await reading.list_deliveries(tx, [row["message_id"] for row in rows[:size]])
        by_message: dict[uuid.UUID, list[Row]] = defaultdict(list)
        for delivery in deliveries:
            by_message[delivery["message_id"]].append(delivery)
        return pb.ListMessagesResponse(
            messages=[rendering.message(row, by_message[row["message_id"]]) for row in rows[:size]],
            next_page_token=encode_page_token(rows[size - 1]["position"]) if len(rows) > size else "",
        )

    async def GetTurn(self, request: pb.GetTurnRequest, context: Any) -> pb.Turn:
        async with self._database.transaction(current_call().tenant_id) as tx:
            return await _whole_turn(tx, _uuid("turn_id", request.turn_id, "turn"))

    async def ListTurns(self, request: pb.ListTurnsRequest, context: Any) -> pb.ListTurnsResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = _number(request.page_token, first=_AFTER_ALL)
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation = await _conversation(tx, request.conversation_id)
            rows = await reading.list_turns(tx, conversation["conversation_id"], before, size + 1)
        return pb.ListTurnsResponse(
            turns=[rendering.turn(row) for row in rows[:size]],
            next_page_token=encode_page_token(rows[size - 1]["count_before"]) if len(rows) > size else "",
        )

    async def AwaitTurn(self, request: pb.AwaitTurnRequest, context: Any) -> pb.Turn:
        """Reads until the message has been answered; the caller's deadline ends it earlier."""
        tenant_id = current_call().tenant_id
        message_id = _uuid("message_id", request.message_id, "message")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LONGEST_WAIT_SECONDS
        while loop.time() < deadline:
            async with self._database.transaction(tenant_id) as tx:
                row = await reading.turn_of_message(tx, message_id)
                if row is None:
                    raise not_found("message", request.message_id)
                if row["turn_id"] is not None:
                    return await _whole_turn(tx, row["turn_id"])
            await asyncio.sleep(_POLL_SECONDS)
        raise DomainError(grpc.StatusCode.DEADLINE_EXCEEDED, "TURN_NOT_ENDED", "the message is not answered yet")

    async def ListAttention(self, request: pb.ListAttentionRequest, context: Any) -> pb.ListAttentionResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        offset = _number(request.page_token, first=0)
        async with self._database.transaction(current_call().tenant_id) as tx:
            rows = await list_open(tx, offset, size + 1)
        return pb.ListAttentionResponse(
            attention=[rendering.attention(row) for row in rows[:size]],
            next_page_token=encode_page_token(offset + size) if len(rows) > size else "",
        )


def _activity(page_token: str) -> tuple[datetime, uuid.UUID]:
    """Time and id of the last conversation of the page before."""
    position = decode_page_token(page_token, 2)
    if position is None:
        return reading.BEFORE_ALL
    try:
        time, conversation_id = datetime.fromisoformat(position[0]), uuid.UUID(position[1])
    except (TypeError, ValueError, AttributeError):
        raise bad_page_token() from None
    if time.tzinfo is None:
        raise bad_page_token()
    return time, conversation_id


def _number(page_token: str, *, first: int) -> int:
    """The number in a page token; `first` where there is no token, and nothing above it but for an offset."""
    match decode_page_token(page_token, 1):
        case None:
            return first
        case [int(number)] if 0 <= number <= (first or _AFTER_ALL):
            return number
    raise bad_page_token()


def _uuid(field: str, value: str, what: str) -> uuid.UUID:
    if not value:
        raise invalid(field, "REQUIRED", f"{field} must be given")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise not_found(what, value) from None


async def _conversation(tx: Transaction, conversation_id: str) -> Row:
    row = await reading.get_conversation(tx, _uuid("conversation_id", conversation_id, "conversation"))
    if row is None:
        raise not_found("conversation", conversation_id)
    return row


async def _whole_turn(tx: Transaction, turn_id: uuid.UUID) -> pb.Turn:
    row = await reading.get_turn(tx, turn_id)
    if row is None:
        raise not_found("turn", turn_id)
    return rendering.whole_turn(row, await reading.list_steps(tx, turn_id), await reading.transcripts_before(tx, row))
