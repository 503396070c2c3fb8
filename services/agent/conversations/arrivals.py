"""Messages that arrive close together are stored together: one transaction of their tenant for all of them."""

import asyncio
from collections.abc import Sequence

import structlog

from services.agent.conversations.accept import Accepted, NewMessage, accept
from services.common.db import Database

log = structlog.get_logger()

_BATCH = 64
# More than one, so that a chat whose row is locked for a moment does not keep all others waiting.
_TRANSACTIONS_OF_A_TENANT = 2

_Arrival = tuple[NewMessage, "asyncio.Future[Accepted]"]


class Arrivals:
    """Stores messages as they come. One that comes alone is stored at once; those that come while the transactions of
    their tenant are under way share the next one, and with it the wait for the disk."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: dict[str, list[_Arrival]] = {}
        self._under_way: dict[str, set[asyncio.Task[None]]] = {}

    async def accept(self, tenant_id: str, message: NewMessage) -> Accepted:
        """Gives what became of the message once that is durable; raises what storing it raises."""
        stored: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant_id, []).append((message, stored))
        under_way = self._under_way.setdefault(tenant_id, set())
        if len(under_way) < _TRANSACTIONS_OF_A_TENANT:
            under_way.add(asyncio.create_task(self._store_waiting(tenant_id)))
        return await stored

    async def _store_waiting(self, tenant_id: str) -> None:
        while waiting := self._waiting.pop(tenant_id, None):
            if rest := waiting[_BATCH:]:
                self._waiting[tenant_id] = rest
            await self._store(tenant_id, waiting[:_BATCH])
        under_way = self._under_way[tenant_id]
        under_way.discard(asyncio.current_task())
        if not under_way:
            del self._under_way[tenant_id]

    async def _store(self, tenant_id: str, arrivals: Sequence[_Arrival]) -> None:
        # Every transaction locks chats in the same order, so that none waits for one that waits for it.
        ordered = sorted(arrivals, key=_chat)
        try:
            async with self._database.transaction(tenant_id) as tx:
                accepted = await accept(tx, [message for message, _stored in ordered])
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told to who waits
            if len(ordered) == 1:
                _settle(ordered[0][1], error)
                return
            # One message must not keep the others out.
            log.warning("arrivals_stored_one_by_one", tenant=tenant_id, count=len(ordered), error=repr(error))
            for arrival in ordered:
                await self._store(tenant_id, [arrival])
            return
        for (_message, stored), outcome in zip(ordered, accepted, strict=True):
            _settle(stored, outcome)


def _chat(arrival: _Arrival) -> tuple[str, str]:
    values = arrival[0].values
    return values["channel_account_id"], values["external_chat_id"]


def _settle(stored: "asyncio.Future[Accepted]", outcome: Accepted | Exception) -> None:
    if stored.done():
        return  # whoever waited has given up; the message is stored all the same, and its repetition a duplicate
    if isinstance(outcome, Exception):
        stored.set_exception(outcome)
    else:
        stored.set_result(outcome)
