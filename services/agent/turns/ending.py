"""How a turn ends: its commit, or a holding message, an apology and an attention record when there is no answer."""

import uuid
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from sales.agent.v1 import events_pb2

from services.agent import receipts
from services.agent.attention import HUMAN_REQUESTED, TURN_FAILED, raise_attention
from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.deliveries.parts import UNSENT_CHANNELS
from services.agent.deliveries.split import reply_parts
from services.agent.intervals import PROFILE_EVERY, SUMMARY_EVERY, crosses
from services.agent.prompt import window_start
from services.agent.texts import APOLOGY, HOLDING, in_language, language_of
from services.agent.turns import commit, journal
from services.agent.turns.claims import Claim, LeaseLostError, still_held
from services.agent.turns.context import fenced
from services.agent.turns.due import DueSignal
from services.agent.turns.journal import Conversation, PendingMessage
from services.agent.turns.outcome import Outcome
from services.agent.turns.progress import Progress
from services.agent.turns.turn import Reply, Turn
from services.agent.turns.window import history_of
from services.agent.usage import no_usage
from services.agent.watchers import REPLY, Watchers
from services.common.db import Database, Transaction
from services.common.faults import fault_point
from services.common.outbox import Event, Outbox, new_event

log = structlog.get_logger()

TURN_COMPLETED = "sales.agent.v1.turn_completed"


