"""The rules between messages: who may hold which block, and that each tool_use meets its tool_result."""

from collections.abc import Collection, Iterable

from devstack.claude_simulator.api.errors import invalid_request
from devstack.claude_simulator.api.schema import (
    Block,
    CountRequest,
    MessageParam,
    TextBlock,
    ToolParam,
    ToolResultBlock,
    ToolUseBlock,
)

_MAX_BREAKPOINTS = 4


def check_rules(request: CountRequest, paused: Collection[str] = ()) -> None:
    """Raise ApiError 400 for what the API refuses beyond wrong types.

    The conversation may end with the assistant only when that is a paused answer, sent back to be continued.
    """
    if not request.messages:
        raise invalid_request("messages: at least one message is required")
    _check_tools(request)
    _check_breakpoints(request)
    for index, message in enumerate(request.messages):
        _check_blocks(index, message)
    _check_pairs(request.messages)
    last = [message for message in request.messages if message.role != "system"][-1:] or request.messages[-1:]
    _check_end(last[0], paused)


def _check_end(last: MessageParam, paused: Collection[str]) -> None:
    spoken = "".join(block.text for block in last.content if isinstance(block, TextBlock))
    if last.role == "assistant" and spoken not in paused:
        raise invalid_request(
            "This model does not support assistant message prefill. The conversation must end with a user message."
        )


def _check_tools(request: CountRequest) -> None:
    names = [tool.name for tool in request.tools]
    if len(names) != len(set(names)):
        raise invalid_request("tools: Tool names must be unique.")
    for index, tool in enumerate(request.tools):
        if tool.input_schema.get("type") != "object":
            raise invalid_request(f"tools.{index}.custom.input_schema.type: Input should be 'object'")
    choice = request.tool_choice
    if choice is None:
        return
    if not names:
        raise invalid_request("tool_choice: tool_choice may only be specified while providing `tools`.")
    if choice.type == "tool" and choice.name is None:
        raise invalid_request("tool_choice.tool.name: Field required")
    if choice.type == "tool" and choice.name not in names:
        raise invalid_request(f"tool_choice: Tool '{choice.name}' not found in provided tools")


def _check_breakpoints(request: CountRequest) -> None:
    blocks: list[Block | ToolParam] = [*request.tools, *request.system]
    for message in request.messages:
        blocks += message.content
    found = sum(block.cache_control is not None for block in blocks)
    if found > _MAX_BREAKPOINTS:
        raise invalid_request(f"A maximum of 4 blocks with cache_control may be provided. Found {found}.")


def _check_blocks(index: int, message: MessageParam) -> None:
    if not message.content:
        raise invalid_request(f"messages.{index}: {message.role} messages must have non-empty content")
    for position, block in enumerate(message.content):
        path = f"messages.{index}.content.{position}"
        if isinstance(block, TextBlock) and not block.text:
            raise invalid_request("messages: text content blocks must be non-empty")
        if isinstance(block, TextBlock) and not block.text.strip():
            raise invalid_request("messages: text content blocks must contain non-whitespace text")
        if isinstance(block, ToolUseBlock) and message.role != "assistant":
            raise invalid_request(f"{path}: `tool_use` blocks can only be in `assistant` messages")
        if isinstance(block, ToolResultBlock) and message.role != "user":
            raise invalid_request(f"{path}: `tool_result` blocks can only be in `user` messages")


def _check_pairs(messages: list[MessageParam]) -> None:
    turns = list(_merge(messages))
    known: set[str] = set()
    for place, (index, role, blocks) in enumerate(turns):
        if role == "assistant":
            after = turns[place + 1][2] if place + 1 < len(turns) else []
            _check_uses(index, blocks, after, known)
        else:
            before = turns[place - 1][2] if place else []
            _check_results(index, blocks, before)


def _merge(messages: list[MessageParam]) -> Iterable[tuple[int, str, list[Block]]]:
    """Neighbours of one role are one turn, as the API sees them."""
    merged: list[tuple[int, str, list[Block]]] = []
    for index, message in enumerate(messages):
        if message.role == "system":
            continue
        if merged and merged[-1][1] == message.role:
            merged[-1][2].extend(message.content)
        else:
            merged.append((index, message.role, list(message.content)))
    return merged


def _check_uses(index: int, blocks: list[Block], after: list[Block], known: set[str]) -> None:
    uses = [block.id for block in blocks if isinstance(block, ToolUseBlock)]
    if len(set(uses)) != len(uses) or known & set(uses):
        raise invalid_request(f"messages.{index}: `tool_use` ids must be unique")
    known.update(uses)
    answered = _leading_results(after)
    missing = [use for use in uses if use not in answered]
    if missing:
        raise invalid_request(
            f"messages.{index}: `tool_use` ids were found without `tool_result` blocks immediately after: "
            f"{', '.join(missing)}. Each `tool_use` block must have a corresponding `tool_result` block in the "
            "next message."
        )


def _leading_results(blocks: list[Block]) -> list[str]:
    """Results count only while nothing else stands before them."""
    ids = []
    for block in blocks:
        if not isinstance(block, ToolResultBlock):
            break
        ids.append(block.tool_use_id)
    return ids


def _check_results(index: int, blocks: list[Block], before: list[Block]) -> None:
    uses = {block.id for block in before if isinstance(block, ToolUseBlock)}
    seen: set[str] = set()
    for position, block in enumerate(blocks):
        if not isinstance(block, ToolResultBlock):
            continue
        if block.tool_use_id not in uses:
            raise invalid_request(
                f"messages.{index}.content.{position}: unexpected `tool_use_id` found in `tool_result` blocks: "
                f"{block.tool_use_id}. Each `tool_result` block must have a corresponding `tool_use` block in the "
                "previous message."
            )
        if block.tool_use_id in seen:
            raise invalid_request(
                f"messages.{index}.content.{position}: each tool_use must have a single result. "
                f"Found multiple `tool_result` blocks with id: {block.tool_use_id}"
            )
        seen.add(block.tool_use_id)
