"""Tells watchers that a turn runs: the gateway shows "typing" meanwhile, the dashboard too."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from nats.aio.client import Client
from sales.agent.v1 import events_pb2

from services.agent.turns.claims import Claim
from services.agent.turns.journal import Conversation
from services.common.nats_client import publish_for_watchers

SUBJECT = "sales.agent.v1.activity"
# An answer that is there at once needs no announcement.
AFTER_SECONDS = 0.25

State = events_pb2.TurnActivity.State


class Activity:
    """Publishes what goes on; may be lost."""

    def __init__(self, nats: Client, after_seconds: float = AFTER_SECONDS) -> None:
        self._nats = nats
        self._after = after_seconds
        self._publishing: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def shown(self, claim: Claim, conversation: Conversation) -> AsyncIterator[None]:
        """While the block runs, once it has run for a while, the turn counts as running."""
        begun = False

        def begin() -> None:
            nonlocal begun
            begun = True
            task = asyncio.create_task(self._publish(claim, conversation, State.STATE_STARTED))
            self._publishing.add(task)
            task.add_done_callback(self._publishing.discard)

        timer = asyncio.get_running_loop().call_later(self._after, begin)
        try:
            yield
        finally:
            timer.cancel()
            if begun:
                await self._publish(claim, conversation, State.STATE_FINISHED)

    async def _publish(self, claim: Claim, conversation: Conversation, state: State.ValueType) -> None:
        activity = events_pb2.TurnActivity(
            tenant_id=claim.tenant_id,
            conversation_id=str(claim.conversation_id),
            channel=conversation.channel,
            channel_account_id=conversation.channel_account_id,
            external_chat_id=conversation.external_chat_id,
            state=state,
        )
        await publish_for_watchers(self._nats, SUBJECT, activity.SerializeToString())
