"""One service as a process of its own, as `python -m` starts it: what it tells, its signals and its end."""

import asyncio
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from devstack.child import Process
from tests.fork_server import start

_PATIENCE_SECONDS = 90.0


@dataclass
class ServiceProcess:
    """Runs a module with these variables and no others; `log` has the lines of all its runs."""

    module: str
    environment: dict[str, str]
    arguments: Sequence[str] = ()
    log: list[str] = field(default_factory=list)
    _running: Process | None = None
    _reading: "asyncio.Task[None] | None" = None
    _entries: "asyncio.Queue[dict[str, Any] | None]" = field(default_factory=asyncio.Queue)

    async def start(self, **more: str) -> None:
        """Start it, with some variables more or others."""
        command = [sys.executable, "-m", self.module, *self.arguments]
        self._running = await start(command, {"LOG_FORMAT": "json"} | self.environment | more)
        self._entries = asyncio.Queue()
        self._reading = asyncio.create_task(self._read(self._running))

    async def told(self, event: str) -> dict[str, Any]:
        """The next entry of that name in its log. RuntimeError with all of the log when it ends without."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while entry := await self._entries.get():
                if entry["event"] == event:
                    return entry
        raise RuntimeError("".join(self.log))

    def signal(self, number: signal.Signals) -> None:
        assert self._running is not None
        self._running.send_signal(number)

    async def ended(self) -> int:
        """Wait for the end; its exit status, negative for a signal."""
        assert self._running is not None
        assert self._reading is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            await self._reading
            status = await self._running.wait()
        print("".join(self.log))  # pytest shows it if the test fails
        return status

    async def terminate(self) -> int:
        """Tell it to stop, and wait for the end."""
        self.signal(signal.SIGTERM)
        return await self.ended()

    async def kill(self) -> None:
        """End it if it still runs."""
        if self._running is not None and self._running.returncode is None:
            self.signal(signal.SIGKILL)
            await self.ended()

    async def _read(self, running: Process) -> None:
        assert running.stdout is not None
        async for line in running.stdout:
            self.log.append(line.decode())
            if line.startswith(b"{"):
                self._entries.put_nowait(json.loads(line))
        self._entries.put_nowait(None)
