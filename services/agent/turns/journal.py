"""What a turn reads from the database, and the journal of its steps."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Text,
    and_,
    bindparam,
    exists,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID, insert

from services.agent.guarded import insert_from
from services.agent.tables import (
    conversations,
    due_conversations,
    messages,
    system_prompts,
    turn_steps,
    turns,
)
from services.agent.turns.claims import Claim, LeaseLostError
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_due = due_conversations.c


@dataclass(frozen=True, slots=True)
class PendingMessage:
    """A customer's message that waits for its answer. write_time: when it was said; of an edited one, said anew."""

    message_id: uuid.UUID
    kind: str
    content: str
    edited: bool
    write_time: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """A journalled model call: messages added to the request before it, the response, what the model knew.

    results: what its tools brought, as tool_result blocks with the orders' etags; None while that is not known.
    """

    sequence: int
    input: list[dict[str, Any]]
    response: dict[str, Any]
    seen: dict[str, Any]
    latency_ms: int
    results: list[dict[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """A claimed conversation as a turn needs it. `arrivals` is of the same moment as the pending messages."""

    conversation_id: uuid.UUID
    channel: str
    channel_account_id: str
    external_chat_id: str
    sender_id: str
    display_name: str
    language_hint: str
    customer_id: str
    message_count: int
    summary: str
    summary_through: int
    arrivals: int
    hour_count: int


def _load() -> Any:
    pending = and_(messages.c.conversation_id == conversations.c.conversation_id, messages.c.pending)
    return (
        select(
            *(conversations.c[name] for name in Conversation.__slots__ if name != "arrivals"),
            _due.arrivals,
            messages.c.message_id,
            messages.c.kind,
            messages.c.content,
            messages.c.edited,
            func.greatest(messages.c.create_time, messages.c.edit_time).label("write_time"),
        )
        .select_from(
            conversations.join(due_conversations, _due.conversation_id == conversations.c.conversation_id).outerjoin(
                messages, pending
            )
        )
        .where(conversations.c.tenant_id == bindparam("tenant_id", type_=Text))
        .where(conversations.c.conversation_id == bindparam("conversation_id", type_=_UUID))
        .order_by(messages.c.position)
    )


_LOAD = statement(_load())

_STEPS = statement(
    select(turn_steps)
    .where(turn_steps.c.tenant_id == bindparam("tenant_id", type_=Text))
    .where(turn_steps.c.turn_id == bindparam("turn_id", type_=_UUID))
    .order_by(turn_steps.c.sequence)
)

_AGE = statement(
    select((func.now() - turns.c.start_time).label("age"))
    .where(turns.c.tenant_id == bindparam("tenant_id", type_=Text))
    .where(turns.c.turn_id == bindparam("turn_id", type_=_UUID))
)


async def load(tx: Transaction, claim: Claim) -> tuple[Conversation, list[PendingMessage]]:
    """The conversation and what waits in it, in order."""
    return _loaded(await tx.fetch_all(_LOAD, tenant_id=tx.tenant_id, conversation_id=claim.conversation_id))


def _loaded(rows: list[Row]) -> tuple[Conversation, list[PendingMessage]]:
    if not rows:
        raise LeaseLostError("the conversation is gone")
    pending = [
        PendingMessage(**{name: row[name] for name in PendingMessage.__slots__})
        for row in rows
        if row["message_id"] is not None
    ]
    return Conversation(**{name: rows[0][name] for name in Conversation.__slots__}), pending


async def age(tx: Transaction, turn_id: uuid.UUID) -> timedelta:
    """How long ago a turn journalled its first step; nothing if it never did."""
    row = await tx.fetch_one(_AGE, tenant_id=tx.tenant_id, turn_id=turn_id)
    return row["age"] if row else timedelta()


async def load_steps(tx: Transaction, turn_id: uuid.UUID) -> list[Step]:
    """The journal of a turn that was begun before."""
    rows = await tx.fetch_all(_STEPS, tenant_id=tx.tenant_id, turn_id=turn_id)
    return [Step(**{name: row[name] for name in Step.__slots__}) for row in rows]


def _held(*, lock: bool) -> Any:
    held = select(_due.conversation_id).where(
        _due.conversation_id == bindparam("conversation_id", type_=_UUID),
        _due.epoch == bindparam("epoch", type_=BigInteger),
        _due.turn_id == bindparam("turn_id", type_=_UUID),
    )
    return (held.with_for_update() if lock else held).cte("guard")


def step_columns() -> dict[str, Any]:
    return {
        "turn_id": bindparam("turn_id", type_=_UUID),
        "sequence": bindparam("sequence", type_=Integer),
        "tenant_id": bindparam("tenant_id", type_=Text),
        "epoch": bindparam("epoch", type_=BigInteger),
        "input": bindparam("step_input", type_=JSONB),
        "response": bindparam("step_response", type_=JSONB),
        "seen": bindparam("step_seen", type_=JSONB),
        "latency_ms": bindparam("step_latency_ms", type_=Integer),
    }


def _append_step() -> Any:
    guard = _held(lock=True)
    running = (
        insert_from(
            turns,
            {
                "turn_id": bindparam("turn_id", type_=_UUID),
                "tenant_id": bindparam("tenant_id", type_=Text),
                "conversation_id": guard.c.conversation_id,
                "state": literal("running", Text),
                "attempts": bindparam("attempts", type_=Integer),
                "count_before": bindparam("count_before", type_=Integer),
            },
            guard,
        )
        .on_conflict_do_nothing()
        .cte("running")
    )
    step = insert_from(turn_steps, step_columns(), guard).returning(turn_steps.c.sequence).cte("step")
    return select(step.c.sequence).add_cte(running)


_APPEND_STEP = statement(_append_step())


def _keep_results() -> Any:
    guard = _held(lock=False)
    kept = (
        update(turn_steps)
        .where(
            turn_steps.c.tenant_id == bindparam("tenant_id", type_=Text),
            turn_steps.c.turn_id == bindparam("turn_id", type_=_UUID),
            turn_steps.c.sequence == bindparam("sequence", type_=Integer),
            exists(select(guard.c.conversation_id)),
        )
        .values(results=bindparam("results", type_=JSONB))
        .cte("kept")
    )
    return _load().add_cte(guard, kept)


_KEEP_RESULTS = statement(_keep_results())

_KEEP_PROMPT = statement(
    insert(system_prompts)
    .values(
        tenant_id=bindparam("tenant_id", type_=Text),
        hash=bindparam("hash", type_=Text),
        content=bindparam("content", type_=Text),
    )
    .on_conflict_do_nothing()
)


async def append_step(tx: Transaction, claim: Claim, count_before: int, step: Step) -> None:
    """Journal a model response before its tools run; LeaseLostError when the claim is no longer ours."""
    row = await tx.fetch_one(
        _APPEND_STEP,
        tenant_id=tx.tenant_id,
        conversation_id=claim.conversation_id,
        turn_id=claim.turn_id,
        epoch=claim.epoch,
        attempts=claim.attempts,
        count_before=count_before,
        sequence=step.sequence,
        step_input=step.input,
        step_response=step.response,
        step_seen=step.seen,
        step_latency_ms=step.latency_ms,
    )
    if row is None:
        raise LeaseLostError(str(claim.conversation_id))


async def keep_results(
    tx: Transaction, claim: Claim, sequence: int, results: list[dict[str, Any]]
) -> tuple[Conversation, list[PendingMessage]]:
    """Keep what the tools of a journalled step brought, and load what `load` does, in one round trip.

    Nothing is kept when the claim is no longer ours.
    """
    rows = await tx.fetch_all(
        _KEEP_RESULTS,
        tenant_id=tx.tenant_id,
        conversation_id=claim.conversation_id,
        turn_id=claim.turn_id,
        epoch=claim.epoch,
        sequence=sequence,
        results=results,
    )
    return _loaded(rows)


async def keep_prompt(tx: Transaction, prompt_hash: str, content: str) -> None:
    """Store a system prompt under its hash, once."""
    await tx.execute(_KEEP_PROMPT, tenant_id=tx.tenant_id, hash=prompt_hash, content=content)
