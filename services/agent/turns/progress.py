"""How far a turn has come: its messages so far, what tools did, and what they cost. Rules only, no I/O."""

import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from services.agent.facts import Facts
from services.agent.model import Response, Usage
from services.agent.prompt import ModelMessage, platform_notice
from services.agent.tools import definitions as tool
from services.agent.tools.execution import Seen, ToolResult
from services.agent.turns.context import Context, fenced
from services.agent.turns.journal import PendingMessage, Step

_USAGE_FIELDS = ("input_tokens", "output_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
_RECEIPT_TOOLS = (tool.CREATE_ORDER, tool.UPDATE_ORDER, tool.CANCEL_ORDER)
_UNFINISHED = {"reason": "UNAVAILABLE", "message": "the service did not answer; nobody knows whether this was done"}


@dataclass
class Progress:
    """One turn under way. `messages` are its own; the request puts the history before them."""

    context: Context
    seen: Seen
    arrivals: int
    taken: list[uuid.UUID] = field(default_factory=list)
    messages: list[ModelMessage] = field(default_factory=list)
    journalled: int = 0  # messages that are in the journal
    sequence: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=lambda: dict.fromkeys((*_USAGE_FIELDS, "cost_micro_usd"), 0))
    extended: bool = False
    history: list[ModelMessage] = field(default_factory=list)
    rounds: int = 0

    @classmethod
    def begin(cls, context: Context) -> "Progress":
        """A fresh turn: the newest user message holds what the customer wrote, then the context."""
        progress = cls(
            context=context,
            seen=Seen(context.view.catalog.version, dict(context.etags)),
            arrivals=context.conversation.arrivals,
            taken=[message.message_id for message in context.pending],
            history=context.history,
        )
        progress.messages.append({"role": "user", "content": [*fenced(context.pending), context.block()]})
        return progress

    @classmethod
    def resume(cls, context: Context, model: str) -> "Progress":
        """A turn that an earlier attempt journalled: the same requests, the same responses, the same tool ids.

        The tools of the last response are still to be run, or run again.
        """
        progress = cls(context=context, seen=Seen(0, {}), arrivals=0, history=context.history)
        uses: dict[str, tuple[int, dict[str, Any]]] = {}
        for step in context.steps:
            progress._replay_results(step.input, uses)
            progress.messages += [*step.input, {"role": "assistant", "content": step.response["content"]}]
            progress._count(Usage(**step.response["usage"]), model)
            uses |= {b["id"]: (step.sequence, b) for b in step.response["content"] if b["type"] == "tool_use"}
        last = context.steps[-1]
        progress.seen = Seen.from_json(last.seen)
        progress.arrivals = last.seen["arrivals"]
        progress.taken = [uuid.UUID(message_id) for message_id in last.seen["message_ids"]]
        progress.extended = last.seen["extended"]
        progress.sequence = progress.rounds = last.sequence
        progress.journalled = len(progress.messages)
        return progress

    def _replay_results(self, messages: list[ModelMessage], uses: dict[str, tuple[int, dict[str, Any]]]) -> None:
        for message in messages:
            for block in message["content"]:
                if block["type"] == "tool_result":
                    step, use = uses[block["tool_use_id"]]
                    facts = json.loads(block["content"])
                    result = ToolResult(use["id"], use["name"], use["input"], facts, bool(block.get("is_error")))
                    self._keep_results(step, [result])

    def step(self, response: Response) -> Step:
        """The journal entry of a response: all that was added to the request since the step before."""
        seen = self.seen.to_json() | {
            "arrivals": self.arrivals,
            "message_ids": [str(message_id) for message_id in self.taken],
            "extended": self.extended,
        }
        return Step(
            sequence=self.sequence + 1,
            input=self.messages[self.journalled :],
            response={
                "content": response.content,
                "stop_reason": response.stop_reason,
                "usage": _usage(response.usage),
            },
            seen=seen,
            latency_ms=response.latency_ms,
        )

    def note_step(self, response: Response) -> None:
        """The response is journalled: it stands."""
        self.sequence += 1
        self.messages.append({"role": "assistant", "content": response.content})
        self.journalled = len(self.messages)

    def note_response(self, response: Response, model: str) -> None:
        """Count what a response cost, journalled or not."""
        self.rounds += 1
        self.incidents += response.incidents
        self._count(response.usage, model)

    def _count(self, usage: Usage, model: str) -> None:
        for name, tokens in _usage(usage).items():
            self.usage[name] += tokens
        self.usage["cost_micro_usd"] += usage.cost_micro_usd(model)

    def note_results(self, step: int, results: list[ToolResult]) -> None:
        """Tool results become the next user message and the latest knowledge."""
        self._keep_results(step, results)
        etags = {number: tag for result in results for number, tag in result.etags.items()}
        self.seen = Seen(self.seen.catalog_version, self.seen.etags | etags)
        self.add_blocks([result.block() for result in results])

    def note_unfinished(self, step: int, uses: list[dict[str, Any]], finished: list[ToolResult]) -> None:
        """The calls of a response of which only some went through, for a turn that may have to end with that."""
        known = {result.tool_use_id for result in finished}
        lost = [
            ToolResult(use["id"], use["name"], use["input"], {"error": _UNFINISHED}, is_error=True)
            for use in uses
            if use["id"] not in known
        ]
        self.note_results(step, [*finished, *lost])

    def _keep_results(self, step: int, results: list[ToolResult]) -> None:
        self.results += results
        self.calls += [
            {
                "tool_use_id": result.tool_use_id,
                "step": step,
                "name": result.name,
                "input": dict(result.input),
                "result": result.facts,
                "is_error": result.is_error,
            }
            for result in results
        ]

    def add_blocks(self, blocks: list[dict[str, Any]]) -> None:
        """Add to the newest user message, or begin one."""
        last = self.messages[-1] if self.messages else None
        if last is not None and last["role"] == "user" and len(self.messages) > self.journalled:
            self.messages[-1] = {"role": "user", "content": [*last["content"], *blocks]}
        else:
            self.messages.append({"role": "user", "content": blocks})

    def extend(self, arrivals: int, late: list[PendingMessage]) -> None:
        """Take messages along that came while the turn ran; once."""
        self.arrivals = arrivals
        self.taken += [message.message_id for message in late]
        self.extended = True
        self.add_blocks(fenced(late))

    def reject(self, draft: str, reasons: list[str]) -> None:
        """A draft that is not true goes back with the reasons."""
        told = "\n".join(f"- {reason}" for reason in reasons)
        notice = (
            "Your reply was not sent, because it says things that are not so:\n"
            f"{told}\nIf an action is still to be done, call the tool for it now. Otherwise write the reply again and "
            "say only what tool results, the orders and the catalog show."
        )
        self.messages.append({"role": "assistant", "content": [{"type": "text", "text": draft}]})
        self.messages.append({"role": "user", "content": [platform_notice(notice)]})

    def notice(self, text: str) -> None:
        self.add_blocks([platform_notice(text)])

    def receipt_orders(self) -> list[Facts]:
        """The last state of each order that a tool of this turn wrote, in the order of writing."""
        written: dict[int, Facts] = {}
        for result in self.results:
            if result.name in _RECEIPT_TOOLS and not result.is_error:
                order = result.facts["order"]
                written.pop(order["number"], None)
                written[order["number"]] = order
        return list(written.values())

    def human_request(self) -> str | None:
        """Why the model asked for a person; None when it did not."""
        for result in self.results:
            if result.name == tool.REQUEST_HUMAN and not result.is_error:
                return str(result.facts["reason"])
        return None

    def tokens(self) -> int:
        return sum(self.usage[name] for name in _USAGE_FIELDS)


def _usage(usage: Usage) -> dict[str, int]:
    return {name: getattr(usage, name) for name in _USAGE_FIELDS}
