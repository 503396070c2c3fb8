"""All that the page of one conversation shows, asked of three services side by side."""

from collections.abc import Mapping, Sequence

from sales.agent.v1 import conversations_pb2 as agent
from sales.orders.v1 import orders_pb2 as orders

from services.admin_bff.conversations.schemas import Attention, Conversation, ConversationDetail, Message, Part
from services.admin_bff.customers.people import find_customer
from services.admin_bff.orders.schemas import Order
from services.admin_bff.peers import PART_SECONDS, StaffServices, part, side_by_side
from services.admin_bff.shapes import next_cursor

_MESSAGES, _ORDERS, _ATTENTION = 50, 20, 20


async def conversation_detail(services: StaffServices, conversation_id: str) -> ConversationDetail:
    """The page's content. Without conversation or messages there is no page: DomainError."""
    found = agent.GetConversationRequest(conversation_id=conversation_id)
    latest = agent.ListMessagesRequest(conversation_id=conversation_id, page_size=_MESSAGES, with_tool_calls=True)
    async with side_by_side() as tasks:
        conversation_task = tasks.create_task(services.call(services.conversations.GetConversation, found))
        messages_task = tasks.create_task(services.call(services.conversations.ListMessages, latest))
        attention_task = tasks.create_task(part("attention", _attention(services, conversation_id)))
    conversation, messages = conversation_task.result(), messages_task.result()
    async with side_by_side() as tasks:
        customer_task = tasks.create_task(find_customer(services, conversation.customer_id))
        orders_task = tasks.create_task(part("orders", _orders(services, conversation)))
    (customer, customer_known), attention = customer_task.result(), attention_task.result()
    known: Mapping[Part, object] = {
        "customer": customer_known,
        "orders": orders_task.result() is not None,
        "attention": attention is not None,
    }
    return ConversationDetail(
        conversation=Conversation.of(conversation),
        forgotten=bool(conversation.customer_id) and customer_known and customer is None,
        messages=[Message.of(each) for each in reversed(messages.messages)],
        older_cursor=next_cursor(messages.next_page_token),
        customer=customer,
        orders=orders_task.result(),
        attention=attention,
        summary=conversation.summary,
        missing=[name for name, there in known.items() if not there],
    )


async def _attention(services: StaffServices, conversation_id: str) -> list[Attention]:
    request = agent.ListAttentionRequest(conversation_id=conversation_id, page_size=_ATTENTION)
    answer = await services.call(services.conversations.ListAttention, request, PART_SECONDS)
    return [Attention.of(each) for each in answer.attention]


async def _orders(services: StaffServices, conversation: agent.Conversation) -> Sequence[Order]:
    if not conversation.customer_id:
        return []
    request = orders.ListOrdersRequest(
        filter=orders.OrderFilter(customer_id=conversation.customer_id), page_size=_ORDERS
    )
    answer = await services.call(services.orders.ListOrders, request, PART_SECONDS)
    return [Order.of(each) for each in answer.orders]
