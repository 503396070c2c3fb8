"""Tells who watches that something is new in a conversation: fire and forget, after the commit, never awaited."""

import asyncio
import uuid

from nats.aio.client import Client
from sales.agent.v1 import events_pb2

from services.common.nats_client import publish_for_watchers

CONVERSATION_TOUCHED = "sales.agent.v1.conversation_touched"

_Touched = events_pb2.ConversationTouched
CUSTOMER_MESSAGE = _Touched.KIND_CUSTOMER_MESSAGE
REPLY = _Touched.KIND_REPLY
DELIVERY_FAILED = _Touched.KIND_DELIVERY_FAILED
STATE = _Touched.KIND_STATE

_MOST_WAITING = 10_000


class Watchers:
    """Takes news from anywhere in this process; `run` publishes them. While NATS is away they are dropped."""

    def __init__(self) -> None:
        self._news: asyncio.Queue[bytes] = asyncio.Queue(_MOST_WAITING)

    def touched(
        self, tenant_id: str, conversation_id: uuid.UUID | str, kind: events_pb2.ConversationTouched.Kind.ValueType
    ) -> None:
        """Something of this kind is new in a conversation."""
        if not self._news.full():
            touched = _Touched(tenant_id=tenant_id, conversation_id=str(conversation_id), kind=kind)
            self._news.put_nowait(touched.SerializeToString())

    @property
    def waiting(self) -> int:
        """News that are not published yet."""
        return self._news.qsize()

    async def run(self, client: Client) -> None:
        """Publish until cancelled."""
        while True:
            await publish_for_watchers(client, CONVERSATION_TOUCHED, await self._news.get())
