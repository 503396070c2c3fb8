"""Whether this edge should be given work: what it needs, asked when somebody wants to know."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.common.checks import Check, passes

# The endpoint is public: however often it is asked, dependencies are asked once a second.
_KEEP_SECONDS = 1.0


@dataclass(frozen=True)
class State:
    """`ready`: whether new work is wanted. `missing`: names of what is not there, whether that is needed or not."""

    ready: bool
    missing: list[str]


class Readiness:
    """Names what is missing, and tells whether the process can work all the same.

    needed: without these it is never ready. to_begin: these must have been there once, because memory or others make up
    for them later. reported: these are only named.
    """

    def __init__(
        self,
        needed: Mapping[str, Check],
        now: Callable[[], float] = time.monotonic,
        *,
        to_begin: Mapping[str, Check] | None = None,
        reported: Mapping[str, Check] | None = None,
    ) -> None:
        self._checks = {**needed, **(to_begin or {}), **(reported or {})}
        self._needed = needed.keys()
        self._not_seen_yet = set(to_begin or ())
        self._now = now
        self._lock = asyncio.Lock()
        self._missing: list[str] = []
        self._checked_at = float("-inf")
        self._stopping = False

    def stop(self) -> None:
        """From now on never ready, so that no new work comes."""
        self._stopping = True

    async def state(self) -> State:
        """As it was a second ago at most; `stopping` is missing when the process is about to end."""
        if self._stopping:
            return State(ready=False, missing=["stopping"])
        async with self._lock:
            if self._now() - self._checked_at > _KEEP_SECONDS:
                results = await asyncio.gather(*(passes(check) for check in self._checks.values()))
                self._missing = [name for name, passed in zip(self._checks, results, strict=True) if not passed]
                self._not_seen_yet.intersection_update(self._missing)
                self._checked_at = self._now()
        can_work = not self._not_seen_yet and self._needed.isdisjoint(self._missing)
        return State(ready=can_work, missing=self._missing)
