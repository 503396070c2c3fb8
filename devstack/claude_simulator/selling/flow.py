"""Flows: what the salesperson does step by step, replayed over the tool results that the request already has.

A flow is a generator: it yields tool calls, is sent their outcomes, and returns what to say. The simulator keeps
no state, so each request runs the flows again from the start; calls whose outcome stands in the request are
answered from it, the first ones without outcome become the model's answer.
"""

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass

from devstack.claude_simulator.api.message import ToolCall
from devstack.claude_simulator.reading.conversation import ToolOutcome


@dataclass(frozen=True)
class Part:
    """A piece of the reply: what is said, and a question that may close it."""

    text: str = ""
    ask: str = ""
    opens: bool = False


Flow = Generator[Sequence[ToolCall], list[ToolOutcome], Part]


class NeedsTools(Exception):  # noqa: N818 - not an error: the turn goes on with tools
    """The flow cannot go on before these calls were run."""

    def __init__(self, calls: Sequence[ToolCall]) -> None:
        super().__init__(", ".join(call.name for call in calls))
        self.calls = tuple(calls)


class Outcomes:
    """Tool outcomes of the current turn, each given out once."""

    def __init__(self, outcomes: Iterable[ToolOutcome]) -> None:
        self._left = list(outcomes)
        self.used: list[ToolOutcome] = []

    def take(self, call: ToolCall) -> ToolOutcome | None:
        """The outcome of that call; of another input only if no outcome has the same."""
        same = [outcome for outcome in self._left if outcome.name == call.name]
        found = next((outcome for outcome in same if outcome.input == call.input), same[0] if same else None)
        if found:
            self._left.remove(found)
            self.used.append(found)
        return found


def saying(part: Part) -> Flow:
    """A flow that needs no tool."""
    yield from ()
    return part


def replay(flows: list[Flow], outcomes: Outcomes) -> list[Part]:
    """Run the flows side by side; NeedsTools with the calls of one model answer if outcomes are missing."""
    parts: dict[int, Part] = {}
    waiting: dict[int, Sequence[ToolCall]] = {}
    for at, flow in enumerate(flows):
        _step(at, flow, None, waiting, parts)
    while waiting:
        missing: list[ToolCall] = []
        ready: dict[int, list[ToolOutcome]] = {}
        for at, calls in waiting.items():
            taken = [(call, outcomes.take(call)) for call in calls]
            missing += [call for call, outcome in taken if outcome is None]
            ready[at] = [outcome for _, outcome in taken if outcome]
        if missing:
            raise NeedsTools(missing)
        waiting = {}
        for at, found in ready.items():
            _step(at, flows[at], found, waiting, parts)
    return [parts[at] for at in sorted(parts)]


def _step(
    at: int,
    flow: Flow,
    outcomes: list[ToolOutcome] | None,
    waiting: dict[int, Sequence[ToolCall]],
    parts: dict[int, Part],
) -> None:
    try:
        waiting[at] = next(flow) if outcomes is None else flow.send(outcomes)
    except StopIteration as end:
        parts[at] = end.value
