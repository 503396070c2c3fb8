"""The messages of a request as history: what later turns see of a turn, and what was said and done in it."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from services.agent.prompt import ModelMessage

_WRITTEN = re.compile(r'<customer_message(?: edited="true")?>\n(.*)\n</customer_message>', re.DOTALL)
_BUSINESS = re.compile(r"<(staff_message|order_notice)>\n(.*)\n</\1>", re.DOTALL)
_CUSTOMER = re.compile(r"<customer_message(?: [^>]*)?>\n(.*)\n</customer_message>", re.DOTALL)


def history_of(messages: Iterable[ModelMessage]) -> list[ModelMessage]:
    """Messages of a turn as later turns see them: without context, notices and the drafts they answered."""
    history: list[ModelMessage] = []
    for message in messages:
        blocks = _blocks(message)
        if message["role"] == "user":
            if _is_notice(blocks[0]) and history and history[-1]["role"] == "assistant":
                history.pop()
            blocks = [block for block in blocks if not (_is_context(block) or _is_notice(block))]
        if not blocks:
            continue
        if history and history[-1]["role"] == message["role"]:
            history[-1] = {"role": message["role"], "content": [*history[-1]["content"], *blocks]}
        else:
            history.append({"role": message["role"], "content": blocks})
    # A turn that was given up before its tools answered: calls without results would spoil every later request.
    if history and any(block["type"] == "tool_use" for block in history[-1]["content"]):
        history.pop()
    return history


def _blocks(message: ModelMessage) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def _is_context(block: dict[str, Any]) -> bool:
    return block["type"] == "text" and str(block["text"]).startswith("<context>")


def _is_notice(block: dict[str, Any]) -> bool:
    return block["type"] == "text" and str(block["text"]).startswith("<platform_notice>")


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance of the window."""

    speaker: str  # customer, agent; staff: the business itself, by a person or by what the platform says of orders
    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """One finished tool call of the window."""

    name: str
    facts: dict[str, Any]
    is_error: bool


def read(messages: Iterable[ModelMessage]) -> Iterator[Said | Done]:
    """What was said and done in a history, in order. Text beside a tool call was said to nobody: it is not sent."""
    names: dict[str, str] = {}
    for message in messages:
        blocks = _blocks(message)
        sent = not any(block["type"] == "tool_use" for block in blocks)
        for block in blocks:
            if block["type"] == "tool_use":
                names[block["id"]] = block["name"]
            elif block["type"] == "tool_result":
                yield Done(
                    names.get(block["tool_use_id"], ""), json.loads(block["content"]), bool(block.get("is_error"))
                )
            elif block["type"] == "text" and message["role"] == "assistant":
                if sent:
                    yield Said("agent", block["text"])
            elif block["type"] == "text":
                match = _CUSTOMER.fullmatch(block["text"])
                if match:
                    yield Said("customer", html.unescape(match[1]))
                elif match := _BUSINESS.fullmatch(block["text"]):
                    yield Said("staff", html.unescape(match[2]))


def written_by_customer(messages: Iterable[ModelMessage]) -> str:
    """The customer's text messages, without descriptions of other kinds such as the name on a contact card."""
    texts = (block["text"] for message in messages for block in _blocks(message) if block["type"] == "text")
    return "\n".join(html.unescape(match[1]) for text in texts if (match := _WRITTEN.fullmatch(text)))
