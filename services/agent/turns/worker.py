"""The turn worker: claims due conversations, runs their turns, keeps their leases, puts off what fails."""

import asyncio
import contextlib
import uuid
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any

import grpc
import structlog

from services.agent.attention import MESSAGE_LIMIT
from services.agent.limits import HourlyLimit
from services.agent.model import Model, ModelRefusedError, ModelUnavailableError
from services.agent.settings import Settings
from services.agent.texts import TENANT_BUSY, TOO_MANY
from services.agent.tools.calls import ToolUnavailableError
from services.agent.tools.execution import Tools
from services.agent.turns import claims
from services.agent.turns.activity import Activity
from services.agent.turns.claims import Claim, LeaseLostError
from services.agent.turns.context import Context, ContextReader
from services.agent.turns.due import DueSignal
from services.agent.turns.ending import Ending
from services.agent.turns.turn import Reply, Turn
from services.common import telemetry
from services.common.clock import Clock
from services.common.db import Database, Unavailable, one_pass
from services.common.plumbing import KEYS_KEPT
from services.common.process import end

log = structlog.get_logger()

CLAIM_BATCH = 16
# One pass of a loop that takes longer has enough to do: another turn would only make accepting messages wait.
_LONGEST_PASS_SECONDS = 0.008
_BREATH_SECONDS = 0.01
_AWAY_SECONDS = 1.0
# The other services know a repeated call as long as they keep its key, and an attempt takes a while.
_OLDEST_TURN = KEYS_KEPT - timedelta(hours=1)

_TRANSIENT = (ModelUnavailableError, ToolUnavailableError, grpc.aio.AioRpcError, TimeoutError, *Unavailable)


