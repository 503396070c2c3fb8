"""What the jobs read, their watermarks, moved by compare-and-set, and what they used the model for."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, bindparam, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import UUID

from services.agent.tables import conversations, job_usage, messages
from services.agent.usage import USAGE_COLUMNS, Usage
from services.common.db import Row, Transaction, statement

_UUID = UUID(as_uuid=True)
_own = (conversations.c.tenant_id == bindparam("tenant_id", type_=Text)) & (
    conversations.c.conversation_id == bindparam("id", type_=_UUID)
)

_CONVERSATION = statement(
    select(
        conversations.c.customer_id,
        conversations.c.message_count,
        conversations.c.summary,
        conversations.c.summary_through,
        conversations.c.profile_through,
    ).where(_own)
)
_DIALOGUE = statement(
    select(messages.c.role, messages.c.content, messages.c.message_id, messages.c.create_time)
    .where(messages.c.tenant_id == bindparam("tenant_id", type_=Text))
    .where(messages.c.conversation_id == bindparam("id", type_=_UUID))
    .where(
        messages.c.ordinal > bindparam("after", type_=Integer),
        messages.c.ordinal <= bindparam("through", type_=Integer),
        messages.c.role != literal("event", Text),
    )
    .order_by(messages.c.ordinal, messages.c.position)
)


def _ended(kind: str, move: Any) -> Any:
    """A job's end: its watermark if nobody moved it meanwhile, and what it cost in either case."""
    used = insert(job_usage).values(
        {
            "job_usage_id": func.gen_random_uuid(),
            "tenant_id": bindparam("tenant_id", type_=Text),
            "conversation_id": bindparam("id", type_=_UUID),
            "kind": literal(kind, Text),
            "model": bindparam("model", type_=Text),
            **{name: bindparam(name, type_=BigInteger) for name in USAGE_COLUMNS},
        }
    )
    moved = move.returning(conversations.c.conversation_id).cte("moved")
    return select(func.count().label("moved")).select_from(moved).add_cte(used.cte("used"))


_MOVE_SUMMARY = statement(
    _ended(
        "summary",
        update(conversations)
        .where(_own, conversations.c.summary_through == bindparam("before", type_=Integer))
        .values(summary=bindparam("text", type_=Text), summary_through=bindparam("through", type_=Integer)),
    )
)
_MOVE_PROFILE = statement(
    _ended(
        "profile",
        update(conversations)
        .where(_own, conversations.c.profile_through == bindparam("before", type_=Integer))
        .values(profile_through=bindparam("through", type_=Integer)),
    )
)


@dataclass(frozen=True, slots=True)
class Used:
    """What a job asked of a model."""

    model: str
    usage: Usage

    def columns(self) -> dict[str, str | int]:
        """By the names of `job_usage`."""
        return {"model": self.model, **self.usage.columns(self.model)}


async def watermarks(tx: Transaction, conversation_id: uuid.UUID) -> Row | None:
    """customer_id, message_count, summary, summary_through, profile_through."""
    return await tx.fetch_one(_CONVERSATION, tenant_id=tx.tenant_id, id=conversation_id)


async def dialogue(tx: Transaction, conversation_id: uuid.UUID, after: int, through: int) -> list[Row]:
    """Counted messages number `after` + 1 to `through`, and what was said of orders between them, oldest first: role,
    content, message_id, create_time."""
    return await tx.fetch_all(_DIALOGUE, tenant_id=tx.tenant_id, id=conversation_id, after=after, through=through)


async def move_summary(
    tx: Transaction, conversation_id: uuid.UUID, before: int, through: int, text: str, used: Used
) -> bool:
    """Store a summary and its watermark; False when another run moved it meanwhile."""
    values = {"id": conversation_id, "before": before, "through": through, "text": text}
    row = await tx.fetch_one(_MOVE_SUMMARY, tenant_id=tx.tenant_id, **values, **used.columns())
    return row is not None and row["moved"] == 1


async def move_profile(tx: Transaction, conversation_id: uuid.UUID, before: int, through: int, used: Used) -> bool:
    """Move the profile watermark; False when another run moved it meanwhile."""
    values = {"id": conversation_id, "before": before, "through": through}
    row = await tx.fetch_one(_MOVE_PROFILE, tenant_id=tx.tenant_id, **values, **used.columns())
    return row is not None and row["moved"] == 1
