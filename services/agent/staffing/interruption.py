"""What becomes of a turn that ran when staff took over: what it did stays, and people get to see it."""

import uuid
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, func, literal, update
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.agent.attention import TURN_INTERRUPTED, raise_attention, resolve_cause
from services.agent.staffing import messages
from services.agent.tables import turns
from services.agent.tools import definitions as tool
from services.agent.turns.journal import load_steps
from services.agent.turns.progress import Progress
from services.agent.turns.window import history_of
from services.agent.usage import USAGE_COLUMNS
from services.common.db import Row, Transaction, statement
from services.common.outbox import Outbox

_VALUES: dict[str, Any] = {
    "model": Text,
    "count_before": Integer,
    "count_after": Integer,
    "transcript": JSONB,
    "tool_calls": JSONB,
    "verdicts": JSONB,
    **dict.fromkeys(USAGE_COLUMNS, BigInteger),
}
_END = statement(
    update(turns)
    .where(turns.c.tenant_id == bindparam("tenant", type_=Text))
    .where(turns.c.turn_id == bindparam("ended_turn_id", type_=UUID(as_uuid=True)))
    .values(
        state=literal("failed", Text),
        error=literal("staff took over", Text),
        end_time=func.now(),
        **{name: bindparam(name, type_=type_) for name, type_ in _VALUES.items()},
    )
)
_ORDER_CALLS = {tool.CREATE_ORDER: "placed", tool.UPDATE_ORDER: "changed", tool.CANCEL_ORDER: "cancelled"}


async def call_person(tx: Transaction, outbox: Outbox, conversation_id: uuid.UUID, turn_id: uuid.UUID) -> None:
    """Tell staff what the stopped turn did to orders: the customer was not told of it."""
    steps = await load_steps(tx, turn_id)
    if not steps:
        return
    progress = Progress.resume(steps, history=[])
    progress.settle()
    done = [
        f"order #{result.facts['order']['number']} was {_ORDER_CALLS[result.name]}"
        for result in progress.results
        if result.name in _ORDER_CALLS and not result.is_error
    ]
    in_doubt = [
        f"nobody knows yet whether {name} was done" for name in progress.writes_in_doubt() if name in _ORDER_CALLS
    ]
    if done or in_doubt:
        detail = f"the agent was stopped before it could tell the customer: {'; '.join([*done, *in_doubt])}"
        await raise_attention(tx, outbox, conversation_id, TURN_INTERRUPTED, detail, _cause(turn_id))


async def goes_on(tx: Transaction, turn_id: uuid.UUID) -> None:
    """The agent takes the stopped turn up again, and will tell the customer itself."""
    await resolve_cause(tx, _cause(turn_id))


async def end_turn(tx: Transaction, conversation: Row, turn_id: uuid.UUID, waiting: set[uuid.UUID], count: int) -> int:
    """Staff have answered in its place: keep what the turn did as history, with the messages it had read.

    waiting: messages that nobody has answered; count: counted messages so far. The count after the turn.
    """
    steps = await load_steps(tx, turn_id)
    if not steps:
        return count
    progress = Progress.resume(steps, history=[])
    progress.settle()
    taken = [message_id for message_id in progress.taken if message_id in waiting]
    count_after = await messages.consume(tx, conversation["conversation_id"], taken, count, turn_id)
    await tx.execute(
        _END,
        tenant=tx.tenant_id,
        ended_turn_id=turn_id,
        model=progress.model,
        count_before=count,
        count_after=count_after,
        transcript=history_of(progress.messages),
        tool_calls=progress.calls,
        verdicts=progress.verdicts,
        **progress.usage,
    )
    return count_after


def _cause(turn_id: uuid.UUID) -> str:
    return f"interrupted:{turn_id}"
