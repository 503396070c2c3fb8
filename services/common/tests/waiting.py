"""Waiting for an effect, never for a time."""

import asyncio
from collections.abc import Awaitable, Callable

_DEADLINE_SECONDS = 60.0
_PAUSE_SECONDS = 0.02


async def eventually(effect: Callable[[], Awaitable[bool]], what: str) -> None:
    """Return once `effect` is seen; fail with `what` when it is not there in time."""
    deadline = asyncio.get_running_loop().time() + _DEADLINE_SECONDS
    while not await effect():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not seen within {_DEADLINE_SECONDS:.0f} seconds: {what}")
        await asyncio.sleep(_PAUSE_SECONDS)
