"""Wakes those who wait for deliveries, and spares them reading texts that this process has just written."""

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Mapping

_REMEMBERED = 4096


class DeliveryOutlet:
    """New deliveries of this process. Other replicas' are found by the waiters' own poll."""

    def __init__(self) -> None:
        self._new = asyncio.Event()
        self._texts: OrderedDict[uuid.UUID, str] = OrderedDict()

    def announce(self, texts: Mapping[uuid.UUID, str]) -> None:
        """Deliveries were committed."""
        self._texts.update(texts)
        while len(self._texts) > _REMEMBERED:
            self._texts.popitem(last=False)
        self._new.set()

    def wake(self) -> None:
        """Something may be leased now."""
        self._new.set()

    def text(self, delivery_id: uuid.UUID) -> str | None:
        return self._texts.get(delivery_id)

    def forget(self, delivery_id: uuid.UUID) -> None:
        self._texts.pop(delivery_id, None)

    async def wait(self, seconds: float) -> None:
        """Until something is announced, at most `seconds`."""
        try:
            await asyncio.wait_for(self._new.wait(), seconds)
        except TimeoutError:
            return
        self._new.clear()
