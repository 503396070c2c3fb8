"""A turn as the agent service tells it."""

import json
from typing import Any

from google.protobuf.struct_pb2 import Struct
from sales.agent.v1 import conversations_pb2 as pb


def turn(**fields: Any) -> pb.Turn:
    """The turn that cancelled order 124 after a reply that claimed too much; `fields` override."""
    values: dict[str, Any] = {
        "turn_id": "turn-1",
        "conversation_id": "conversation-1",
        "external_chat_id": "chat-1",
        "state": "completed",
        "attempts": 1,
        "history_size": 14,
        "has_summary": True,
        "model": "claude-sonnet-5-5",
        "system_prompt": "You are the sales representative of Valdman.",
        "prompt_messages_json": json.dumps(_MESSAGES, ensure_ascii=False),
        "steps": [
            pb.TurnStep(sequence=1, stop_reason="tool_use", content_json=json.dumps(_MESSAGES[1]["content"])),
            pb.TurnStep(sequence=2, stop_reason="end_turn", content_json='[{"type":"text","text":"בוטלה"}]'),
        ],
        "tool_calls": [tool_call()],
        "verdicts": [
            pb.TruthVerdict(reply="#999", passed=False, violations=["order #999 does not exist"]),
            pb.TruthVerdict(reply="בוטלה", passed=True),
        ],
        "replies": ["ההזמנה **#124** בוטלה.", "קבלה"],
        "usage": pb.Usage(input_tokens=900, output_tokens=50, cache_read_input_tokens=4000, cost_micro_usd=12345),
        "jobs": [pb.JobRun(kind="summary", through=15, state="done")],
        "incidents": ["the model answered 529 and was asked again"],
    }
    made = pb.Turn(**{**values, **fields})
    made.start_time.FromJsonString("2026-11-23T14:05:00Z")
    made.end_time.FromJsonString("2026-11-23T14:05:02.500Z")
    return made


def tool_call(**fields: Any) -> pb.ToolCall:
    """The cancellation of order 124; `fields` override."""
    given = Struct()
    given.update({"order_number": 124, "reason": "התחרטתי"})
    result = {"order": {"number": 124, "status": "cancelled", "total": "142.00", "currency": "ILS"}}
    values = {"tool_use_id": "toolu_1", "step": 1, "name": "cancel_order", "input": given}
    return pb.ToolCall(**{**values, "result_json": json.dumps(result), **fields})


_MESSAGES: list[dict[str, Any]] = [
    {"role": "user", "content": "<customer_message>\nתבטל לי\n</customer_message>"},
    {
        "role": "assistant",
        "content": [{"type": "tool_use", "id": "toolu_1", "name": "cancel_order", "input": {"order_number": 124}}],
    },
    {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "toolu_1", "content": '{"order":{}}'}]},
]