class TurnWorker:
    """All turns of this process."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        reader: ContextReader,
        model: Model,
        tools: Tools,
        ending: Ending,
        activity: Activity,
        due: DueSignal,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._database = database
        self._reader = reader
        self._model = model
        self._tools = tools
        self._ending = ending
        self._activity = activity
        self._due = due
        self._clock = clock
        self._lease = timedelta(seconds=settings.turn_lease_seconds)
        self._running: dict[uuid.UUID, tuple[Claim, asyncio.Task[None]]] = {}
        self._stopping = False
        self._claiming = asyncio.Lock()
        # Reading and committing use the CPU and the database; waiting for the model does not count. Without this
        # bound, accepting messages would queue behind turns.
        self._active = asyncio.Semaphore(settings.max_active_turns)
        self._tenant_limit = HourlyLimit(settings.max_messages_per_tenant_hour)

    @property
    def saturated(self) -> bool:
        """Whether no further turn can begin here now."""
        return len(self._running) >= self._settings.max_turns

    async def run(self) -> None:
        """Claim and answer until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._renew_leases())
            while True:
                await self._room()
                async with self._claiming:
                    claimed = await self._claim()
                    for claim in claimed:
                        task = tasks.create_task(self.answer(claim))
                        self._running[claim.conversation_id] = (claim, task)
                if len(claimed) < CLAIM_BATCH:
                    await self._due.wait(self._settings.turn_poll_seconds)

    def stop_turn(self, conversation_id: uuid.UUID) -> None:
        """Staff have taken the conversation: its turn, if it runs here, has lost its lease and need not go on."""
        if running := self._running.get(conversation_id):
            running[1].cancel()

    async def stop(self, grace_seconds: float) -> None:
        """Claim nothing more, let turns end, and hand back at once those that do not."""
        self._stopping = True
        async with self._claiming:
            pass  # what was just being claimed has begun
        running = [task for _claim, task in self._running.values()]
        if running:
            await asyncio.wait(running, timeout=grace_seconds)
        unfinished = list(self._running.values())
        await end({task for _claim, task in unfinished})
        for claim, _task in unfinished:
            with one_pass("hand_back_failed", turn=str(claim.turn_id)):  # its lease runs out
                await claims.put_off(self._database, claim, timedelta(), counted=False)
        log.info("turns_stopped", ended=len(running) - len(unfinished), handed_back=len(unfinished))

    async def _room(self) -> None:
        """Wait until this process is not so busy with running turns that it answers others late."""
        loop = asyncio.get_running_loop()
        while self._running:
            before = loop.time()
            await asyncio.sleep(0)
            if loop.time() - before < _LONGEST_PASS_SECONDS:
                return
            await asyncio.sleep(_BREATH_SECONDS)

    async def _claim(self) -> list[Claim]:
        free = self._settings.max_turns - len(self._running)
        if self._stopping or free <= 0:
            return []
        with one_pass("claim_failed"):
            return await claims.claim(self._database, min(CLAIM_BATCH, free), self._lease)
        return []

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self._settings.turn_lease_seconds / 3)
            held = [claim for claim, _task in self._running.values()]
            if not held:
                continue
            with one_pass("renewal_failed"):
                kept = await claims.renew(self._database, held, self._lease)
                for claim in held:
                    current = self._running.get(claim.conversation_id)
                    if claim.conversation_id not in kept and current is not None and current[0] is claim:
                        current[1].cancel()

    async def answer(self, claim: Claim) -> None:
        """One attempt at the turn of a claimed conversation, to whatever end."""
        with (
            structlog.contextvars.bound_contextvars(
                tenant=claim.tenant_id, conversation=str(claim.conversation_id), turn=str(claim.turn_id)
            ),
            telemetry.span("turn"),
        ):
            try:
                # What could be neither put off nor given up: its lease runs out by itself, and other turns go on.
                with one_pass("attempt_failed"):
                    await self._attempt(claim)
            finally:
                if self.saturated:
                    self._due.after(0)  # others may be due that there was no room for
                if self._running.get(claim.conversation_id, (None,))[0] is claim:
                    del self._running[claim.conversation_id]

    async def _attempt(self, claim: Claim) -> None:
        turn: Turn | None = None
        try:
            async with self._active:
                context = await self._reader.read(claim)
            if not context.pending and not context.steps:
                await claims.release(self._database, claim, context.conversation.arrivals)
                return
            # Counted once; what has begun, perhaps with an order, goes on.
            if claim.attempts == 1 and await self._over_limit(claim, context):
                return
            turn = Turn(
                claim,
                context,
                settings=self._settings,
                model=self._model,
                tools=self._tools,
                database=self._database,
                reader=self._reader,
            )
            if claim.attempts > len(self._settings.retry_seconds) + 1:
                # Nobody was left to put it off: its worker died each time, perhaps because of it.
                await self._give_up(claim, turn, "its worker died at each try")
                return
            if context.age >= _OLDEST_TURN:
                await self._give_up(claim, turn, "it began so long ago that its tools cannot be repeated safely")
                return
            async with self._activity.shown(claim, context.conversation):
                await self._complete(turn)
        except LeaseLostError:
            log.warning("lease_lost", epoch=claim.epoch)
        except ModelRefusedError as error:
            await self._give_up(claim, turn, str(error))
        except _TRANSIENT as error:
            await self._put_off(claim, turn, error)
        except Exception as error:
            log.exception("turn_failed_unexpectedly")
            await self._put_off(claim, turn, error)

    async def _complete(self, turn: Turn) -> None:
        reply = await turn.run()
        while not await self._commit(turn, reply):
            await turn.extend()
            reply = await turn.run()
        log.info(
            "turn_completed",
            chat=turn.context.conversation.external_chat_id,
            history=turn.context.conversation.message_count,
            summary="yes" if turn.context.conversation.summary else "no",
            tools=[call["name"] for call in turn.progress.calls],
            rounds=turn.progress.rounds,
            retries=sum(not verdict["passed"] for verdict in turn.progress.verdicts),
            cost_micro_usd=turn.progress.usage["cost_micro_usd"],
        )

    async def _commit(self, turn: Turn, reply: Reply) -> bool:
        async with self._active:
            return await _to_its_end(self._ending.complete(turn, reply))

    async def _over_limit(self, claim: Claim, context: Context) -> bool:
        chat_over = context.conversation.hour_count > self._settings.max_messages_per_chat_hour
        if not chat_over and self._tenant_limit.allow(claim.tenant_id, self._clock(), len(context.pending)):
            return False
        hour = f"{self._clock():%Y-%m-%dT%H}"
        whose = "chat" if chat_over else "tenant"
        cause = f"limit:{whose}:{claim.conversation_id if chat_over else claim.tenant_id}:{hour}"
        text = TOO_MANY if chat_over else TENANT_BUSY
        await self._ending.answer_fixed(claim, text, MESSAGE_LIMIT, f"message limit of the {whose}", cause)
        return True

    async def _put_off(self, claim: Claim, turn: Turn | None, error: BaseException) -> None:
        """Try the same turn again later; tell a customer who has waited long; give up after the last try."""
        reason = (
            f"{type(error).__name__}: {error}" if not isinstance(error, grpc.aio.AioRpcError) else error.code().name
        )
        delays = self._settings.retry_seconds
        log.warning("turn_put_off", attempts=claim.attempts, reason=reason)
        if claim.attempts > len(delays):
            await self._give_up(claim, turn, reason)
            return
        delay = delays[claim.attempts - 1]
        told = False
        while True:
            try:
                waited = (self._clock() - claim.waiting_since).total_seconds()
                if not claim.holding_sent and waited + delay >= self._settings.holding_after_seconds:
                    await self._ending.hold(claim)
                await claims.put_off(self._database, claim, timedelta(seconds=delay))
                self._due.after(delay)
                return
            except LeaseLostError as lost:
                log.warning("put_off_failed", error=repr(lost))
                return
            except (TimeoutError, *Unavailable) as failure:
                if not told:
                    log.warning("put_off_failed", error=repr(failure))
                    told = True
                if self._stopping:
                    return  # the lease runs out by itself
                # Once the database is back, the customer need not wait for the end of the lease as well.
                await asyncio.sleep(_AWAY_SECONDS)

    async def _give_up(self, claim: Claim, turn: Turn | None, reason: str) -> None:
        try:
            await self._ending.give_up(claim, turn, reason)
        except (LeaseLostError, TimeoutError, *Unavailable) as failure:
            log.warning("give_up_failed", error=repr(failure))


async def _to_its_end(committing: Coroutine[Any, Any, bool]) -> bool:
    """A cancellation breaks nothing off and is heeded afterwards: what is committed is also told to those who wait."""
    task = asyncio.create_task(committing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            log.warning("last_commit_failed", error=repr(error))
        raise
