"""A whole turn on the terminal."""

import json
from collections.abc import Iterable
from typing import Any

from rich.console import Console
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.terminal import moment, plain
from salesctl.turns.wording import (
    indented,
    job_line,
    seconds,
    tokens_line,
    tool_input,
    tool_result,
    truth_lines,
    usage_line,
)


def show_turn(console: Console, turn: pb.Turn, *, prompt: bool) -> None:
    """Print everything known of a turn; `prompt` with what the model was told first."""
    _overview(console, turn)
    if prompt:
        _heading(console, "System prompt")
        console.print(plain(turn.system_prompt or "(no longer kept)"))
        _heading(console, "Messages")
        _messages(console, turn.prompt_messages_json)
    _heading(console, "Steps")
    for step in turn.steps:
        took = step.latency.ToTimedelta().total_seconds()
        console.print(plain(f"{step.sequence}. {step.stop_reason}, {took:.1f} s, {tokens_line(step.usage)}", "bold"))
        _blocks(console, _parsed(step.content_json))
    _heading(console, "Tool calls")
    print_tool_calls(console, turn)
    _section(console, "Truth check", truth_lines(turn))
    _section(console, "Incidents", turn.incidents)
    _section(console, "Background jobs", [job_line(job) for job in turn.jobs])
    _heading(console, "Replies")
    for reply in turn.replies:
        console.print(plain(reply))
    _section(console, "Usage", [usage_line(turn.usage)])


def print_tool_calls(console: Console, turn: pb.Turn) -> None:
    """Each tool call: name, input and result."""
    if not turn.tool_calls:
        console.print(plain("(no tool was called)", "dim"))
    for call in turn.tool_calls:
        console.print(plain(f"{call.name} (step {call.step})", "bold cyan"))
        console.print(plain(f"input: {indented(tool_input(call))}"))
        console.print(plain(f"result: {indented(tool_result(call))}", "red" if call.is_error else ""))


def _overview(console: Console, turn: pb.Turn) -> None:
    console.print(plain(f"Turn {turn.turn_id}: {turn.state}", "bold"))
    facts = {
        "conversation": f"{turn.conversation_id} (chat {turn.external_chat_id})",
        "time": f"{moment(turn.start_time)} UTC, {seconds(turn) or 'running'}",
        "model": turn.model,
        "history": f"{turn.history_size} messages, summary={'yes' if turn.has_summary else 'no'}",
        "attempts": str(turn.attempts),
        "error": turn.error,
    }
    for name, fact in facts.items():
        if fact:
            console.print(plain(f"  {name:<13}{fact}"))


def _messages(console: Console, messages_json: str) -> None:
    messages = _parsed(messages_json)
    if not messages:
        console.print(plain("(no longer kept)", "dim"))
    for message in messages:
        console.print(plain(f"[{message.get('role')}]", "bold"))
        _blocks(console, message.get("content", ""))


def _blocks(console: Console, content: Any) -> None:
    """Content of the Messages API: a text, or a list of blocks."""
    for block in [{"type": "text", "text": content}] if isinstance(content, str) else content:
        match block:
            case {"type": "text", "text": text}:
                console.print(plain(text))
            case {"type": "tool_use", "name": name, "input": given}:
                console.print(plain(f"tool_use {name} {json.dumps(given, ensure_ascii=False)}", "cyan"))
            case {"type": "tool_result", "content": result}:
                shown = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
                console.print(plain(f"tool_result {shown}", "cyan"))
            case _:
                console.print(plain(json.dumps(block, ensure_ascii=False), "dim"))


def _parsed(text: str) -> Any:
    return json.loads(text) if text else []


def _heading(console: Console, title: str) -> None:
    console.print()
    console.print(plain(f"── {title}", "bold yellow"))


def _section(console: Console, title: str, lines: Iterable[str]) -> None:
    _heading(console, title)
    for line in lines or ("(none)",):
        console.print(plain(line))
