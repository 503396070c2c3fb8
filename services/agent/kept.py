"""What is kept in memory between turns: forgotten when an event says it changed, and when events may be missed."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Generic, TypeVar

from services.common.events import watch

if TYPE_CHECKING:
    from nats.aio.client import Client

_MOST = 10_000

T = TypeVar("T")
Key = tuple[str, str]
"""Tenant and customer."""


class Kept(Generic[T]):
    """Something of each customer, read by `load` when it is not known.

    What this process changes it must `forget`, so that its next turn reads it anew. While NATS is away everything is
    read; what was known before is forgotten, because events of the meantime do not come again. `max_age_seconds`
    bounds what a lost event can cost.
    """

    def __init__(
        self,
        load: Callable[[str, str], Awaitable[T]],
        max_age_seconds: float,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load = load
        self._max_age = max_age_seconds
        self._now = now
        self._known: OrderedDict[Key, tuple[T, float]] = OrderedDict()
        self._outdated: set[Key] = set()
        self._loading: dict[Key, int] = {}
        self._nats: Client | None = None
        self._reconnects = 0

    async def get(self, tenant_id: str, customer_id: str) -> T:
        """What is known, or what `load` gives; raises what that raises."""
        key = (tenant_id, customer_id)
        self._forget_if_events_were_missed()
        known = self._known.get(key)
        if known is not None and self._now() - known[1] < self._max_age:
            return known[0]
        self._loading[key] = self._loading.get(key, 0) + 1
        try:
            value = await self._load(tenant_id, customer_id)
            if not self._forget_if_events_were_missed() and key not in self._outdated:  # else it changed meanwhile
                self._keep(key, value)
        finally:
            self._loading[key] -= 1
            if not self._loading[key]:
                del self._loading[key]
                self._outdated.discard(key)
        return value

    def forget(self, tenant_id: str, customer_id: str) -> None:
        """Read it anew at the next use."""
        key = (tenant_id, customer_id)
        self._known.pop(key, None)
        if key in self._loading:
            self._outdated.add(key)

    async def follow(self, nats: Client, subject: str, changed: Callable[[bytes], Key]) -> None:
        """Forget whatever an event of this subject names by `changed`."""

        async def handle(data: bytes) -> None:
            self.forget(*changed(data))

        self._nats = nats
        await watch(nats, subject, handle)

    def _forget_if_events_were_missed(self) -> bool:
        if self._nats is None:
            return False
        reconnects = self._nats.stats["reconnects"]
        if self._nats.is_connected and reconnects == self._reconnects:
            return False
        self._reconnects = reconnects
        self._known.clear()
        return True

    def _keep(self, key: Key, value: T) -> None:
        self._known[key] = (value, self._now())
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
