"""An answer on the terminal in three sections: Server Logs, Agent Trace and Agent."""

import re

from rich.console import Console
from rich.text import Text
from sales.agent.v1 import conversations_pb2 as pb

from salesctl.terminal import plain
from salesctl.turns.show import print_tool_calls
from salesctl.turns.wording import job_line, seconds, tool_summary, truth_lines, usage_line

_NAMES = {"request": "cyan", "usage": "cyan", "tool": "green", "truth": "yellow", "incident": "red", "job": "magenta"}
# The only markup of replies.
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def print_sections(console: Console, tenant_id: str, turn: pb.Turn) -> None:
    """Print how the answer came about, and the answer."""
    console.print(plain("Server Logs", "bold yellow"))
    for name, line in server_logs(tenant_id, turn):
        console.print(plain(f"{name:<9}", _NAMES[name]) + plain(line, "dim"))
    console.print()
    console.print(plain("Agent Trace", "bold yellow"))
    print_tool_calls(console, turn)
    console.print()
    # Each part begins on a line of its own, so that a terminal can show right-to-left text from the right.
    console.print(plain("Agent:", "bold yellow"))
    for index, reply in enumerate(turn.replies):
        if index:
            console.print()
        console.print(_reply(reply) if console.is_terminal else plain(reply))


def server_logs(tenant_id: str, turn: pb.Turn) -> list[tuple[str, str]]:
    """What the services did, as (kind, line)."""
    request = (
        f"tenant={tenant_id} chat={turn.external_chat_id} conversation={turn.conversation_id} turn={turn.turn_id} "
        f"state={turn.state} history={turn.history_size} summary={'yes' if turn.has_summary else 'no'}"
    )
    usage = f"model={turn.model or 'none'} rounds={len(turn.steps)} {usage_line(turn.usage)} took={seconds(turn)}"
    return [
        ("request", request),
        ("usage", usage),
        *(("tool", tool_summary(call)) for call in turn.tool_calls),
        *(("truth", line) for line in truth_lines(turn)),
        *(("incident", incident) for incident in (*turn.incidents, turn.error) if incident),
        *(("job", job_line(job)) for job in turn.jobs),
    ]


def _reply(reply: str) -> Text:
    """A reply with its bold parts in bold."""
    parts = _BOLD.split(reply)
    return Text.assemble(*(plain(part, "bold" if index % 2 else "") for index, part in enumerate(parts)))
