"""Rows of the agent's tables for tests of what is read: written as the service itself would, past its use cases."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, insert

from services.agent import tables
from services.common.db import Database, statement

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Rows:
    """Writes rows of one tenant. Times are minutes after NOON, or moments."""

    def __init__(self, database: Database, tenant_id: str) -> None:
        self._database = database
        self.tenant_id = tenant_id

    async def add(self, table: Table, *rows: dict[str, Any]) -> None:
        """Rows with the same columns."""
        columns = {name: bindparam(name, type_=table.c[name].type) for name in (*rows[0], "tenant_id")}
        compiled = statement(insert(table).values(columns))
        async with self._database.transaction(self.tenant_id) as tx:
            for row in rows:
                await tx.execute(compiled, tenant_id=self.tenant_id, **row)

    async def conversation(self, minute: int = 0, **values: Any) -> uuid.UUID:
        """A conversation whose latest activity was at this minute."""
        conversation_id = uuid.uuid4()
        row = {
            "conversation_id": conversation_id,
            "channel": "telegram",
            "channel_account_id": "account-1",
            "external_chat_id": uuid.uuid4().hex,
            "display_name": "",
            "customer_id": "",
            "last_message": "hello",
            "last_message_role": "customer",
            "last_message_time": at(minute),
            "create_time": at(minute),
        }
        await self.add(tables.conversations, row | values)
        return conversation_id

    async def message(
        self, conversation_id: uuid.UUID, content: str = "hello", time: Any = 0, **values: Any
    ) -> uuid.UUID:
        """A message; of the customer, unless `role` says otherwise."""
        message_id = uuid.uuid4()
        row = {
            "message_id": message_id,
            "conversation_id": conversation_id,
            "role": "customer",
            "content": content,
            "create_time": at(time),
        }
        await self.add(tables.messages, row | values)
        return message_id

    async def turn(self, conversation_id: uuid.UUID, end: Any = 0, **values: Any) -> uuid.UUID:
        """A turn that ended."""
        turn_id = uuid.uuid4()
        row = {
            "turn_id": turn_id,
            "conversation_id": conversation_id,
            "state": "completed",
            "end_time": at(end),
        }
        await self.add(tables.turns, row | values)
        return turn_id

    async def customer(self, customer_id: str, name: str, language: str = "") -> None:
        row = {"customer_id": customer_id, "name": name, "language": language, "version": 1}
        await self.add(tables.customer_names, row)

    async def attention(self, conversation_id: uuid.UUID, time: Any = 0, **values: Any) -> uuid.UUID:
        """An open matter."""
        attention_id = uuid.uuid4()
        row = {
            "attention_id": attention_id,
            "conversation_id": conversation_id,
            "reason": "human_requested",
            "cause": uuid.uuid4().hex,
            "create_time": at(time),
        }
        await self.add(tables.attention, row | values)
        return attention_id

    async def order(self, conversation_id: uuid.UUID, time: Any, status: str = "pending") -> None:
        row = {
            "order_id": uuid.uuid4().hex,
            "conversation_id": conversation_id,
            "number": 1,
            "status": status,
            "version": 1,
            "create_time": at(time),
        }
        await self.add(tables.conversation_orders, row)


def at(time: int | datetime) -> datetime:
    """A moment: minutes after NOON, or itself."""
    return time if isinstance(time, datetime) else NOON + timedelta(minutes=time)
