"""A message's parts as deliveries, queued by the same statement that writes the message."""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Integer, Text, bindparam, case, false, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY, UUID, insert

from services.agent.guarded import insert_from
from services.agent.tables import deliveries, delivery_dispatch

_UUID = UUID(as_uuid=True)

UNSENT_CHANNELS = frozenset({"cli"})
"""Channels whose reader takes the reply from the turn itself; nothing is queued for them."""

ADDRESS = ("channel", "channel_account_id", "external_chat_id")
"""Columns of a conversation that say where its deliveries go; `queue_parts` takes them as parameters."""


def queue_parts(guard: Any, tenant_id: Any, message_id: Any, *, from_agent: bool = True) -> list[Any]:
    """The parts, in the queue of their chat unless the channel needs no sending. Takes ADDRESS and `part_values`.

    from_agent: whether they are withdrawn when staff take over.
    """
    parts = (
        func.unnest(
            bindparam("delivery_ids", type_=ARRAY(_UUID)),
            bindparam("parts", type_=ARRAY(Integer)),
            bindparam("contents", type_=ARRAY(Text)),
        )
        .table_valued("delivery_id", "part", "content", name="parts")
        .render_derived()
    )
    queued = bindparam("queued", type_=Boolean)
    source = guard.join(parts, true())
    return [
        insert_from(
            deliveries,
            {
                "delivery_id": parts.c.delivery_id,
                "tenant_id": tenant_id,
                "conversation_id": guard.c.conversation_id,
                "message_id": message_id,
                "part": parts.c.part,
                "content": parts.c.content,
                "state": case((queued, literal("pending", Text)), else_=literal("sent", Text)),
            },
            source,
        ).cte("part_rows"),
        insert(delivery_dispatch)
        .from_select(
            ["delivery_id", "tenant_id", *ADDRESS, "from_agent"],
            select(
                parts.c.delivery_id,
                tenant_id,
                *(bindparam(name, type_=Text) for name in ADDRESS),
                true() if from_agent else false(),
            )
            .select_from(source)
            .where(queued)
            .order_by(parts.c.part),
        )
        .cte("queue_rows"),
    ]


def part_values(texts: Mapping[uuid.UUID, str], *, queued: bool) -> dict[str, Any]:
    """What `queue_parts` takes of the parts: their texts by delivery id, in order, and whether they are to be sent."""
    return {
        "delivery_ids": list(texts),
        "parts": list(range(1, len(texts) + 1)),
        "contents": list(texts.values()),
        "queued": queued,
    }