class Ending:
    """Writes how turns end, and tells those who wait for deliveries."""

    def __init__(
        self,
        database: Database,
        outbox: Outbox,
        outlet: DeliveryOutlet,
        watchers: Watchers,
        due: DueSignal,
        silence: timedelta,
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._outlet = outlet
        self._watchers = watchers
        self._due = due
        self._silence = silence
        self._kept_prompts: set[tuple[str, str]] = set()

    async def complete(self, turn: Turn, reply: Reply) -> bool:
        """Commit a turn with its reply. False when a message came that the turn must still take along.

        Raises LeaseLostError when another worker has the conversation.
        """
        outcome = self._outcome(turn, reply)
        human = turn.progress.human_request()
        fault_point("agent.before_commit")
        async with self._database.transaction(turn.claim.tenant_id) as tx:
            await self._keep_prompt(tx, turn)
            written = await self._commit(tx, turn.claim, turn.context.conversation, outcome)
            if written and human is not None:
                cause = f"human:{turn.claim.turn_id}"
                await raise_attention(tx, self._outbox, turn.claim.conversation_id, HUMAN_REQUESTED, human, cause)
        fault_point("agent.after_commit")
        if written:
            return True
        if not await still_held(self._database, turn.claim):
            raise LeaseLostError(str(turn.claim.conversation_id))
        return False

    async def give_up(self, claim: Claim, turn: Turn | None, error: str) -> None:
        """Apologise, with receipts of what was written all the same, and call a person."""
        async with self._database.transaction(claim.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            progress = turn.progress if turn is not None else await _journalled(tx, claim)
            if progress is not None:
                progress.settle()
                if in_doubt := progress.writes_in_doubt():
                    error = f"{error}; nobody knows whether this was done: {', '.join(in_doubt)}"
            if turn is not None:
                outcome = self._failed_turn(turn, error)
            else:
                outcome = _failed_early(conversation, pending, progress, error)
            written = await self._commit(tx, claim, conversation, outcome)
            if written:
                cause = f"turn:{claim.turn_id}"
                await raise_attention(tx, self._outbox, claim.conversation_id, TURN_FAILED, error, cause)
        if not written:
            raise LeaseLostError(str(claim.conversation_id))
        log.error("turn_given_up", error=error, attempts=claim.attempts)

    async def answer_fixed(self, claim: Claim, text: Any, reason: str, detail: str, cause: str) -> None:
        """Answer what waits with a fixed text, without the model, and call a person once for this cause."""
        async with self._database.transaction(claim.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            outcome = _fixed(conversation, pending, text, state="completed", error=detail)
            if await self._commit(tx, claim, conversation, outcome):
                await raise_attention(tx, self._outbox, claim.conversation_id, reason, detail, cause)

    async def hold(self, claim: Claim) -> None:
        """Tell the customer once that the answer takes longer."""
        delivery_id = uuid.uuid4()
        async with self._database.transaction(claim.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            content = in_language(HOLDING, _language(conversation, pending))
            queued = conversation.channel not in UNSENT_CHANNELS
            if await commit.hold(tx, claim, conversation, content, delivery_id, queued=queued):
                tx.after_commit(lambda: self._outlet.announce({delivery_id: content}))
                tx.after_commit(lambda: self._watchers.touched(claim.tenant_id, claim.conversation_id, REPLY))

    async def _commit(self, tx: Transaction, claim: Claim, conversation: Conversation, outcome: Outcome) -> bool:
        queued = conversation.channel not in UNSENT_CHANNELS
        delivery_ids = [uuid.uuid4() for _ in outcome.replies]
        event = _turn_completed(claim, conversation, outcome)
        written = await commit.commit(
            tx, claim, conversation, outcome, delivery_ids, event, queued=queued, silence=self._silence
        )
        if written is None:
            return False
        tx.after_commit(lambda: self._watchers.touched(claim.tenant_id, claim.conversation_id, REPLY))
        if event is not None:
            tx.after_commit(partial(self._outbox.publish, event))
        if queued:
            texts = dict(zip(delivery_ids, outcome.replies, strict=True))
            tx.after_commit(lambda: self._outlet.announce(texts))
        if written.due_again:
            tx.after_commit(lambda: self._due.after(self._silence.total_seconds()))
        return True

    async def _keep_prompt(self, tx: Transaction, turn: Turn) -> None:
        prompt = turn.context.view.prompt
        key = (turn.claim.tenant_id, prompt.hash)
        if key not in self._kept_prompts:
            await journal.keep_prompt(tx, prompt.hash, prompt.text)
            tx.after_commit(lambda: self._kept_prompts.add(key))

    def _outcome(self, turn: Turn, reply: Reply) -> Outcome:
        progress = turn.progress
        language = turn.language(reply.text)
        parts = _parts(reply.text, progress, language, turn.context.conversation.channel)
        return Outcome(
            state="completed",
            model=turn.model_name,
            window_start=turn.context.window_start,
            has_summary=bool(turn.context.conversation.summary),
            system_prompt_hash=turn.context.view.prompt.hash,
            transcript=turn.transcript(reply),
            tool_calls=progress.calls,
            verdicts=progress.verdicts,
            incidents=progress.incidents,
            replies=parts,
            usage=progress.usage,
            error="",
            customer_id=turn.context.customer_id,
            message_ids=progress.taken,
            reply="\n\n".join(parts),
            reply_role="agent",
            last_step=progress.step(reply.final) if reply.final else None,
            arrivals=progress.arrivals,
            may_extend=not progress.extended,
        )

    def _failed_turn(self, turn: Turn, error: str) -> Outcome:
        apology = Reply(in_language(APOLOGY, turn.language("")), None)
        outcome = self._outcome(turn, apology)
        return replace(outcome, state="failed", error=error, reply_role="system", may_extend=False)


async def _journalled(tx: Transaction, claim: Claim) -> Progress | None:
    """How far earlier attempts came, for an attempt that could not even read its context."""
    steps = await journal.load_steps(tx, claim.turn_id)
    return Progress.resume(steps, history=[]) if steps else None


def _parts(text: str, progress: Progress, language: str, channel: str) -> list[str]:
    """A reply with the receipts of what its turn wrote, as the channel takes it."""
    rendered = [receipts.render(order, language) for order in progress.receipt_orders()]
    return reply_parts(text, rendered, channel)


def _failed_early(
    conversation: Conversation, pending: list[PendingMessage], progress: Progress | None, error: str
) -> Outcome:
    """The outcome of a turn whose last attempt has no context; progress: what the journal tells of earlier ones."""
    outcome = _fixed(conversation, pending, APOLOGY, state="failed", error=error)
    if progress is None:
        return outcome
    if late := [message for message in pending if message.message_id not in progress.taken]:
        progress.add_blocks(fenced(late))
    parts = _parts(outcome.reply, progress, _language(conversation, pending), conversation.channel)
    return replace(
        outcome,
        model=progress.model,
        transcript=[*history_of(progress.messages), outcome.transcript[-1]],
        tool_calls=progress.calls,
        verdicts=progress.verdicts,
        usage=progress.usage,
        replies=parts,
        reply="\n\n".join(parts),
    )


def _fixed(conversation: Conversation, pending: list[PendingMessage], text: Any, *, state: str, error: str) -> Outcome:
    """An outcome without the model: a fixed text answers what waits."""
    said = in_language(text, _language(conversation, pending))
    blocks = fenced(pending)
    transcript = [
        *(history_of([{"role": "user", "content": blocks}]) if blocks else []),
        {"role": "assistant", "content": [{"type": "text", "text": said}]},
    ]
    return Outcome(
        state=state,
        model="",
        window_start=window_start(conversation.message_count),
        has_summary=False,
        system_prompt_hash="",
        transcript=transcript,
        tool_calls=[],
        verdicts=[],
        incidents=[],
        replies=[said],
        usage=no_usage(),
        error=error,
        customer_id=conversation.customer_id,
        message_ids=[message.message_id for message in pending],
        reply=said,
        reply_role="system",
        last_step=None,
        arrivals=conversation.arrivals,
        may_extend=False,
    )


def _language(conversation: Conversation, pending: list[PendingMessage]) -> str:
    return language_of("\n".join(message.content for message in pending)) or conversation.language_hint or "en"


def _turn_completed(claim: Claim, conversation: Conversation, outcome: Outcome) -> Event | None:
    """The event by which the background jobs run, for a turn that makes one due."""
    before, after = conversation.message_count, conversation.message_count + len(outcome.message_ids) + 1
    if not any(crosses(every, before, after) for every in (PROFILE_EVERY, SUMMARY_EVERY)):
        return None
    event = events_pb2.TurnCompleted(
        conversation_id=str(claim.conversation_id),
        turn_id=str(claim.turn_id),
        customer_id=outcome.customer_id,
        message_count_before=before,
        message_count=after,
    )
    event.event_time.GetCurrentTime()
    return new_event(claim.tenant_id, TURN_COMPLETED, event)
