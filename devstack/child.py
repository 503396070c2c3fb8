"""One process of the stack: started, its lines passed on, started again when it dies, stopped when told."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from devstack import processes
from devstack.components import Component
from devstack.console import Voices
from devstack.run_files import RunFiles

_STOP_SECONDS = 30.0  # an agent lets turns end for 15, and then what they left
_SETTLED_SECONDS = 30.0  # a process that ran this long begins with the shortest pause again
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.5, 10.0
LONGEST_LINE = 1 << 20


class Process(Protocol):
    """What is asked of a process that was started: asyncio's own is one."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    @property
    def stdout(self) -> asyncio.StreamReader | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


Start = Callable[[Sequence[str], Mapping[str, str]], Awaitable[Process]]
"""Starts a command with an environment, in a session of its own and with all output in `stdout`."""


async def execute(command: Sequence[str], environment: Mapping[str, str]) -> Process:
    """Start a command that dies with this process."""
    return await asyncio.create_subprocess_exec(
        *processes.guarded(command),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=environment,
        start_new_session=True,
        limit=LONGEST_LINE,
    )


class Child:
    """Keeps one component running."""

    def __init__(
        self,
        component: Component,
        inherited: dict[str, str],
        voices: Voices,
        files: RunFiles,
        start: Start = execute,
    ) -> None:
        self.component = component
        self.ends: list[int] = []  # exit statuses of all runs that ended by themselves
        self.stopped_with: int | None = None  # exit status of the run that was stopped
        self._environment = inherited | {"PYTHONUNBUFFERED": "1"} | component.environment
        self._voices = voices
        self._files = files
        self._start = start
        self._process: Process | None = None
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """The running process, None between runs."""
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self) -> None:
        """Run it until `stop`."""
        self._task = asyncio.create_task(self._keep_running(), name=self.component.name)

    async def stop(self) -> None:
        """SIGTERM, SIGKILL after a while, and no more runs."""
        self._stopping.set()
        if self._task is None:
            return
        self._signal(signal.SIGTERM)
        done, _ = await asyncio.wait({self._task}, timeout=_STOP_SECONDS)
        if not done:
            self._voices.announce(f"{self.component.name} does not stop; killing it")
            self._signal(signal.SIGKILL)
            await self._task

    async def _keep_running(self) -> None:
        clock, pause = asyncio.get_running_loop().time, _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            began = clock()
            status = await self._run_once()
            if self._stopping.is_set():
                self.stopped_with = status
                return
            self.ends.append(status)
            if clock() - began > _SETTLED_SECONDS:
                pause = _FIRST_PAUSE_SECONDS
            how = f"was killed by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"
            self._voices.announce(f"{self.component.name} {how}; starting it again in {pause:g} s")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(_LONGEST_PAUSE_SECONDS, pause * 2)

    async def _run_once(self) -> int:
        """One run from start to end; its exit status, negative for a signal."""
        name = self.component.name
        self._process = await self._start(self.component.command, self._environment)
        with contextlib.suppress(OSError):  # a full disk: it runs all the same
            self._files.write_pid(name, self._process.pid)
        if self._stopping.is_set():  # told to stop while it was being started
            self._signal(signal.SIGTERM)
        if self._process.stdout is not None:
            await self._pass_on(self._process.stdout)
        status = await self._process.wait()
        self._files.remove_pid(name)
        return status

    async def _pass_on(self, output: asyncio.StreamReader) -> None:
        while True:
            try:
                line = await output.readline()
            except ValueError:  # longer than the limit: asyncio has dropped it
                line = b"(a line that is too long was left out)\n"
            if not line:
                return
            self._voices.say(self.component.name, line.decode(errors="replace").rstrip())

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)
