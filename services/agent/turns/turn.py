"""One turn: ask the model, journal, run tools, check the truth, until there is a reply to commit."""

from dataclasses import dataclass, replace
from typing import Any

import structlog

from services.agent.model import Model, Response
from services.agent.prompt import with_cache_breakpoint
from services.agent.settings import Settings
from services.agent.texts import FALLBACK, FALLBACK_WITH_RECEIPT, in_language, language_of
from services.agent.tools.calls import Session, ToolResult, ToolUnavailableError
from services.agent.tools.definitions import TOOLS
from services.agent.tools.execution import Tools
from services.agent.truth import Verdict, check_reply
from services.agent.turns import journal
from services.agent.turns.claims import Claim
from services.agent.turns.context import Context, ContextReader
from services.agent.turns.evidence import evidence_for
from services.agent.turns.progress import Progress
from services.agent.turns.window import history_of
from services.common.db import Database
from services.common.faults import fault_point

log = structlog.get_logger()

_CUT_NOTICE = (
    "Your answer was cut off because it was too long. Answer again, shorter; ask for at most two tools at once."
)
_EMPTY_NOTICE = "Your answer held no text. Write the customer a short answer."


@dataclass(frozen=True)
class Reply:
    """The text to send; `final` is the response it came from, None when code wrote it."""

    text: str
    final: Response | None


