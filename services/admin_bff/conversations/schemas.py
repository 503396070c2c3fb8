"""Conversations, messages and matters that need a person, as the API shows them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, get_args

from google.protobuf import json_format
from pydantic import Field
from sales.agent.v1 import conversations_pb2 as pb

from services.admin_bff.customers.schemas import Customer
from services.admin_bff.orders.schemas import STATUS_NAMES, Order, Status
from services.admin_bff.shapes import Answer, Body, Page, PageQuery, Text, moment, moment_or_none

State = Literal["agent", "needs_person", "person"]
Role = Literal["customer", "agent", "staff", "system", "note", "event"]
Kind = Literal["text", "voice", "photo", "sticker", "location", "contact", "video", "document", "button", "other"]
Event = Literal["paused", "resumed", "resumed_by_time"]
Part = Literal["customer", "orders", "attention"]
DeliveryState = Literal["pending", "sending", "sent", "failed", "uncertain", "undeliverable", "withdrawn"]
Reason = Literal["human_requested", "turn_failed", "turn_interrupted", "delivery_failed", "message_limit", "other"]

_STATES: Mapping[int, State] = {
    pb.HANDLER_AGENT: "agent",
    pb.HANDLER_NEEDS_PERSON: "needs_person",
    pb.HANDLER_PERSON: "person",
}
_ROLES: Mapping[int, Role] = {
    pb.MESSAGE_ROLE_CUSTOMER: "customer",
    pb.MESSAGE_ROLE_AGENT: "agent",
    pb.MESSAGE_ROLE_STAFF: "staff",
    pb.MESSAGE_ROLE_SYSTEM: "system",
    pb.MESSAGE_ROLE_NOTE: "note",
    pb.MESSAGE_ROLE_EVENT: "event",
}
_KINDS: Mapping[int, Kind] = {
    pb.MESSAGE_KIND_TEXT: "text",
    pb.MESSAGE_KIND_VOICE: "voice",
    pb.MESSAGE_KIND_PHOTO: "photo",
    pb.MESSAGE_KIND_STICKER: "sticker",
    pb.MESSAGE_KIND_LOCATION: "location",
    pb.MESSAGE_KIND_CONTACT: "contact",
    pb.MESSAGE_KIND_VIDEO: "video",
    pb.MESSAGE_KIND_DOCUMENT: "document",
    pb.MESSAGE_KIND_BUTTON: "button",
    pb.MESSAGE_KIND_OTHER: "other",
}
_EVENTS: Mapping[int, Event] = {
    pb.CONVERSATION_EVENT_PAUSED: "paused",
    pb.CONVERSATION_EVENT_RESUMED: "resumed",
    pb.CONVERSATION_EVENT_RESUMED_BY_TIME: "resumed_by_time",
}
_DELIVERY_STATES: Mapping[str, DeliveryState] = {state: state for state in get_args(DeliveryState)}
REASONS: Mapping[str, Reason] = {reason: reason for reason in get_args(Reason)}


class LastOrder(Answer):
    """The latest order from a conversation."""

    number: int
    status: Status

    @classmethod
    def of(cls, conversation: pb.Conversation) -> "LastOrder | None":
        if not conversation.last_order_number:
            return None
        status = STATUS_NAMES.get(conversation.last_order_status, "pending")
        return cls(number=conversation.last_order_number, status=status)


class Conversation(Answer):
    """A dialogue with one chat."""

    id: str
    chat_id: str
    channel: str
    customer_id: str = Field(description="empty until the first turn")
    customer_name: str = Field(description="empty while unknown")
    display_name: str = Field(description="what the channel shows")
    last_message: str
    last_message_role: Role
    last_message_at: datetime | None
    message_count: int
    unread_count: int
    state: State
    paused_by: str
    resumes_at: datetime | None
    open_attention_count: int
    last_order: LastOrder | None
    answering: bool
    blocked: bool
    created_at: datetime

    @classmethod
    def of(cls, conversation: pb.Conversation) -> "Conversation":
        return cls(
            id=conversation.conversation_id,
            chat_id=conversation.external_chat_id,
            channel=conversation.channel,
            customer_id=conversation.customer_id,
            customer_name=conversation.customer_name,
            display_name=conversation.display_name,
            last_message=conversation.last_message,
            last_message_role=_ROLES.get(conversation.last_message_role, "event"),
            last_message_at=moment_or_none(conversation, "last_message_time"),
            message_count=conversation.message_count,
            unread_count=conversation.unread_count,
            state=_STATES.get(conversation.handler, "agent"),
            paused_by=conversation.paused_by,
            resumes_at=moment_or_none(conversation, "resume_time"),
            open_attention_count=conversation.open_attention_count,
            last_order=LastOrder.of(conversation),
            answering=conversation.answering,
            blocked=conversation.blocked,
            created_at=moment(conversation.create_time),
        )


class Delivery(Answer):
    """How the sending of a part of a reply stands."""

    id: str
    text: str
    state: DeliveryState = Field(description="uncertain: it may have arrived; withdrawn: staff took over before")
    attempts: int
    uncertain: bool
    error: str

    @classmethod
    def of(cls, delivery: pb.MessageDelivery) -> "Delivery":
        return cls(
            id=delivery.delivery_id,
            text=delivery.text,
            state=_DELIVERY_STATES.get(delivery.state, "uncertain"),
            attempts=delivery.attempts,
            uncertain=delivery.uncertain,
            error=delivery.error,
        )


class ToolCall(Answer):
    """What the agent did on the way to a reply."""

    id: str
    name: str
    input: dict[str, Any]
    result: Any = Field(description="JSON as the model got it; text when it is none")
    is_error: bool

    @classmethod
    def of(cls, call: pb.ToolCall) -> "ToolCall":
        return cls(
            id=call.tool_use_id,
            name=call.name,
            input=_whole_numbers(json_format.MessageToDict(call.input)),
            result=_parsed(call.result_json),
            is_error=call.is_error,
        )


class Message(Answer):
    """Something said, noted, or done to the conversation."""

    id: str
    role: Role
    kind: Kind
    content: str
    edited: bool
    created_at: datetime
    staff_name: str
    event: Event | None
    turn_id: str
    deliveries: list[Delivery]
    tool_calls: list[ToolCall]

    @classmethod
    def of(cls, message: pb.Message) -> "Message":
        return cls(
            id=message.message_id,
            role=_ROLES.get(message.role, "event"),
            kind=_KINDS.get(message.kind, "text"),
            content=message.content,
            edited=message.edited,
            created_at=moment(message.create_time),
            staff_name=message.staff_name,
            event=_EVENTS.get(message.event),
            turn_id=message.turn_id,
            deliveries=[Delivery.of(delivery) for delivery in message.deliveries],
            tool_calls=[ToolCall.of(call) for call in message.tool_calls],
        )


class Attention(Answer):
    """A matter for a person."""

    id: str
    conversation_id: str
    reason: Reason
    detail: str
    customer_name: str
    created_at: datetime
    resolved_at: datetime | None
    resolved_by: str

    @classmethod
    def of(cls, attention: pb.Attention) -> "Attention":
        return cls(
            id=attention.attention_id,
            conversation_id=attention.conversation_id,
            reason=REASONS.get(attention.reason, "other"),
            detail=attention.detail,
            customer_name=attention.customer_name,
            created_at=moment(attention.create_time),
            resolved_at=moment_or_none(attention, "resolve_time"),
            resolved_by=attention.resolved_by,
        )


class ConversationPage(Page[Conversation]):
    """Latest activity first."""


class MessagePage(Page[Message]):
    """Newest first."""


class AttentionPage(Page[Attention]):
    """Newest first."""


class ConversationDetail(Answer):
    """All that the page of one conversation shows. What `missing` names could not be had; the rest is whole."""

    conversation: Conversation
    forgotten: bool = Field(description="the customer was forgotten: of what was said, only the times are left")
    messages: list[Message] = Field(description="the latest, oldest first")
    older_cursor: str | None
    customer: Customer | None
    orders: list[Order] | None = Field(description="the customer's, newest first")
    attention: list[Attention] | None = Field(description="what is open, newest first")
    summary: str
    missing: list[Part]


class ConversationsQuery(PageQuery):
    """Which conversations."""

    q: Text = Field("", max_length=200, description="in the customer's name, the chat's id or any message")
    state: list[State] = Field([], max_length=3)
    unread: bool = False
    channel: Text = Field("", max_length=50)

    @property
    def handlers(self) -> Sequence[pb.Handler.ValueType]:
        return [pb.Handler.ValueType(number) for number, state in _STATES.items() if state in self.state]


class AttentionQuery(PageQuery):
    """Which matters."""

    conversation_id: Text = Field("", max_length=100)
    with_resolved: bool = False


class ReadUpTo(Body):
    """The last message seen."""

    message_id: Text = Field(min_length=1, max_length=100)


class StaffReply(Body):
    """What to write to the customer."""

    text: Text = Field(min_length=1, max_length=10_000)


class Note(Body):
    """What to note, for staff only."""

    text: Text = Field(min_length=1, max_length=4_000)


def _parsed(result: str) -> Any:
    try:
        return json.loads(result)
    except (ValueError, RecursionError):
        return result


def _whole_numbers(value: Any) -> Any:
    """Struct knows only floats; the model wrote 124 where it gives 124.0."""
    if isinstance(value, dict):
        return {key: _whole_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_whole_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
