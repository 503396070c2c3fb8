"""Conversations that staff left alone return to the agent by themselves, after the tenant's time."""

import asyncio
import uuid
from collections.abc import Callable

import structlog

from services.agent import watchers as news
from services.agent.staffing import messages, pauses
from services.agent.watchers import Watchers
from services.common.db import Database, one_pass

log = structlog.get_logger()

_BATCH = 100


class AutoResume:
    """Looks every few seconds; several replicas may, because each pause is looked at again under its lock."""

    def __init__(
        self, database: Database, watchers: Watchers, wake: Callable[[float], None], every_seconds: float
    ) -> None:
        self._database = database
        self._watchers = watchers
        self._wake = wake
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with one_pass("auto_resume_failed"):
                await self.once()
            await asyncio.sleep(self._every_seconds)

    async def once(self) -> int:
        """Give back all that is due; how many it could be done for. One that fails is tried again at the next look.

        It goes on behind those that failed, however many they are: they are due as long as they cannot be given back.
        """
        done = 0
        due = await pauses.expired(self._database, _BATCH)
        while due:
            for pause in due:
                done += await self._given_back(pause)
            due = await pauses.expired(self._database, _BATCH, due[-1])
        return done

    async def _given_back(self, pause: pauses.Expired) -> bool:
        try:
            await self._give_back(pause.tenant_id, pause.conversation_id)
        except Exception:
            log.exception("giving_back_failed", tenant=pause.tenant_id, conversation=str(pause.conversation_id))
            return False
        return True

    async def _give_back(self, tenant_id: str, conversation_id: uuid.UUID) -> None:
        async with self._database.transaction(tenant_id) as tx:
            conversation = await messages.lock(tx, conversation_id)
            if conversation is None or not await pauses.is_expired(tx, conversation_id):
                return
            if await pauses.give_back(tx, conversation):
                tx.after_commit(lambda: self._wake(0))
            tx.after_commit(lambda: self._watchers.touched(tenant_id, conversation_id, news.STATE))
        log.info("agent_resumed_by_time", tenant=tenant_id, conversation=str(conversation_id))
