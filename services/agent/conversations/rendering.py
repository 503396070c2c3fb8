"""Rows of conversations, messages and turns as the messages of their contract."""

import json
from collections.abc import Iterable
from typing import Any

from google.protobuf import struct_pb2
from sales.agent.v1 import conversations_pb2 as pb

from services.agent.conversations.history import PAUSED, RESUMED, RESUMED_BY_TIME
from services.agent.conversations.kinds import KINDS
from services.agent.intervals import PROFILE_EVERY, SUMMARY_EVERY, crosses
from services.agent.prompt import ModelMessage, with_cache_breakpoint
from services.agent.usage import USAGE_COLUMNS
from services.common.db import Row

ROLES = {
    "customer": pb.MESSAGE_ROLE_CUSTOMER,
    "agent": pb.MESSAGE_ROLE_AGENT,
    "staff": pb.MESSAGE_ROLE_STAFF,
    "system": pb.MESSAGE_ROLE_SYSTEM,
    "note": pb.MESSAGE_ROLE_NOTE,
    "event": pb.MESSAGE_ROLE_EVENT,
}
EVENTS = {
    PAUSED: pb.CONVERSATION_EVENT_PAUSED,
    RESUMED: pb.CONVERSATION_EVENT_RESUMED,
    RESUMED_BY_TIME: pb.CONVERSATION_EVENT_RESUMED_BY_TIME,
}


def conversation(row: Row) -> pb.Conversation:
    return pb.Conversation(
        conversation_id=str(row["conversation_id"]),
        channel=row["channel"],
        channel_account_id=row["channel_account_id"],
        external_chat_id=row["external_chat_id"],
        customer_id=row["customer_id"],
        display_name=row["display_name"],
        message_count=row["message_count"],
        summary=row["summary"],
        summary_through=row["summary_through"],
        profile_through=row["profile_through"],
        blocked=row["blocked"],
        last_message=row["last_message"],
        last_message_role=ROLES.get(row["last_message_role"], pb.MESSAGE_ROLE_UNSPECIFIED),
        last_message_time=row["last_message_time"],
        create_time=row["create_time"],
        customer_name=row["customer_name"],
        handler=_handler(row),
        resume_time=row["paused_until"],
        paused_by=row["paused_by"] if row["paused_until"] else "",
        unread_count=row["unread_count"],
        open_attention_count=row["open_attention_count"],
        last_order_number=row["last_order_number"],
        last_order_status=row["last_order_status"],
        answering=row["answering"],
    )


def _handler(row: Row) -> pb.Handler.ValueType:
    if row["paused_until"] is not None:
        return pb.HANDLER_PERSON
    return pb.HANDLER_NEEDS_PERSON if row["open_attention_count"] else pb.HANDLER_AGENT


def message(row: Row, deliveries: Iterable[Row], tool_calls: Iterable[dict[str, Any]] = ()) -> pb.Message:
    return pb.Message(
        message_id=str(row["message_id"]),
        conversation_id=str(row["conversation_id"]),
        role=ROLES[row["role"]],
        kind=KINDS.get(row["kind"], pb.MESSAGE_KIND_UNSPECIFIED),
        content=row["content"],
        edited=row["edited"],
        turn_id=str(row["turn_id"] or ""),
        create_time=row["create_time"],
        deliveries=[_delivery(delivery) for delivery in deliveries],
        staff_name=row["staff_name"],
        event=EVENTS.get(row["event"], pb.CONVERSATION_EVENT_UNSPECIFIED),
        tool_calls=[_tool_call(call) for call in tool_calls],
    )


def _delivery(row: Row) -> pb.MessageDelivery:
    return pb.MessageDelivery(
        delivery_id=str(row["delivery_id"]),
        text=row["content"],
        state=row["state"],
        attempts=row["attempts"],
        uncertain=row["uncertain"],
        external_message_id=row["external_message_id"],
        error=row["error"],
    )


def turn(row: Row) -> pb.Turn:
    """A turn without prompt, steps and tool calls."""
    rendered = pb.Turn(
        turn_id=str(row["turn_id"]),
        conversation_id=str(row["conversation_id"]),
        state=row["state"],
        attempts=row["attempts"],
        history_size=row["count_before"],
        has_summary=row["has_summary"],
        model=row["model"],
        verdicts=[pb.TruthVerdict(**verdict) for verdict in row["verdicts"] or ()],
        replies=row["replies"] or (),
        usage=pb.Usage(**{name: row[name] for name in USAGE_COLUMNS}),
        error=row["error"],
        jobs=_jobs(row),
        start_time=row["start_time"],
        external_chat_id=row["external_chat_id"],
        incidents=row["incidents"] or (),
    )
    if row["end_time"] is not None:
        rendered.end_time.FromDatetime(row["end_time"])
    return rendered


def whole_turn(row: Row, steps: list[Row], history: list[ModelMessage]) -> pb.Turn:
    """A turn with all that is known of how it came about."""
    rendered = turn(row)
    rendered.system_prompt = row["system_prompt"] or ""
    first = steps[0]["input"] if steps else []
    prompt = [*with_cache_breakpoint(history), *first]
    rendered.prompt_messages_json = json.dumps(prompt, ensure_ascii=False)
    rendered.steps.extend(_step(step) for step in steps)
    rendered.tool_calls.extend(_tool_call(call) for call in row["tool_calls"] or ())
    return rendered


def _step(row: Row) -> pb.TurnStep:
    step = pb.TurnStep(
        sequence=row["sequence"],
        stop_reason=row["response"]["stop_reason"],
        content_json=json.dumps(row["response"]["content"], ensure_ascii=False),
        usage=pb.Usage(**row["response"]["usage"]),
    )
    step.latency.FromMilliseconds(row["latency_ms"])
    return step


def _tool_call(call: dict[str, Any]) -> pb.ToolCall:
    given = struct_pb2.Struct()
    given.update(call["input"])
    return pb.ToolCall(
        tool_use_id=call["tool_use_id"],
        step=call["step"],
        name=call["name"],
        input=given,
        result_json=json.dumps(call["result"], ensure_ascii=False),
        is_error=call["is_error"],
    )


def _jobs(row: Row) -> list[pb.JobRun]:
    """Jobs that the turn made due, by the multiples of their interval that its messages crossed."""
    jobs = []
    for kind, every, through in (
        ("profile", PROFILE_EVERY, row["profile_through"]),
        ("summary", SUMMARY_EVERY, row["summary_through"]),
    ):
        if crosses(every, row["count_before"], row["count_after"]):
            target = row["count_after"] // every * every
            jobs.append(pb.JobRun(kind=kind, through=target, state="done" if through >= target else "due"))
    return jobs


def attention(row: Row) -> pb.Attention:
    return pb.Attention(
        attention_id=str(row["attention_id"]),
        conversation_id=str(row["conversation_id"]),
        reason=row["reason"],
        detail=row["detail"],
        create_time=row["create_time"],
        resolve_time=row["resolve_time"],
        resolved_by=row["resolved_by"],
        customer_name=row["customer_name"],
    )
