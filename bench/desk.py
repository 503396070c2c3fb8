"""Somebody at a business, who reads over the RPCs of the services."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import grpc
from sales.agent.v1 import conversations_pb2 as agent
from sales.agent.v1 import conversations_pb2_grpc
from sales.orders.v1 import orders_pb2 as orders
from sales.orders.v1 import orders_pb2_grpc

from services.common.auth import TokenSigner
from services.common.grpc_client import MAX_MESSAGE_BYTES

_DEADLINE_SECONDS = 30.0
_OPTIONS = [("grpc.max_receive_message_length", MAX_MESSAGE_BYTES)]

Ask = Callable[[], Awaitable[int]]
"""Asks and tells how many bytes the answer has."""


class Desk:
    """Asks the agent and orders for one tenant."""

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
        first = await self._call(self._conversations, "ListConversations", agent.ListConversationsRequest())
        token = first.next_page_token
        for _ in range(9):
            page = agent.ListConversationsRequest(page_token=token)
            token = (await self._call(self._conversations, "ListConversations", page)).next_page_token
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
        message = request(**fields)

        async def ask() -> int:
            size: int = (await self._call(stub, method, message)).ByteSize()
            return size

        return ask

    async def _call(self, stub: Any, method: str, message: Any) -> Any:
        metadata = self._signer.metadata(self._tenant_id)
        return await getattr(stub, method)(message, metadata=metadata, timeout=_DEADLINE_SECONDS)


def _last_year() -> dict[str, str]:
    today = datetime.now(UTC).date()
    return {"start_date": (today - timedelta(days=364)).isoformat(), "end_date": today.isoformat()}
