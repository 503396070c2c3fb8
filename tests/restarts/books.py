"""The books: what the services stored for each chat, read as PostgreSQL's administrator, beside what Telegram saw."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import asyncpg

_MESSAGES = """
    SELECT external_chat_id AS chat, role, delivery_id, turn_id, message_id, turns.state
    FROM agent.messages JOIN agent.conversations USING (conversation_id) LEFT JOIN agent.turns USING (turn_id)
    WHERE external_chat_id = ANY($1) AND role IN ('customer', 'agent') ORDER BY position"""
_DELIVERIES = """
    SELECT message_id, state, uncertain, external_message_id
    FROM agent.deliveries JOIN agent.conversations USING (conversation_id)
    WHERE external_chat_id = ANY($1) ORDER BY part"""
_ORDERS = """
    SELECT external_chat_id AS chat, total_minor FROM orders.orders AS placed
    JOIN agent.conversations ON conversations.conversation_id::text = placed.conversation_id
    WHERE external_chat_id = ANY($1)"""
_UNFINISHED = """
    SELECT (SELECT count(*) FROM agent.due_conversations
            WHERE due_time IS NOT NULL OR lease_until IS NOT NULL OR turn_id IS NOT NULL)
         + (SELECT count(*) FROM agent.messages WHERE pending)
         + (SELECT count(*) FROM agent.delivery_dispatch)"""


@dataclass(frozen=True)
class Message:
    """A customer's message, or a reply with the ids under which Telegram has its parts.

    turn: None while no turn has taken it. sent: whether each part has left for certain; true for a customer's.
    """

    role: str
    update_id: int | None
    turn: uuid.UUID | None
    completed: bool
    sent: bool
    telegram_ids: tuple[int, ...]


class Books:
    """One connection over all schemas."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, admin_url: str) -> "Books":
        return cls(await asyncpg.connect(admin_url))

    async def close(self) -> None:
        await self._connection.close()

    async def turns_under_way(self) -> int:
        """How many turns a worker holds at this moment."""
        return await self._count("SELECT count(*) FROM agent.due_conversations WHERE lease_until IS NOT NULL")

    async def turns_begun(self) -> int:
        """How many turns have begun and not ended, held or not."""
        return await self._count("SELECT count(*) FROM agent.due_conversations WHERE turn_id IS NOT NULL")

    async def turns_without_a_try(self) -> int:
        """How many turns have begun, and count as never tried."""
        return await self._count(
            "SELECT count(*) FROM agent.due_conversations WHERE turn_id IS NOT NULL AND attempts = 0"
        )

    async def sends_under_way(self) -> list[str]:
        """The replies that a gateway holds at this moment: which try of which, and for how long still."""
        held = """
            SELECT format('try %s of %s, held for %s', attempt, delivery_id, lease_until - now()) AS held
            FROM agent.delivery_dispatch WHERE lease_until IS NOT NULL"""
        return [row["held"] for row in await self._connection.fetch(held)]

    async def unpublished(self, schema: str) -> list[str]:
        """Subjects of a service's events that are not known to be published."""
        waiting = f"SELECT subject FROM {schema}.outbox JOIN {schema}.outbox_dispatch USING (event_id)"
        return [row["subject"] for row in await self._connection.fetch(waiting)]

    async def unfinished(self) -> int:
        """How much of all chats waits, runs or is being sent."""
        return await self._count(_UNFINISHED)

    async def messages(self, chat_ids: Collection[int]) -> dict[int, list[Message]]:
        """Messages and replies of each chat, in the order in which they were stored."""
        chats = [str(chat_id) for chat_id in chat_ids]
        rows = await self._connection.fetch(_DELIVERIES, chats)
        rows.sort(key=lambda row: row["message_id"])
        parts = {message_id: list(found) for message_id, found in groupby(rows, lambda row: row["message_id"])}
        messages: dict[int, list[Message]] = {chat_id: [] for chat_id in chat_ids}
        for row in await self._connection.fetch(_MESSAGES, chats):
            messages[int(row["chat"])].append(_message(row, parts.get(row["message_id"], [])))
        return messages

    async def orders(self, chat_ids: Collection[int]) -> list[tuple[int, int]]:
        """Chat and total in minor units of every order, by chat."""
        rows = await self._connection.fetch(_ORDERS, [str(chat_id) for chat_id in chat_ids])
        return sorted((int(row["chat"]), row["total_minor"]) for row in rows)

    async def _count(self, sql: str) -> int:
        counted: int = await self._connection.fetchval(sql)
        return counted


def _message(row: Any, parts: list[Any]) -> Message:
    return Message(
        role=row["role"],
        update_id=int(row["delivery_id"]) if row["delivery_id"] else None,
        turn=row["turn_id"],
        completed=row["state"] == "completed",
        sent=all(part["state"] == "sent" and not part["uncertain"] for part in parts),
        telegram_ids=tuple(int(part["external_message_id"] or 0) for part in parts),
    )
