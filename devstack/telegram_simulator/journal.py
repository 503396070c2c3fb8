"""A bounded record of what happened, which a reader can follow by waiting for what comes next."""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import Callable
from typing import Any

Entry = dict[str, Any]


class Journal:
    """Numbered entries, the newest `limit` of them. `seq` starts at 1 and never repeats."""

    def __init__(self, limit: int = 10_000) -> None:
        self._entries: deque[Entry] = deque(maxlen=limit)
        self._sequence = 0
        self._grown = asyncio.Event()

    def add(self, **fields: Any) -> None:
        """Append an entry with its number and the time (Unix seconds), and wake who waits."""
        self._sequence += 1
        self._entries.append({"seq": self._sequence, "time": round(time.time(), 6), **fields})
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()

    async def read(self, wanted: Callable[[Entry], bool], after: int, wait_seconds: float) -> dict[str, Any]:
        """Entries numbered above `after` that are wanted; if there are none, waits for one.

        Gives {"entries": [...], "last_seq": the newest number looked at}: ask again with after=last_seq.
        """
        deadline = asyncio.get_running_loop().time() + wait_seconds
        while not (found := self._find(wanted, after)):
            try:
                async with asyncio.timeout_at(deadline):
                    await self._grown.wait()
            except TimeoutError:
                break
        return {"entries": found, "last_seq": self._sequence}

    def _find(self, wanted: Callable[[Entry], bool], after: int) -> list[Entry]:
        newest_first = itertools.takewhile(lambda entry: entry["seq"] > after, reversed(self._entries))
        return [entry for entry in newest_first if wanted(entry)][::-1]
