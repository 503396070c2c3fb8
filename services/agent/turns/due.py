"""Tells the worker of this process that a conversation is due; other replicas find it by their poll."""

import asyncio
import contextlib


class DueSignal:
    """Set by whoever makes a conversation due, awaited by the worker."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def after(self, seconds: float) -> None:
        """A conversation becomes due in `seconds`."""
        if seconds <= 0:
            self._event.set()
        else:
            asyncio.get_running_loop().call_later(seconds, self._event.set)

    async def wait(self, seconds: float) -> None:
        """Until something is due, at most `seconds`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._event.wait()
        self._event.clear()
