"""The end of a turn in one guarded statement: reply, deliveries, journal, counters and event, or nothing."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Integer,
    Interval,
    LargeBinary,
    Text,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.agent.deliveries.parts import ADDRESS, part_values, queue_parts
from services.agent.guarded import insert_from
from services.agent.tables import (
    conversations,
    due_conversations,
    messages,
    plumbing,
    turn_steps,
    turns,
)
from services.agent.turns.claims import Claim
from services.agent.turns.journal import Conversation, Step, step_columns
from services.agent.turns.outcome import Outcome
from services.agent.usage import USAGE_COLUMNS
from services.common.db import Transaction, statement
from services.common.outbox import Event

_UUID = UUID(as_uuid=True)
_due = due_conversations.c


@dataclass(frozen=True, slots=True)
class Written:
    """A commit that took place; `due_again` when a message is left for the next turn."""

    due_again: bool


def _release(seen: Any) -> Any:
    """The guard of a commit: ends the lease if it is ours and nothing arrived that the turn may still take in.

    The conversation is locked first, as accepting does: in the other order the two would wait for each other.
    """
    conversation = (
        select(conversations.c.conversation_id)
        .where(
            conversations.c.tenant_id == bindparam("tenant_id", type_=Text),
            conversations.c.conversation_id == bindparam("conversation_id", type_=_UUID),
        )
        .with_for_update(key_share=True)
        .cte("conversation")
    )
    nothing_new = _due.arrivals == seen
    return (
        update(due_conversations)
        .where(
            _due.conversation_id == conversation.c.conversation_id,
            _due.epoch == bindparam("epoch", type_=BigInteger),
            _due.turn_id == bindparam("turn_id", type_=_UUID),
            or_(nothing_new, bindparam("may_extend", type_=Boolean) == false()),
        )
        .values(
            lease_until=None,
            turn_id=None,
            attempts=0,
            holding_sent=False,
            due_time=case((nothing_new, None), else_=func.now() + bindparam("silence", type_=Interval)),
            first_pending_time=case((nothing_new, None), else_=func.now()),
        )
        .returning(_due.conversation_id, _due.due_time)
        .cte("guard")
    )


_TURN_VALUES: dict[str, Any] = {
    "state": Text,
    "attempts": Integer,
    "count_before": Integer,
    "count_after": Integer,
    "window_start": Integer,
    "has_summary": Boolean,
    "model": Text,
    "system_prompt_hash": Text,
    "transcript": JSONB,
    "tool_calls": JSONB,
    "verdicts": JSONB,
    "incidents": JSONB,
    "replies": JSONB,
    **dict.fromkeys(USAGE_COLUMNS, BigInteger),
    "error": Text,
}


def _turn(guard: Any, tenant_id: Any) -> Any:
    values = {name: bindparam(name, type_=type_) for name, type_ in _TURN_VALUES.items()}
    new = insert_from(
        turns,
        {
            "turn_id": bindparam("turn_id", type_=_UUID),
            "tenant_id": tenant_id,
            "conversation_id": guard.c.conversation_id,
            **values,
            "end_time": func.now(),
        },
        guard,
    )
    return new.on_conflict_do_update(
        index_elements=["turn_id"],
        set_={**{name: new.excluded[name] for name in _TURN_VALUES}, "end_time": func.now()},
    ).cte("turn")


def _commit() -> Any:
    tenant_id = bindparam("tenant_id", type_=Text)
    message_id = bindparam("reply_id", type_=_UUID)
    guard = _release(bindparam("arrivals", type_=BigInteger))
    written = [
        _turn(guard, tenant_id),
        insert_from(turn_steps, step_columns(), guard, bindparam("sequence", type_=Integer) > 0).cte("step"),
        *_messages(guard, tenant_id, message_id),
        *queue_parts(guard, tenant_id, message_id),
        *_event(guard, tenant_id),
    ]
    return select(guard.c.due_time).add_cte(*written)


def _messages(guard: Any, tenant_id: Any, message_id: Any) -> list[Any]:
    """Consumed messages, the reply, and the conversation that counts them."""
    turn_id = bindparam("turn_id", type_=_UUID)
    count_after = bindparam("count_after", type_=Integer)
    reply = bindparam("reply", type_=Text)
    role = bindparam("reply_role", type_=Text)
    taken = bindparam("message_ids", type_=ARRAY(_UUID))
    return [
        update(messages)
        .where(messages.c.message_id == func.any(taken), messages.c.tenant_id == tenant_id)
        # All of them are pending, and that index holds little else.
        .where(guard.c.conversation_id == messages.c.conversation_id, messages.c.pending)
        .values(
            pending=False,
            turn_id=turn_id,
            ordinal=bindparam("count_before", type_=Integer) + func.array_position(taken, messages.c.message_id),
        )
        .cte("consumed"),
        insert_from(
            messages,
            {
                "message_id": message_id,
                "tenant_id": tenant_id,
                "conversation_id": guard.c.conversation_id,
                "role": role,
                "kind": literal("text", Text),
                "content": reply,
                "turn_id": turn_id,
                "ordinal": count_after,
            },
            guard,
        ).cte("reply_message"),
        update(conversations)
        .where(conversations.c.tenant_id == tenant_id)
        .where(conversations.c.conversation_id == guard.c.conversation_id)
        .values(
            message_count=count_after,
            customer_id=bindparam("customer_id", type_=Text),
            last_message=reply,
            last_message_role=role,
            last_message_time=func.now(),
        )
        .cte("counted"),
    ]


def _event(guard: Any, tenant_id: Any) -> list[Any]:
    event_id = bindparam("event_id", type_=_UUID)
    told = event_id.is_not(None)
    return [
        insert_from(plumbing.outbox_dispatch, {"event_id": event_id, "tenant_id": tenant_id}, guard, told).cte(
            "dispatched"
        ),
        insert_from(
            plumbing.outbox,
            {
                "event_id": event_id,
                "tenant_id": tenant_id,
                "subject": bindparam("subject", type_=Text),
                "payload": bindparam("payload", type_=LargeBinary),
                "traceparent": bindparam("traceparent", type_=Text),
            },
            guard,
            told,
        ).cte("event"),
    ]


_COMMIT = statement(_commit())

_NO_STEP = Step(0, [], {}, {}, 0)


async def commit(
    tx: Transaction,
    claim: Claim,
    conversation: Conversation,
    outcome: Outcome,
    delivery_ids: Sequence[uuid.UUID],
    event: Event | None,
    *,
    queued: bool,
    silence: timedelta,
) -> Written | None:
    """Write all that a turn leaves. None, and nothing written, when the guard says no: the lease is lost, or a
    message arrived that the turn may still take along."""
    step = outcome.last_step or _NO_STEP
    count_before = conversation.message_count
    row = await tx.fetch_one(
        _COMMIT,
        tenant_id=tx.tenant_id,
        conversation_id=claim.conversation_id,
        turn_id=claim.turn_id,
        epoch=claim.epoch,
        arrivals=outcome.arrivals,
        may_extend=outcome.may_extend,
        silence=silence,
        **{name: getattr(outcome, name) for name in _TURN_VALUES if name in Outcome.__slots__},
        **outcome.usage,
        attempts=claim.attempts,
        count_before=count_before,
        count_after=count_before + len(outcome.message_ids) + 1,
        sequence=step.sequence,
        step_input=step.input,
        step_response=step.response,
        step_seen=step.seen,
        step_latency_ms=step.latency_ms,
        message_ids=outcome.message_ids,
        reply_id=uuid.uuid4(),
        reply=outcome.reply,
        reply_role=outcome.reply_role,
        customer_id=outcome.customer_id,
        **part_values(dict(zip(delivery_ids, outcome.replies, strict=True)), queued=queued),
        **_address(conversation),
        event_id=event and event.event_id,
        subject=event and event.subject,
        payload=event and event.payload,
        traceparent=event and event.traceparent,
    )
    return None if row is None else Written(due_again=row["due_time"] is not None)


def _address(conversation: Conversation) -> dict[str, str]:
    return {name: getattr(conversation, name) for name in ADDRESS}


def _hold() -> Any:
    """One holding message for each turn: a note of the platform that counts neither as message nor as reply."""
    tenant_id = bindparam("tenant_id", type_=Text)
    message_id = bindparam("message_id", type_=_UUID)
    guard = (
        update(due_conversations)
        .where(
            _due.conversation_id == bindparam("conversation_id", type_=_UUID),
            _due.epoch == bindparam("epoch", type_=BigInteger),
            ~_due.holding_sent,
        )
        .values(holding_sent=True)
        .returning(_due.conversation_id)
        .cte("guard")
    )
    note = insert_from(
        messages,
        {
            "message_id": message_id,
            "tenant_id": tenant_id,
            "conversation_id": guard.c.conversation_id,
            "role": literal("system", Text),
            "kind": literal("text", Text),
            "content": bindparam("content", type_=Text),
            "turn_id": bindparam("turn_id", type_=_UUID),
        },
        guard,
    ).cte("note")
    return select(guard.c.conversation_id).add_cte(note, *queue_parts(guard, tenant_id, message_id))


_HOLD = statement(_hold())


async def hold(
    tx: Transaction, claim: Claim, conversation: Conversation, content: str, delivery_id: uuid.UUID, *, queued: bool
) -> bool:
    """Queue the holding message of a turn; False when it went out before or the lease is lost."""
    row = await tx.fetch_one(
        _HOLD,
        tenant_id=tx.tenant_id,
        conversation_id=claim.conversation_id,
        turn_id=claim.turn_id,
        epoch=claim.epoch,
        message_id=uuid.uuid4(),
        content=content,
        **part_values({delivery_id: content}, queued=queued),
        **_address(conversation),
    )
    return row is not None
