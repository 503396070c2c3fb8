"""ConversationsService: what was said, and how each answer came about."""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

import grpc
from sales.agent.v1 import conversations_pb2 as pb
from sales.agent.v1 import conversations_pb2_grpc

from services.agent.conversations import matters, reading, rendering, requests, turn_reading
from services.agent.conversations.history import history_of_turn
from services.agent.conversations.report import Days, conversation_report
from services.common.days import check_range
from services.common.db import Database, Row, Transaction
from services.common.errors import DomainError, not_found, wrong_state
from services.common.grpc_server import Access, current_call
from services.common.pagination import decode_moment, encode_page_token, page_size
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
            "GetConversationReport": _READERS,
        },
        roles={
            "ListConversations": Role.VIEWER,
            "GetConversation": Role.VIEWER,
            "ListMessages": Role.VIEWER,
            "GetTurn": Role.VIEWER,
            "ListTurns": Role.VIEWER,
            "ListAttention": Role.VIEWER,
            "GetConversationReport": Role.VIEWER,
        },
    )
}
_POLL_SECONDS = 0.05
_LONGEST_WAIT_SECONDS = 600.0
_AFTER_ALL = 2**62
_DEFAULT_PAGE, _LARGEST_PAGE = 50, 200


class ConversationsServicer(conversations_pb2_grpc.ConversationsServiceServicer):
    """Reads only; each method is one read transaction. `time_zone` gives a tenant's."""

    def __init__(self, database: Database, time_zone: Callable[[str], Awaitable[ZoneInfo]]) -> None:
        self._database = database
        self._time_zone = time_zone

    async def ListConversations(
        self, request: pb.ListConversationsRequest, context: Any
    ) -> pb.ListConversationsResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = decode_moment(request.page_token) or reading.BEFORE_ALL
        wanted = requests.check_filter(request)
        async with self._database.transaction(current_call().tenant_id) as tx:
            rows = await reading.list_conversations(tx, wanted, before, size + 1)
        return pb.ListConversationsResponse(
            conversations=[rendering.conversation(row) for row in rows[:size]],
            next_page_token=_next_page(rows, size, "last_message_time", "conversation_id"),
        )

    async def GetConversation(self, request: pb.GetConversationRequest, context: Any) -> pb.Conversation:
        async with self._database.transaction(current_call().tenant_id) as tx:
            return rendering.conversation(await _conversation(tx, request.conversation_id))

    async def ListMessages(self, request: pb.ListMessagesRequest, context: Any) -> pb.ListMessagesResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = requests.check_number(request.page_token, _AFTER_ALL)
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation = await _conversation(tx, request.conversation_id)
            rows = await reading.list_messages(tx, conversation["conversation_id"], before, size + 1)
            message_ids = [row["message_id"] for row in rows[:size]]
            deliveries = await reading.list_deliveries(tx, message_ids)
            calls = await reading.list_tool_calls(tx, message_ids) if request.with_tool_calls else {}
        by_message: dict[uuid.UUID, list[Row]] = defaultdict(list)
        for delivery in deliveries:
            by_message[delivery["message_id"]].append(delivery)
        return pb.ListMessagesResponse(
            messages=[
                rendering.message(row, by_message[row["message_id"]], calls.get(row["message_id"], ()))
                for row in rows[:size]
            ],
            next_page_token=_next_page(rows, size, "position"),
        )

    async def GetTurn(self, request: pb.GetTurnRequest, context: Any) -> pb.Turn:
        async with self._database.transaction(current_call().tenant_id) as tx:
            return await _whole_turn(tx, requests.check_id("turn_id", request.turn_id, "turn"))

    async def ListTurns(self, request: pb.ListTurnsRequest, context: Any) -> pb.ListTurnsResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = requests.check_number(request.page_token, requests.LARGEST_NUMBER)
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation = await _conversation(tx, request.conversation_id)
            rows = await turn_reading.list_turns(tx, conversation["conversation_id"], before, size + 1)
        return pb.ListTurnsResponse(
            turns=[rendering.turn(row) for row in rows[:size]],
            next_page_token=_next_page(rows, size, "count_before"),
        )

    async def AwaitTurn(self, request: pb.AwaitTurnRequest, context: Any) -> pb.Turn:
        """Reads until the message has been answered; the caller's deadline ends it earlier."""
        tenant_id = current_call().tenant_id
        message_id = requests.check_id("message_id", request.message_id, "message")
        loop = asyncio.get_running_loop()
        deadline = loop.time() + _LONGEST_WAIT_SECONDS
        while loop.time() < deadline:
            async with self._database.transaction(tenant_id) as tx:
                row = await turn_reading.turn_of_message(tx, message_id)
                if row is None:
                    raise not_found("message", request.message_id)
                if row["turn_id"] is not None:
                    return await _whole_turn(tx, row["turn_id"])
                if not row["pending"]:
                    raise wrong_state("NO_TURN", "no turn will answer it: staff did, or it needs no answer")
            await asyncio.sleep(_POLL_SECONDS)
        raise DomainError(grpc.StatusCode.DEADLINE_EXCEEDED, "TURN_NOT_ENDED", "the message is not answered yet")

    async def ListAttention(self, request: pb.ListAttentionRequest, context: Any) -> pb.ListAttentionResponse:
        size = page_size(request.page_size, _DEFAULT_PAGE, _LARGEST_PAGE)
        before = decode_moment(request.page_token) or reading.BEFORE_ALL
        async with self._database.transaction(current_call().tenant_id) as tx:
            conversation_id = None
            if request.conversation_id:
                conversation_id = (await _conversation(tx, request.conversation_id))["conversation_id"]
            rows = await matters.list_matters(
                tx, before, size + 1, conversation_id=conversation_id, with_resolved=request.with_resolved
            )
        return pb.ListAttentionResponse(
            attention=[rendering.attention(row) for row in rows[:size]],
            next_page_token=_next_page(rows, size, "create_time", "attention_id"),
        )

    async def GetConversationReport(
        self, request: pb.GetConversationReportRequest, context: Any
    ) -> pb.ConversationReport:
        first, last = check_range(request.start_date, request.end_date)
        tenant_id = current_call().tenant_id
        days = Days(first, last, await self._time_zone(tenant_id))
        async with self._database.transaction(tenant_id) as tx:
            return await conversation_report(tx, days)


def _next_page(rows: list[Row], size: int, *columns: str) -> str:
    """The token of the page behind the first `size` rows, named by the columns they are sorted by; "" for none."""
    if len(rows) <= size:
        return ""
    values = (rows[size - 1][column] for column in columns)
    return encode_page_token(*(value if isinstance(value, int) else str(value) for value in values))


async def _conversation(tx: Transaction, conversation_id: str) -> Row:
    row = await reading.get_conversation(tx, requests.check_id("conversation_id", conversation_id, "conversation"))
    if row is None:
        raise not_found("conversation", conversation_id)
    return row


async def _whole_turn(tx: Transaction, turn_id: uuid.UUID) -> pb.Turn:
    row = await turn_reading.get_turn(tx, turn_id)
    if row is None:
        raise not_found("turn", turn_id)
    return rendering.whole_turn(row, await turn_reading.list_steps(tx, turn_id), await history_of_turn(tx, row))