class Turn:
    """Runs one claimed turn up to its reply; the commit is the caller's."""

    def __init__(
        self,
        claim: Claim,
        context: Context,
        *,
        settings: Settings,
        model: Model,
        tools: Tools,
        database: Database,
        reader: ContextReader,
    ) -> None:
        self.claim = claim
        self.context = context
        self._settings = settings
        self._model = model
        self._tools = tools
        self._database = database
        self._reader = reader
        self.model_name = context.view.tenant.settings.model or settings.default_model
        self.progress = (
            Progress.resume(context.steps, context.history, self.model_name)
            if context.steps
            else Progress.begin(context, self.model_name)
        )
        # The last journalled response of an earlier attempt: tools of which nobody knows whether they ran do so again.
        self._unfinished: list[dict[str, Any]] = context.steps[-1].response["content"] if context.steps else []

    async def run(self) -> Reply:
        """The reply to what has been said so far; call again after `extend` took late messages along."""
        unfinished, self._unfinished = self._unfinished, []
        await self._run_tools(unfinished)
        while not self._exhausted():
            response = await self._ask()
            reply = await self._act_on(response)
            if reply is not None:
                return reply
        log.warning("turn_exhausted", rounds=self.progress.rounds, tokens=self.progress.tokens())
        return self._fallback("caps of rounds or tokens reached")

    async def extend(self) -> None:
        """Take along the messages that came while the turn ran."""
        arrivals, late = await self._reader.late_messages(self.claim, set(self.progress.taken))
        self.progress.extend(arrivals, late)

    def transcript(self, reply: Reply) -> list[dict[str, Any]]:
        """The turn as later turns see it."""
        said = {"role": "assistant", "content": [{"type": "text", "text": reply.text}]}
        return [*history_of(self.progress.messages), said]

    def _exhausted(self) -> bool:
        return (
            self.progress.rounds >= self._settings.max_model_rounds
            or self.progress.tokens() >= self._settings.max_turn_tokens
        )

    def _request(self) -> dict[str, Any]:
        return {
            "model": self.model_name,
            "max_tokens": self._settings.max_output_tokens,
            "system": list(self.context.view.prompt.blocks),
            "tools": list(TOOLS),
            "messages": [*with_cache_breakpoint(self.progress.history), *self.progress.messages],
        }

    async def _ask(self) -> Response:
        fault_point("agent.before_model")
        response = await self._model.ask(self._request())
        fault_point("agent.after_model")
        self.progress.note_response(response)
        return response

    async def _act_on(self, response: Response) -> Reply | None:
        """What each `stop_reason` means: a reply, or None when the model is to be asked again."""
        reply: Reply | None = None
        match response.stop_reason:
            case "tool_use":
                await self._journal(response)
                await self._run_tools(response.content)
            case "pause_turn":
                await self._journal(response)
            case "max_tokens":
                # Whatever tools the cut response names do not run: their input may be incomplete.
                self.progress.notice(_CUT_NOTICE)
            case "refusal":
                reply = self._fallback("the model refused")
            case "model_context_window_exceeded":
                reply = self._shorten()
            case _:
                reply = await self._checked(response)
        return reply

    def _shorten(self) -> Reply | None:
        """Ask again with the younger half of the history; give up when there is none left to drop."""
        if not self.progress.history:
            return self._fallback("the request is too long")
        self.progress.history = _younger_half(self.progress.history)
        return None

    async def _journal(self, response: Response, rejected: dict[str, Any] | None = None) -> None:
        fault_point("agent.before_journal")
        step = self.progress.step(response, rejected)
        async with self._database.transaction(self.claim.tenant_id) as tx:
            await journal.append_step(tx, self.claim, self.context.conversation.message_count, step)
        fault_point("agent.after_journal")
        self.progress.note_step(response)

    async def _run_tools(self, content: list[dict[str, Any]]) -> None:
        uses = [block for block in content if block["type"] == "tool_use"]
        if not uses:
            return
        step = self.progress.sequence
        try:
            results = await self._tools.run(
                self._session(), step, uses, self.progress.seen, self.progress.known_writes()
            )
        except ToolUnavailableError as error:
            if known := self.progress.note_unfinished(step, uses, error.finished):
                await self._keep_results(step, known)
            raise
        self.progress.note_results(step, results)
        # Messages that came while tools ran go along with the results; a turn is extended once.
        conversation, pending = await self._keep_results(step, results)
        late = [message for message in pending if message.message_id not in self.progress.taken]
        if late and not self.progress.extended:
            self.progress.extend(conversation.arrivals, late)

    async def _keep_results(
        self, step: int, results: list[ToolResult]
    ) -> tuple[journal.Conversation, list[journal.PendingMessage]]:
        """Keep what tools brought: if no later attempt gets so far, an apology can still tell what was written."""
        blocks = [result.kept() for result in results]
        async with self._database.transaction(self.claim.tenant_id) as tx:
            return await journal.keep_results(tx, self.claim, step, blocks)

    def _session(self) -> Session:
        """For whom tools act. The newest message is the one that the journalled step knew: replays are the same."""
        return Session(
            tenant_id=self.claim.tenant_id,
            conversation_id=self.claim.conversation_id,
            turn_id=self.claim.turn_id,
            customer_id=self.context.customer_id,
            message_id=str(self.progress.taken[-1]) if self.progress.taken else "",
            said=self.progress.said,
            time_zone=self.context.view.tenant.settings.time_zone,
        )

    async def _checked(self, response: Response) -> Reply | None:
        """The truth check: a reply that claims what is not so goes back once, then an honest text replaces it."""
        if not response.text:
            if self.progress.incidents[-1:] == ["empty answer"]:
                return self._fallback("the model gave no text")
            self.progress.incidents.append("empty answer")
            self.progress.notice(_EMPTY_NOTICE)
            return None
        verdict = self._check(response.text)
        told = {
            "reply": response.text,
            "passed": verdict.ok,
            "violations": [f"{v.kind}: {v.text} ({v.reason})" for v in verdict.violations],
        }
        self.progress.verdicts.append(told)
        if verdict.ok:
            return Reply(response.text, response)
        kinds = [violation.kind for violation in verdict.violations]
        log.warning("untrue_reply_caught", kinds=kinds, again=not self._rejected_before())
        if self._rejected_before():
            return self._fallback("the reply was untrue twice")
        reasons = [f"{v.text}: {v.reason}" for v in verdict.violations]
        # Journalled, so that a worker that takes over knows of it: what else such a response asks for is not done.
        draft = replace(response, content=[{"type": "text", "text": response.text}])
        await self._journal(draft, {"verdict": told, "reasons": reasons})
        self.progress.reject(reasons)
        return None

    def _rejected_before(self) -> bool:
        return sum(not verdict["passed"] for verdict in self.progress.verdicts) > 1

    def _check(self, text: str) -> Verdict:
        evidence = evidence_for(
            self.context.view,
            self.context.local_now.date(),
            self.context.orders,
            self.progress.history,
            self.progress.messages,
        )
        return check_reply(text, evidence)

    def _fallback(self, why: str) -> Reply:
        """An honest text by code; the receipts of what was really written go with it."""
        self.progress.incidents.append(f"fallback: {why}")
        text = FALLBACK_WITH_RECEIPT if self.progress.receipt_orders() else FALLBACK
        return Reply(in_language(text, self.language("")), None)

    def language(self, reply: str) -> str:
        """The language to render texts in: of reply, messages, profile, channel or tenant, the first that tells one."""
        said = "\n".join(message.content for message in self.context.pending)
        return (
            language_of(reply)
            or language_of(said)
            or self.context.profile.get("language")
            or self.context.conversation.language_hint
            or next(iter(self.context.view.tenant.settings.languages), "en")
        )


def _younger_half(history: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The later half of the history, beginning with a customer's message so that no tool call loses its result."""
    for index in range(len(history) // 2, len(history)):
        message = history[index]
        if message["role"] == "user" and not any(block["type"] == "tool_result" for block in message["content"]):
            return history[index:]
    return []
