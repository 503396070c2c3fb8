"""A service that still waits for what it needs stops at once when told to."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from services.common import process

_ROOT = Path(__file__).parents[3]
_WAITS_FOR_EVER = """
import asyncio
from services.common import process

signals = asyncio.Queue()

class StopEvent(process.StopEvent):
    def on_signal(self):
        super().on_signal()
        signals.put_nowait("heard")

process.StopEvent = StopEvent

async def two_signals():
    await signals.get()
    await signals.get()

async def main():
    stop = process.stop_event()
    print("starting", flush=True)
    {before}
    print("serving", flush=True)
    await stop.wait()
    {after}
    print("stopping in order", flush=True)

process.run(main)
"""


async def stopped_after(before: str, line: bytes, after: str = "pass", *more: bytes) -> tuple[int | None, bytes]:
    """Run a service, send SIGTERM once it has printed `line`, and again after each of `more`; its exit code and what
    else it printed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _WAITS_FOR_EVER.format(before=before, after=after)),
        stdout=asyncio.subprocess.PIPE,
        cwd=_ROOT,
        env=dict(os.environ),
    )
    assert child.stdout is not None
    for awaited in (line, *more):
        while (await child.stdout.readline()).strip() != awaited:
            assert not child.stdout.at_eof()
        child.send_signal(signal.SIGTERM)
    rest = await asyncio.wait_for(child.stdout.read(), 60)
    return await asyncio.wait_for(child.wait(), 60), rest


async def test_a_service_that_waits_for_a_dependency_stops_when_told() -> None:
    code, printed = await stopped_after("await asyncio.Event().wait()", b"starting")
    assert code == 0
    assert b"serving" not in printed


async def test_a_service_that_serves_stops_in_order() -> None:
    assert await stopped_after("pass", b"serving") == (0, b"stopping in order\n")


async def test_a_second_signal_changes_nothing() -> None:
    after = 'print("told", flush=True); await two_signals()'
    assert await stopped_after("pass", b"serving", after, b"told") == (0, b"stopping in order\n")


async def test_a_second_signal_while_starting_does_not_break_off_the_tidying_up() -> None:
    before = """try: await asyncio.Event().wait()
    finally:
        print("told", flush=True); await two_signals(); print("tidied up", flush=True)"""
    code, printed = await stopped_after(before, b"starting", "pass", b"told")
    assert (code, printed.splitlines()[0]) == (0, b"tidied up")


async def test_a_background_task_that_loses_its_cancellation_does_not_keep_the_service() -> None:
    lost = asyncio.Event()

    async def loses_the_first() -> None:
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:  # as asyncio.wait_for does when its awaitable ends in the same moment
                if lost.is_set():
                    raise
                lost.set()

    async with asyncio.timeout(60):
        async with process.background(loses_the_first()):
            await asyncio.sleep(0)
    assert lost.is_set()
