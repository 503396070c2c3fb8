"""What the services stored for a chat, read as PostgreSQL's administrator: no service has to be up for it."""

import uuid
from dataclasses import dataclass
from typing import Any, Literal

import asyncpg

from services.common.db import Unavailable

_CONVERSATION = "SELECT conversation_id FROM agent.conversations WHERE external_chat_id = $1"
_WAITING = """
    SELECT EXISTS (SELECT FROM agent.due_conversations WHERE conversation_id = $1
                   AND (due_time IS NOT NULL OR lease_until IS NOT NULL OR turn_id IS NOT NULL))
        OR EXISTS (SELECT FROM agent.messages WHERE conversation_id = $1 AND pending)
        OR EXISTS (SELECT FROM agent.delivery_dispatch JOIN agent.deliveries USING (delivery_id)
                   WHERE conversation_id = $1)"""
_MESSAGES = """
    SELECT role, content, turn_id, ordinal FROM agent.messages WHERE conversation_id = $1 ORDER BY position"""
_TURNS = """
    SELECT turn_id, state, attempts FROM agent.turns WHERE conversation_id = $1 ORDER BY start_time"""
_DELIVERIES = """
    SELECT content, state, uncertain FROM agent.deliveries WHERE conversation_id = $1 ORDER BY create_time, part"""
_END_TURN_LEASE = """
    UPDATE agent.due_conversations SET due_time = now() WHERE conversation_id = $1 AND lease_until IS NOT NULL"""
_END_DELIVERY_LEASES = """
    UPDATE agent.delivery_dispatch SET due_time = now() WHERE lease_until IS NOT NULL
    AND delivery_id IN (SELECT delivery_id FROM agent.deliveries WHERE conversation_id = $1)"""
_ORDERS = "SELECT total_minor, status FROM orders.orders WHERE conversation_id = $1 ORDER BY number"
_ATTENTION = "SELECT reason FROM agent.attention WHERE conversation_id = $1 ORDER BY create_time"
_UNPUBLISHED = """
    SELECT (SELECT count(*) FROM agent.outbox_dispatch) + (SELECT count(*) FROM orders.outbox_dispatch)"""


@dataclass(frozen=True)
class Stored:
    """One chat's rows.

    messages: role, text, turn, place among the counted ones; turns: id, state, tries; deliveries: text, state, whether
    a send ended without a clear answer; orders: total in minor units, status; attention: reasons.
    """

    messages: list[tuple[str, str, uuid.UUID | None, int | None]]
    turns: list[tuple[uuid.UUID, str, int]]
    deliveries: list[tuple[str, str, bool]]
    orders: list[tuple[int, str]]
    attention: list[str]

    def said_by(self, role: str) -> list[str]:
        return [content for whose, content, _turn, _ordinal in self.messages if whose == role]


class Records:
    """A connection that is opened anew when the server was away."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: Any = None

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()

    async def settled(self, chat_id: int) -> Stored | None:
        """The chat's rows once nothing of it waits, runs or is being sent; None until then."""
        found = await self._rows(_CONVERSATION, str(chat_id))
        if not found:
            return None
        conversation_id = found[0]["conversation_id"]
        waiting = await self._rows(_WAITING, conversation_id)
        if not waiting or waiting[0][0]:
            return None
        return await self.of(conversation_id)

    async def answered(self, chat_id: int) -> bool:
        """Whether a turn of the chat has ended, sent or not."""
        found = await self._rows(_CONVERSATION, str(chat_id))
        turns = await self._rows(_TURNS, found[0]["conversation_id"]) if found else None
        return any(turn["state"] != "running" for turn in turns or ())

    async def end_leases(self, chat_id: int, of: Literal["agent", "gateway"]) -> None:
        """What a process holds of the chat that died or stands still: its time is over now, not only in a while."""
        ((conversation_id,),) = await self._tuples(_CONVERSATION, str(chat_id))
        await self._tuples({"agent": _END_TURN_LEASE, "gateway": _END_DELIVERY_LEASES}[of], conversation_id)

    async def of(self, conversation_id: uuid.UUID) -> Stored:
        """A conversation's rows as they are now."""
        return Stored(
            messages=await self._tuples(_MESSAGES, conversation_id),
            turns=await self._tuples(_TURNS, conversation_id),
            deliveries=await self._tuples(_DELIVERIES, conversation_id),
            orders=await self._tuples(_ORDERS, str(conversation_id)),
            attention=[reason for (reason,) in await self._tuples(_ATTENTION, conversation_id)],
        )

    async def everything_is_published(self) -> bool:
        """Whether no event waits in an outbox."""
        counted = await self._rows(_UNPUBLISHED)
        return counted is not None and counted[0][0] == 0

    async def _tuples(self, sql: str, *arguments: Any) -> list[Any]:
        rows = await self._rows(sql, *arguments)
        assert rows is not None, "PostgreSQL is away"
        return [tuple(row) for row in rows]

    async def _rows(self, sql: str, *arguments: Any) -> list[Any] | None:
        """None while PostgreSQL is away."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await asyncpg.connect(self._url)
            rows: list[Any] = await self._connection.fetch(sql, *arguments)
        except (*Unavailable, TimeoutError):
            return None
        return rows
