"""The answer as a Messages response, cut where `max_tokens` or a stop sequence ends it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from devstack.claude_simulator.api.errors import unique_id
from devstack.claude_simulator.api.promptcache import CacheUsage
from devstack.claude_simulator.api.tokens import count_tokens, dump

_TOOL_OVERHEAD = 30


@dataclass(frozen=True)
class ToolCall:
    """A tool the salesperson wants to use."""

    name: str
    input: dict[str, Any]


@dataclass(frozen=True)
class Answer:
    """What is said and which tools are called; `stop_reason` only where it does not follow from them."""

    text: str = ""
    calls: tuple[ToolCall, ...] = ()
    stop_reason: str | None = None
    stop_sequence: str | None = None
    stop_details: dict[str, Any] | None = None

    @property
    def tokens(self) -> int:
        """Output tokens."""
        words = count_tokens(self.text) if self.text else 0
        return words + sum(_TOOL_OVERHEAD + count_tokens(dump(call.input)) for call in self.calls) + 4


def stop_at_sequence(answer: Answer, sequences: Sequence[str]) -> Answer:
    """End the text before the first stop sequence in it."""
    found = [(answer.text.find(one), one) for one in sequences if one and one in answer.text]
    if not found:
        return answer
    at, sequence = min(found)
    return Answer(answer.text[:at], (), "stop_sequence", sequence)


def cut_to_tokens(answer: Answer, max_tokens: int) -> Answer:
    """The answer itself if it fits, otherwise what was generated before the limit."""
    if answer.tokens <= max_tokens:
        return answer
    return cut(answer, max_tokens / answer.tokens)


def cut(answer: Answer, share: float) -> Answer:
    """Stop by `max_tokens` after that share: text ends mid-word; the last tool_use loses the end of its input."""
    if not answer.calls:
        return replace(answer, text=answer.text[: max(1, int(len(answer.text) * share))], stop_reason="max_tokens")
    last = answer.calls[-1]
    kept = dict(list(last.input.items())[: int(len(last.input) * share)])
    return replace(answer, calls=(*answer.calls[:-1], ToolCall(last.name, kept)), stop_reason="max_tokens")


def render(answer: Answer, model: str, usage: CacheUsage) -> dict[str, Any]:
    """The body of a 200 answer."""
    content: list[dict[str, Any]] = []
    if answer.text:
        content.append({"type": "text", "text": answer.text, "citations": None})
    for call in answer.calls:
        content.append({"type": "tool_use", "id": unique_id("toolu"), "name": call.name, "input": call.input})
    return {
        "id": unique_id("msg"),
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": answer.stop_reason or ("tool_use" if answer.calls else "end_turn"),
        "stop_sequence": answer.stop_sequence,
        "stop_details": answer.stop_details,
        "usage": usage.as_usage(answer.tokens),
    }
