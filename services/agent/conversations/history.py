"""The window of a conversation as the model reads it: finished turns, and between them what staff and platform said."""

import uuid
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, DateTime, Integer, Text, bindparam, literal, null, select, type_coerce, union_all
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.agent.prompt import Block, ModelMessage, customer_message, order_notice, platform_notice, staff_message
from services.agent.tables import messages, turns
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)

PAUSED, RESUMED, RESUMED_BY_TIME = "paused", "resumed", "resumed_by_time"
"""What happens to a conversation: messages with the role `event`."""

UNSENT, UNSURE = "unsent", "unsure"
"""Kinds of a `paused` event that took back what the agent had just said: none of it was sent, or some of it may be."""

_TAKEN_OVER = "A person at the business took this conversation over here; you were silent from then on."
_TAKEN_BACK = {
    UNSENT: " What you wrote last, or the end of it, was withdrawn before it was sent: the customer has not seen that.",
    UNSURE: " What you wrote last, or the end of it, was withdrawn: it may or may not have reached the customer.",
}
_GIVEN_BACK = "A person at the business has given the conversation back to you."
_BACK_BY_TIME = (
    "Nobody at the business has done anything in this conversation for a while, so it has come back to you by itself."
)
_STAFF_WROTE = (
    " What the business wrote in <staff_message> is true for it: keep to it, and do not ask for what it already "
    "settled. What the customer wrote before the staff member's last message has been dealt with: act on it only if "
    "the customer asks again. You continue now."
)
_NOBODY_WROTE = (
    " Nobody at the business wrote to the customer meanwhile: what the customer wrote and you had not answered is "
    "still unanswered. You continue now."
)


def _history(*, past: bool = False) -> Any:
    """What is in the window now, or what was when a past turn began."""
    tenant_id = bindparam("tenant_id", type_=Text)
    conversation_id = bindparam("conversation_id", type_=_UUID)
    window_start = bindparam("window_start", type_=Integer)
    said = select(
        turns.c.transcript,
        turns.c.count_after.label("place"),
        literal(0, Integer).label("between"),
        literal(0, BigInteger).label("position"),
        *(type_coerce(null(), column.type).label(column.name) for column in _MESSAGE),
    ).where(
        turns.c.tenant_id == tenant_id,
        turns.c.conversation_id == conversation_id,
        turns.c.count_after > window_start,
        turns.c.state != literal("running", Text),
    )
    between = select(
        type_coerce(null(), JSONB), messages.c.ordinal, literal(1, Integer), messages.c.position, *_MESSAGE
    ).where(
        messages.c.tenant_id == tenant_id,
        messages.c.conversation_id == conversation_id,
        messages.c.turn_id.is_(None),
        messages.c.ordinal > window_start,
    )
    if past:
        through = bindparam("through", type_=Integer)
        said = said.where(turns.c.count_after <= through)
        began = bindparam("began", type_=DateTime(timezone=True))
        between = between.where(messages.c.ordinal <= through, messages.c.create_time < began)
    # What shares the place of a turn's last message came after that turn.
    return union_all(said, between).order_by("place", "between", "position")


_MESSAGE = (messages.c.role, messages.c.kind, messages.c.content, messages.c.edited, messages.c.event)
_HISTORY = statement(_history())
_PAST = statement(_history(past=True))


async def load_history(tx: Transaction, conversation_id: uuid.UUID, window_start: int) -> list[ModelMessage]:
    """What was said in the window that begins after `window_start` counted messages, oldest first."""
    rows = await tx.fetch_all(
        _HISTORY, tenant_id=tx.tenant_id, conversation_id=conversation_id, window_start=window_start
    )
    return list(_messages(rows))


async def history_of_turn(tx: Transaction, turn: Row) -> list[ModelMessage]:
    """What the window held when a turn began, from columns of `turns`. What the platform said while the first request
    was under way may be among it."""
    rows = await tx.fetch_all(
        _PAST,
        tenant_id=tx.tenant_id,
        conversation_id=turn["conversation_id"],
        window_start=turn["window_start"],
        through=turn["count_before"],
        began=turn["start_time"],
    )
    return list(_messages(rows))


def _messages(rows: Iterable[Row]) -> Iterable[ModelMessage]:
    staff_wrote = False  # since they last took over, which may be before the window; their last message is in it
    for between, group in groupby(rows, key=lambda row: row["between"]):
        if not between:
            for row in group:
                yield from row["transcript"] or ()
            continue
        blocks: list[Block] = []
        for row in group:
            if row["role"] == "staff":
                staff_wrote = True
            elif row["event"] == PAUSED:
                staff_wrote = False
            blocks.append(_between_turns(row, staff_wrote))
        yield {"role": "user", "content": blocks}


def _between_turns(row: Row, staff_wrote: bool) -> Block:
    """A message outside turns: what the customer wrote while staff had the conversation, and what others said."""
    match row["role"]:
        case "customer":
            return customer_message(row["kind"], row["content"], edited=row["edited"])
        case "staff":
            return staff_message(row["content"])
        case "event" if row["event"] == PAUSED:
            return platform_notice(_TAKEN_OVER + _TAKEN_BACK.get(row["kind"], ""))
        case "event":
            how = _BACK_BY_TIME if row["event"] == RESUMED_BY_TIME else _GIVEN_BACK
            return platform_notice(how + (_STAFF_WROTE if staff_wrote else _NOBODY_WROTE))
        case _:
            return order_notice(row["content"])
