"""What happened in a turn, in lines for people."""

import json
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Struct
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.terminal import cost, shortened


def tokens_line(usage: pb.Usage) -> str:
    """Tokens by kind."""
    return (
        f"input={usage.input_tokens} output={usage.output_tokens} cache_read={usage.cache_read_input_tokens} "
        f"cache_write={usage.cache_creation_input_tokens}"
    )


def usage_line(usage: pb.Usage) -> str:
    """Tokens by kind, and their price."""
    return f"{tokens_line(usage)} cost={cost(usage.cost_micro_usd)}"


def seconds(turn: pb.Turn) -> str:
    """How long the turn took; empty while it runs."""
    if not turn.HasField("end_time"):
        return ""
    took = turn.end_time.ToDatetime() - turn.start_time.ToDatetime()
    return f"{took.total_seconds():.1f} s"


def truth_lines(turn: pb.Turn) -> list[str]:
    """What the truth check said of each candidate reply."""
    lines = []
    last = len(turn.verdicts) - 1
    for index, verdict in enumerate(turn.verdicts):
        if verdict.passed:
            lines.append("passed" if index == 0 else f"passed after {index} {'retry' if index == 1 else 'retries'}")
            continue
        outcome = f"retry {index + 1}" if index < last else "refused, an honest fallback was sent"
        lines.append(f"{outcome}: {'; '.join(verdict.violations) or 'no reason given'}")
    return lines


def job_line(job: pb.JobRun) -> str:
    """A background job that the turn made due."""
    return f"{job.kind} through message {job.through}: {job.state}"


def tool_input(call: pb.ToolCall) -> dict[str, Any]:
    """The input as the model gave it."""
    return whole_numbers(call.input)


def tool_result(call: pb.ToolCall) -> Any:
    """The result as the model got it."""
    try:
        return json.loads(call.result_json)
    except ValueError:
        return call.result_json


def tool_summary(call: pb.ToolCall) -> str:
    """A tool call in one line: name and what came of it."""
    return f"{call.name} → {'error ' if call.is_error else ''}{_outcome(tool_result(call))}"


def indented(value: object) -> str:
    """JSON for people."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def whole_numbers(struct: Struct) -> dict[str, Any]:
    """A Struct as JSON. Its numbers are floats, so that an order number would be 124.0, and its fields in any order."""
    mended: dict[str, Any] = _mended(MessageToDict(struct))
    return mended


def _mended(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _mended(value[name]) for name in sorted(value)}
    if isinstance(value, list):
        return [_mended(entry) for entry in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _outcome(result: Any) -> str:
    match result:
        case {"error": {"reason": reason, "message": message}}:
            return f"{reason}: {shortened(str(message), 160)}"
        case {"order": {"number": number, "status": status, "total": total, **rest}}:
            return f"order #{number} {status}, {total} {rest.get('currency', '')}".rstrip()
        case {"orders": list(orders)}:
            numbers = ", ".join(f"#{order.get('number')} {order.get('status')}" for order in orders[:5])
            return f"{len(orders)} orders{': ' if orders else ''}{numbers}{', …' if len(orders) > 5 else ''}"
        case {"quote": {"total": total, **rest}}:
            return f"quote {total} {rest.get('currency', '')}".rstrip()
        case {"products": list(products)}:
            names = ", ".join(str(product.get("sku")) for product in products)
            return f"{len(products)} products{': ' if products else ''}{shortened(names, 160)}"
        case _:
            return shortened(json.dumps(result, ensure_ascii=False), 160)
