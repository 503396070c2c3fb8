"""How far a turn has come: its messages so far, what tools did, and what they cost. Rules only, no I/O."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.agent.facts import Facts
from services.agent.model import Response
from services.agent.prompt import ModelMessage, platform_notice
from services.agent.tools import definitions as tool
from services.agent.tools.calls import Seen, ToolResult
from services.agent.turns.context import Context, fenced
from services.agent.turns.journal import PendingMessage, Step
from services.agent.usage import TOKENS, Usage, no_usage

_RECEIPT_TOOLS = (tool.CREATE_ORDER, tool.UPDATE_ORDER, tool.CANCEL_ORDER)
_UNFINISHED = {"reason": "UNAVAILABLE", "message": "the service did not answer; nobody knows whether this was done"}


@dataclass
class Progress:
    """One turn under way. `messages` are its own; the request puts the history before them."""

    seen: Seen
    arrivals: int
    model: str = ""
    taken: list[uuid.UUID] = field(default_factory=list)
    said: datetime | None = None  # when the newest of them was
    messages: list[ModelMessage] = field(default_factory=list)
    journalled: int = 0  # messages that are in the journal
    sequence: int = 0
    calls: list[dict[str, Any]] = field(default_factory=list)
    results: list[ToolResult] = field(default_factory=list)
    verdicts: list[dict[str, Any]] = field(default_factory=list)
    incidents: list[str] = field(default_factory=list)
    usage: dict[str, int] = field(default_factory=no_usage)
    extended: bool = False
    history: list[ModelMessage] = field(default_factory=list)
    rounds: int = 0
    recalled: list[ToolResult] = field(default_factory=list)  # of the last step, as an earlier attempt saw them

    @classmethod
    def begin(cls, context: Context, model: str) -> "Progress":
        """A fresh turn: the newest user message holds what the customer wrote, then the context."""
        progress = cls(
            seen=Seen(context.view.catalog.version, dict(context.etags)),
            arrivals=context.conversation.arrivals,
            model=model,
            history=context.history,
        )
        progress._take(context.pending)
        progress.messages.append({"role": "user", "content": [*fenced(context.pending), context.block()]})
        return progress

    @classmethod
    def resume(cls, steps: Sequence[Step], history: list[ModelMessage], model: str = "") -> "Progress":
        """A turn that an earlier attempt journalled: the same requests, the same responses, the same tool ids.

        The tools of the last response are still to be run, or run again, but for `known_writes`.
        model: that goes on; by default the last one.
        """
        last = steps[-1]
        progress = cls(Seen.from_json(last.seen), last.seen["arrivals"], model or last.seen.get("model", ""))
        progress.history = history
        uses: dict[str, tuple[int, dict[str, Any]]] = {}
        for step in steps:
            progress._replay(step, uses)
        progress.taken = [uuid.UUID(message_id) for message_id in last.seen["message_ids"]]
        progress.said = datetime.fromisoformat(last.seen["said"]) if last.seen.get("said") else None
        progress.extended = last.seen["extended"]
        progress.sequence = progress.rounds = last.sequence
        progress.journalled = len(progress.messages)
        progress.recalled = [
            ToolResult.from_block(uses[block["tool_use_id"]][1], block) for block in last.results or ()
        ]
        if rejected := last.seen.get("rejected"):
            progress.add_blocks([_rejection(rejected["reasons"])])
        return progress

    def _replay(self, step: Step, uses: dict[str, tuple[int, dict[str, Any]]]) -> None:
        """One journalled step after those before it. uses: their tool calls by id, with the step of each."""
        for block in (block for message in step.input for block in message["content"]):
            if block["type"] == "tool_result":
                sequence, use = uses[block["tool_use_id"]]
                self._keep_results(sequence, [ToolResult.from_block(use, block)])
        content = step.response["content"]
        self.messages += [*step.input, {"role": "assistant", "content": content}]
        self._count(Usage(**step.response["usage"]), step.seen.get("model", self.model))
        uses |= {block["id"]: (step.sequence, block) for block in content if block["type"] == "tool_use"}
        if rejected := step.seen.get("rejected"):
            self.verdicts.append(rejected["verdict"])

    def step(self, response: Response, rejected: dict[str, Any] | None = None) -> Step:
        """The journal entry of a response: all that was added to the request since the step before.

        rejected: verdict and reasons when it is a candidate that failed the truth check.
        """
        seen = self.seen.to_json() | {
            "arrivals": self.arrivals,
            "message_ids": [str(message_id) for message_id in self.taken],
            "said": self.said.isoformat() if self.said else "",
            "extended": self.extended,
            "model": self.model,
        }
        if rejected:
            seen["rejected"] = rejected
        return Step(
            sequence=self.sequence + 1,
            input=self.messages[self.journalled :],
            response={
                "content": response.content,
                "stop_reason": response.stop_reason,
                "usage": response.usage.tokens(),
            },
            seen=seen,
            latency_ms=response.latency_ms,
        )

    def note_step(self, response: Response) -> None:
        """The response is journalled: it stands."""
        self.sequence += 1
        self.recalled = []
        self.messages.append({"role": "assistant", "content": response.content})
        self.journalled = len(self.messages)

    def note_response(self, response: Response) -> None:
        """Count what a response cost, journalled or not."""
        self.rounds += 1
        self.incidents += response.incidents
        self._count(response.usage, self.model)

    def _count(self, usage: Usage, model: str) -> None:
        for name, count in usage.columns(model).items():
            self.usage[name] += count

    def note_results(self, step: int, results: list[ToolResult]) -> None:
        """Tool results become the next user message and the latest knowledge."""
        self._keep_results(step, results)
        etags = {number: tag for result in results for number, tag in result.etags.items()}
        self.seen = Seen(self.seen.catalog_version, self.seen.etags | etags)
        self.add_blocks([result.block() for result in results])

    def note_unfinished(self, step: int, uses: list[dict[str, Any]], finished: list[ToolResult]) -> list[ToolResult]:
        """The calls of a response of which only some went through, for a turn that may have to end with that.

        Gives those whose end is known: it was seen now, or by an earlier attempt.
        """
        known = {result.tool_use_id: result for result in (*self.recalled, *finished)}
        results = [
            known.get(use["id"])
            or ToolResult(use["id"], use["name"], use["input"], {"error": _UNFINISHED}, is_error=True)
            for use in uses
        ]
        self.note_results(step, results)
        return [result for result in results if result.tool_use_id in known]

    def known_writes(self) -> dict[str, ToolResult]:
        """Of the last step's calls, writes that an earlier attempt saw end: nobody may know their keys any more."""
        return {result.tool_use_id: result for result in self.recalled if result.name in tool.WRITES}

    def settle(self) -> None:
        """Let open calls end, as an earlier attempt saw them end or else as unknown: no tool runs any more."""
        last = self.messages[-1]
        uses = [block for block in last["content"] if block["type"] == "tool_use"]
        if uses:
            self.note_unfinished(self.sequence, uses, [])

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
        self._take(late)
        self.extended = True
        self.add_blocks(fenced(late))

    def _take(self, messages: Sequence[PendingMessage]) -> None:
        self.taken += [message.message_id for message in messages]
        self.said = messages[-1].write_time if messages else self.said

    def reject(self, reasons: list[str]) -> None:
        """The candidate that is the last step goes back with the reasons why it is not true."""
        self.add_blocks([_rejection(reasons)])

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

    def writes_in_doubt(self) -> list[str]:
        """Names of the calls of which nobody knows whether they were carried out."""
        return [
            result.name
            for result in self.results
            if result.name in tool.WRITES and result.facts.get("error") == _UNFINISHED
        ]

    def human_request(self) -> str | None:
        """Why the model asked for a person; None when it did not."""
        for result in self.results:
            if result.name == tool.REQUEST_HUMAN and not result.is_error:
                return str(result.facts["reason"])
        return None

    def tokens(self) -> int:
        return sum(self.usage[name] for name in TOKENS)


def _rejection(reasons: list[str]) -> dict[str, Any]:
    told = "\n".join(f"- {reason}" for reason in reasons)
    return platform_notice(
        "Your reply was not sent, because it says things that are not so:\n"
        f"{told}\nIf an action is still to be done, call the tool for it now. Otherwise write the reply again and "
        "say only what tool results, the orders and the catalog show."
    )
