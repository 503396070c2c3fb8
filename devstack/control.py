"""The commands over a stack: up, down, status and logs."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time

from rich.console import Console

from devstack import checks
from devstack.components import MARKERS
from devstack.console import parts_table, until_unheard
from devstack.embedded import EmbeddedServerError
from devstack.links import show_links
from devstack.ports import PortsTakenError
from devstack.run_files import AlreadyRunningError, RunFiles
from devstack.settings import StackSettings
from devstack.supervisor import TENANTS, Stack, StartError

_START_SECONDS = 180.0
_STOP_SECONDS = 90.0


def up(settings: StackSettings, console: Console, *, links: bool = True) -> int:
    """Start the stack and stay until Ctrl+C, SIGTERM or `down`. Gives the exit status.

    `links`: whether to print links that open the dashboard; they are secrets, no log may have them.
    """
    return asyncio.run(_up(settings, console, links=links))


def up_detached(settings: StackSettings, console: Console, *, links: bool = True) -> int:
    """Start the stack in the background and return once it is up. Gives the exit status."""
    files = RunFiles(settings.data_dir)
    if files.is_running():
        return _say_running(files, console)
    files.logs.mkdir(parents=True, exist_ok=True)
    log = files.logs / "supervisor.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "devstack", "up", "--no-links"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        ready, parts = files.read_state()
        if ready and files.is_running():
            console.print(parts_table(parts))
            if links:
                asyncio.run(show_links(console, files.read_operator_environment(), TENANTS))
            console.print("It runs in the background: `make status` looks at it, `make down` stops it.")
            return 0
        time.sleep(0.1)
    console.print(log.read_text(errors="replace"), style="red", markup=False, highlight=False)
    return 1


def down(settings: StackSettings, console: Console) -> int:
    """Stop the running stack and wait until it is gone."""
    files = RunFiles(settings.data_dir)
    pid = files.supervisor_pid()
    if not files.is_running() or pid is None:
        left = files.stop_leftovers(MARKERS)
        console.print(f"Stopped what a killed stack left: {', '.join(left)}." if left else "No stack is running here.")
        return 0
    with contextlib.suppress(ProcessLookupError):  # it has ended since
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while files.is_running():
        if time.monotonic() > deadline:
            console.print(f"Process {pid} did not stop in {_STOP_SECONDS:g} s.", style="red")
            return 1
        time.sleep(0.05)
    console.print("Stopped.")
    return 0


def status(settings: StackSettings, console: Console) -> int:
    """Show what is where and whether it answers. 0 if all does, 1 if something does not, 3 if nothing runs."""
    files = RunFiles(settings.data_dir)
    if not files.is_running():
        console.print("No stack is running here. `make up` starts one.")
        return 3
    ready, parts = files.read_state()
    states = asyncio.run(_states([part.check for part in parts]))
    console.print(parts_table(parts, states))
    if not ready:
        console.print("It is still starting.", style="yellow")
    return 0 if ready and "DOWN" not in states else 1


def logs(settings: StackSettings, console: Console, names: list[str], lines: int) -> int:
    """Show the last lines of the named parts, or of all."""
    folder = RunFiles(settings.data_dir).logs
    known = sorted(path.stem for path in folder.glob("*.log"))
    unknown = [name for name in names if name not in known]
    if unknown:
        console.print(f"No log of {', '.join(unknown)}; there are: {', '.join(known) or 'none yet'}.", style="red")
        return 1
    for name in names or known:
        console.print(f"--- {folder / name}.log", style="bold")
        text = (folder / f"{name}.log").read_text(errors="replace").splitlines()[-lines:]
        console.print("\n".join(text), markup=False, highlight=False, soft_wrap=True)
    return 0


async def _up(settings: StackSettings, console: Console, *, links: bool) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    stack = Stack(settings, console)
    stopped = asyncio.create_task(stop.wait())
    starting = asyncio.create_task(stack.start())
    try:
        await asyncio.wait({stopped, starting}, return_when=asyncio.FIRST_COMPLETED)
        if not starting.done():
            starting.cancel()
            await asyncio.wait({starting})
            return 130
        starting.result()
    except AlreadyRunningError:
        return _say_running(stack.files, console)
    except (StartError, PortsTakenError, EmbeddedServerError) as error:
        console.print(str(error), style="red", markup=False, highlight=False)
        return 1
    finally:
        stopped.cancel()
    try:
        with until_unheard(console):
            await _say_what_is_where(stack, console, links=links)
        await stop.wait()
        with until_unheard(console):
            console.print("Stopping…")
    finally:
        await stack.stop()
    return 0


async def _say_what_is_where(stack: Stack, console: Console, *, links: bool) -> None:
    console.print(parts_table(stack.parts()))
    console.print(
        f"Data and logs are in {stack.data_dir}. Talk to it: .venv/bin/salesctl chat --chat-id 1", soft_wrap=True
    )
    if stack.settings.simulates_claude or stack.settings.simulates_telegram:
        console.print("With ANTHROPIC_API_KEY or TELEGRAM_API_BASE_URL set, the real one replaces its simulator.")
    if links:
        await show_links(console, stack.around.operator_environment(), TENANTS)
    console.print("Ctrl+C stops it.")


async def _states(wanted: list[str]) -> list[str]:
    answers = await asyncio.gather(*(checks.is_up(check) for check in wanted if check))
    remaining = iter(answers)
    return [("up" if next(remaining) else "DOWN") if check else "not ours" for check in wanted]


def _say_running(files: RunFiles, console: Console) -> int:
    console.print(
        f"A stack is already running here (process {files.supervisor_pid()}): `make status` looks at it, "
        "`make down` stops it."
    )
    return 1
