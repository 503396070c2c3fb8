"""How many tokens a text is worth: an estimate that is steady and of the right size."""

import json
import math
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from devstack.claude_simulator.api.schema import CacheControl, CountRequest

_ASCII_PER_TOKEN = 3.6
_OTHER_PER_TOKEN = 1.9
_SECONDS = {"5m": 300, "1h": 3600}


@dataclass(frozen=True)
class PromptBlock:
    """A piece of the prompt in the order in which the model reads it; `ttl` seconds if a breakpoint ends it."""

    text: str
    tokens: int
    ttl: int | None


def count_tokens(text: str) -> int:
    """Tokens of a text, at least 1; letters beyond ASCII weigh more."""
    plain = len(text.encode("ascii", "ignore"))
    return max(1, math.ceil(plain / _ASCII_PER_TOKEN + (len(text) - plain) / _OTHER_PER_TOKEN))


def dump(value: Any) -> str:
    """JSON as the model would read it."""
    return json.dumps(value, ensure_ascii=False)


def prompt_blocks(request: CountRequest) -> list[PromptBlock]:
    """The whole prompt: tools, then system, then messages."""
    blocks = [_block("tool", tool, tool.cache_control) for tool in request.tools]
    blocks += [_block("system", block, block.cache_control) for block in request.system]
    for message in request.messages:
        blocks += [_block(message.role, block, block.cache_control) for block in message.content]
    if request.cache_control and blocks:
        last = blocks[-1]
        blocks[-1] = PromptBlock(last.text, last.tokens, last.ttl or _seconds(request.cache_control))
    return blocks


def _block(place: str, block: BaseModel, mark: CacheControl | None) -> PromptBlock:
    text = place + dump(block.model_dump(exclude={"cache_control"}, exclude_none=True))
    return PromptBlock(text, count_tokens(text), _seconds(mark))


def _seconds(mark: CacheControl | None) -> int | None:
    return _SECONDS[mark.ttl or "5m"] if mark else None
