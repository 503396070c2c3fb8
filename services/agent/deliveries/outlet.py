"""Wakes those who wait for deliveries, and spares them reading texts that this process has just written."""

import asyncio
import uuid
from collections import OrderedDict
from collections.abc import Iterable, Mapping

from services.common import telemetry

_REMEMBERED = 4096


class DeliveryOutlet:
    """Deliveries of this process. Those of other replicas, and retries, are found by the waiters' own poll."""

    def __init__(self) -> None:
        self._new = asyncio.Event()
        self._texts: OrderedDict[uuid.UUID, str] = OrderedDict()
        self._traceparents: dict[uuid.UUID, str] = {}
        self._unleased: set[uuid.UUID] = set()
        self.closed = False

    def announce(self, texts: Mapping[uuid.UUID, str]) -> None:
        """Deliveries were committed, by what is being traced."""
        self._texts.update(texts)
        if traceparent := telemetry.traceparent():
            self._traceparents.update(dict.fromkeys(texts, traceparent))
        self._unleased.update(texts)
        while len(self._texts) > _REMEMBERED:
            forgotten, _text = self._texts.popitem(last=False)
            self._unleased.discard(forgotten)
            self._traceparents.pop(forgotten, None)
        self._new.set()

    def wake_if_more(self) -> None:
        """A send has ended: the next part of its chat may go, if there is one."""
        if self._unleased:
            self._new.set()

    def leased(self, delivery_ids: Iterable[uuid.UUID]) -> None:
        self._unleased.difference_update(delivery_ids)

    def text(self, delivery_id: uuid.UUID) -> str | None:
        return self._texts.get(delivery_id)

    def traceparent(self, delivery_id: uuid.UUID) -> str:
        """Of the turn or call that made it, if that was traced here."""
        return self._traceparents.get(delivery_id, "")

    def forget(self, delivery_id: uuid.UUID) -> None:
        """Its send is over."""
        self._texts.pop(delivery_id, None)
        self._traceparents.pop(delivery_id, None)
        self._unleased.discard(delivery_id)

    @property
    def fresh(self) -> bool:
        """Whether something was announced that nobody has looked for yet."""
        return self._new.is_set()

    def close(self) -> None:
        """This process stops: nobody is to wait here any longer."""
        self.closed = True
        self._new.set()

    async def wait(self, seconds: float) -> None:
        """Until something is announced or the outlet closed, at most `seconds`."""
        if self.closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._new.wait()
        except TimeoutError:
            return
        self._new.clear()
