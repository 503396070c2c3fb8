"""What people at a business look at, over a year of 50,000 messages and 5,000 orders: how long each answer takes."""

import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as agent
from sales.agent.v1 import conversations_pb2_grpc
from sales.orders.v1 import orders_pb2 as orders
from sales.orders.v1 import orders_pb2_grpc

from bench.past.writing import write_past
from services.common.auth import TokenSigner
from services.common.grpc_client import MAX_MESSAGE_BYTES

NAME = "lists"
TARGET_P95_MS = 150.0
MESSAGES, ORDERS = 50_000, 5_000
_TIMES = 60
_DEADLINE_SECONDS = 30.0
_OPTIONS = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]

Ask = Callable[[], Awaitable[Any]]


class Desk:
    """Somebody at a business, who reads over the RPCs of the services."""

    def __init__(self, agent_address: str, orders_address: str, signer: TokenSigner, tenant_id: str) -> None:
        self._signer, self._tenant_id = signer, tenant_id
        self._channels = [grpc.aio.insecure_channel(address, _OPTIONS) for address in (agent_address, orders_address)]
        self._conversations: Any = conversations_pb2_grpc.ConversationsServiceStub(self._channels[0])
        self._orders: Any = orders_pb2_grpc.OrdersServiceStub(self._channels[1])

    async def close(self) -> None:
        for channel in self._channels:
            await channel.close()

    async def questions(self) -> dict[str, Ask]:
        """What is asked, by name. Some of it is about what an earlier answer held."""
        conversations = partial(self._ask, self._conversations, "ListConversations", agent.ListConversationsRequest)
        first = await conversations()()
        token = first.next_page_token
        for _ in range(9):
            token = (await conversations(page_token=token)()).next_page_token
        longest = max(first.conversations, key=lambda conversation: conversation.message_count)
        return {
            **self._about_conversations(token, longest.conversation_id, longest.customer_name.split()[0]),
            **self._about_orders(longest.customer_name.split()[0]),
        }

    def _about_conversations(self, tenth_page: str, longest: str, name: str) -> dict[str, Ask]:
        conversations = partial(self._ask, self._conversations, "ListConversations", agent.ListConversationsRequest)
        messages = partial(self._ask, self._conversations, "ListMessages", agent.ListMessagesRequest)
        attention = partial(self._ask, self._conversations, "ListAttention", agent.ListAttentionRequest)
        report = partial(self._ask, self._conversations, "GetConversationReport", agent.GetConversationReportRequest)
        return {
            "conversations": conversations(),
            "conversations, page 10": conversations(page_token=tenth_page),
            "conversations, search: a frequent word": conversations(query="הזמין"),
            "conversations, search: a name": conversations(query=name),
            "conversations, search: found nowhere": conversations(query="xyzzy"),
            "conversations, needs a person": conversations(handlers=[agent.HANDLER_NEEDS_PERSON]),
            "conversations, a person has it": conversations(handlers=[agent.HANDLER_PERSON]),
            "conversations, unread": conversations(unread=True),
            "conversations, a channel": conversations(channel="web"),
            "messages of the longest, with tool calls": messages(conversation_id=longest, with_tool_calls=True),
            "messages of the longest, 200": messages(conversation_id=longest, with_tool_calls=True, page_size=200),
            "attention, open": attention(),
            "attention, all": attention(with_resolved=True),
            "conversation report, 365 days": report(**_last_year()),
        }

    def _about_orders(self, name: str) -> dict[str, Ask]:
        listed = partial(self._ask, self._orders, "ListOrders", orders.ListOrdersRequest)
        summed = partial(self._ask, self._orders, "SummarizeOrders", orders.SummarizeOrdersRequest)
        report = partial(self._ask, self._orders, "GetSalesReport", orders.GetSalesReportRequest)
        only = orders.OrderFilter
        week = (datetime.now(UTC) - timedelta(days=7)).date().isoformat()
        return {
            "orders": listed(),
            "orders, pending": listed(filter=only(statuses=[orders.ORDER_STATUS_PENDING])),
            "orders, a customer's name": listed(filter=only(customer_name=name)),
            "orders, a product": listed(filter=only(sku="sourdough_bread")),
            "orders, the last week": listed(filter=only(start_date=week)),
            "orders, by total": listed(sort=orders.ORDER_SORT_TOTAL_DESC),
            "orders, by wanted date": listed(sort=orders.ORDER_SORT_WANTED_DATE),
            "orders, summary": summed(),
            "sales report, 365 days": report(**_last_year()),
        }

    def _ask(self, stub: Any, method: str, request: Any, **fields: Any) -> Ask:
        call, message = getattr(stub, method), request(**fields)
        return lambda: call(message, metadata=self._signer.metadata(self._tenant_id), timeout=_DEADLINE_SECONDS)


def _last_year() -> dict[str, str]:
    today = datetime.now(UTC).date()
    return {"start_date": (today - timedelta(days=364)).isoformat(), "end_date": today.isoformat()}


async def measure(desk: Desk, admin_url: str, tenant_id: str) -> list[dict[str, Any]]:
    """Write the past, ask each question a few dozen times, one after the other, and tell how long it took."""
    await write_past(admin_url, tenant_id, MESSAGES, ORDERS)
    return [{"name": name, **await _timed(ask)} for name, ask in (await desk.questions()).items()]


async def _timed(ask: Ask) -> dict[str, Any]:
    for _ in range(3):  # each connection plans a statement at its first use
        await ask()
    took = []
    for _ in range(_TIMES):
        began = time.perf_counter()
        answer = await ask()
        took.append(time.perf_counter() - began)
    took.sort()
    return {
        "p50_ms": round(took[_TIMES // 2] * 1000, 1),
        "p95_ms": round(took[int(_TIMES * 0.95)] * 1000, 1),
        "bytes": answer.ByteSize(),
    }
