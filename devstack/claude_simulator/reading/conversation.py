"""The request as a conversation: past turns, and the turn that is to be answered now."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from devstack.claude_simulator.api.schema import (
    Block,
    CountRequest,
    TextBlock,
    ToolResultBlock,
    ToolUseBlock,
)
from devstack.claude_simulator.reading.catalog import Catalog, find_catalog
from devstack.claude_simulator.reading.context import Context, parse_context

_FENCED = re.compile(r"^<(?P<tag>[a-z_]+)(?P<head>[^>]*)>\n?(?P<body>.*?)\n?</(?P=tag)>$", re.DOTALL)
_ATTRIBUTE = re.compile(r'(\w+)="([^"]*)"')


_REFUSAL = re.compile(r"<platform_notice>\s*your (?:last |previous )?(?:reply|answer)\b", re.I)
_WORDLESS = ("location", "contact", "sticker", "other")
_FILE_NAME = re.compile(r"^\S.*\.\w{1,5}$")


@dataclass(frozen=True)
class CustomerMessage:
    """What a customer sent; `kind` is "text" or what the platform calls another kind."""

    text: str
    kind: str = "text"
    edited: bool = False

    @property
    def words(self) -> str:
        """What the customer wrote: not coordinates, cards, emoji of stickers or names of files."""
        if self.kind in _WORDLESS:
            return ""
        lines = self.text.splitlines()
        return "\n".join(line for line in lines if not (self.kind == "document" and _FILE_NAME.search(line)))

    @property
    def place(self) -> str:
        """The address of a place that was sent, if it is more than coordinates."""
        return self.text if self.kind == "location" and any(char.isalpha() for char in self.text) else ""


@dataclass(frozen=True)
class ToolOutcome:
    """A tool call that was run: its input and its JSON result, `{"error": …}` when `failed`."""

    name: str
    input: dict[str, Any]
    result: dict[str, Any]
    failed: bool


@dataclass
class Segment:
    """Customer messages that arrived together, with the context that came with them."""

    messages: list[CustomerMessage] = field(default_factory=list)
    context: Context | None = None


@dataclass
class Turn:
    """From a customer's message to the reply that was sent, or to what staff wrote in its place (`staff`)."""

    segments: list[Segment] = field(default_factory=list)
    outcomes: list[ToolOutcome] = field(default_factory=list)
    reply: str = ""
    rejected: list[str] = field(default_factory=list)
    staff: list[str] = field(default_factory=list)

    @property
    def messages(self) -> list[CustomerMessage]:
        """All customer messages of the turn."""
        return [message for segment in self.segments for message in segment.messages]

    @property
    def words(self) -> str:
        """What the customer wrote in it, one message a line."""
        return "\n".join(message.words for message in self.messages if message.words)


@dataclass(frozen=True)
class Conversation:
    """Everything the salesperson may know."""

    catalog: Catalog
    past: list[Turn]
    now: Turn
    tools: Mapping[str, frozenset[str]]
    """Tools that may be called, each with the fields it takes (none named: any)."""


def read_conversation(request: CountRequest) -> Conversation:
    """The conversation of a valid request."""
    turns: list[Turn] = [Turn()]
    waiting: dict[str, ToolUseBlock] = {}
    for message in request.messages:
        if message.role == "assistant":
            _take_assistant(turns[-1], message.content, waiting)
        elif message.role == "user":
            _take_user(turns, message.content, waiting)
    allowed = request.tool_choice is None or request.tool_choice.type != "none"
    return Conversation(
        catalog=find_catalog(block.text for block in request.system),
        past=[turn for turn in turns[:-1] if turn.segments or turn.staff],
        now=turns[-1],
        tools={tool.name: frozenset(tool.input_schema.get("properties") or ()) for tool in request.tools if allowed},
    )


def _take_assistant(turn: Turn, blocks: Iterable[Block], waiting: dict[str, ToolUseBlock]) -> None:
    for block in blocks:
        if isinstance(block, ToolUseBlock):
            waiting[block.id] = block
        elif isinstance(block, TextBlock):
            turn.reply = f"{turn.reply}\n{block.text}".strip()


def _take_user(turns: list[Turn], blocks: list[Block], waiting: dict[str, ToolUseBlock]) -> None:
    texts = [block.text.strip() for block in blocks if isinstance(block, TextBlock)]
    results = [block for block in blocks if isinstance(block, ToolResultBlock)]
    refused = any(_REFUSAL.match(text) for text in texts)
    if turns[-1].reply and not results and not refused:
        turns.append(Turn())
    if refused and turns[-1].reply:
        turns[-1].rejected.append(turns[-1].reply)
    turns[-1].reply = ""
    for result in results:
        _take_result(turns[-1], waiting.pop(result.tool_use_id, None), result)
    _take_texts(turns, texts)


def _take_texts(turns: list[Turn], texts: list[str]) -> None:
    """What the customer wrote is to be answered, unless staff wrote after it: that was the answer."""
    unanswered: list[str] = []
    for text in texts:
        said = _staff_text(text)
        if said is None:
            unanswered.append(text)
            continue
        _add_segment(turns[-1], unanswered)
        turns[-1].staff.append(said)
        turns.append(Turn())
        unanswered = []
    _add_segment(turns[-1], unanswered)


def _add_segment(turn: Turn, texts: list[str]) -> None:
    segment = _read_segment(texts)
    if segment.messages:
        turn.segments.append(segment)


def _staff_text(text: str) -> str | None:
    """What staff wrote to the customer, if the block is that."""
    fenced = _FENCED.match(text)
    return unescape(fenced["body"]).strip() if fenced and fenced["tag"] == "staff_message" else None


def _take_result(turn: Turn, use: ToolUseBlock | None, block: ToolResultBlock) -> None:
    if use is None:
        return
    text = "".join(part.text for part in block.content if isinstance(part, TextBlock))
    try:
        result = json.loads(text)
    except ValueError:
        result = {"text": text}
    if not isinstance(result, dict):
        result = {"value": result}
    turn.outcomes.append(ToolOutcome(use.name, use.input, result, bool(block.is_error) or "error" in result))


def _read_segment(texts: list[str]) -> Segment:
    segment = Segment()
    for text in texts:
        fenced = _FENCED.match(text)
        if not fenced:
            segment.messages.append(CustomerMessage(text))
        elif fenced["tag"] == "customer_message":
            segment.messages.append(_read_message(fenced["head"], fenced["body"]))
        elif fenced["tag"] == "context":
            segment.context = parse_context(text)
    return segment


def _read_message(head: str, body: str) -> CustomerMessage:
    attributes = dict(_ATTRIBUTE.findall(head))
    kind = attributes.get("kind", "text")
    return CustomerMessage(unescape(body).strip(), "text" if kind == "button" else kind, "edited" in attributes)
