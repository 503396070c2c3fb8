"""Child processes that die with us, are recognised by their command line and stop for certain; free ports."""

import contextlib
import functools
import itertools
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Container, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

# Below them are the usual numbers of known programs, above them those of outgoing connections on Linux and macOS.
PORTS_OF_SERVERS = range(15_000, 32_768)
_GUARD = Path(__file__).with_name("guard.py")


def spawn(
    command: Sequence[str | Path],
    *,
    output: IO[bytes] | int,
    environment: Mapping[str, str] | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
    user: str | None = None,
    cwd: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; it gets `death_signal` when this process dies.

    stdout and stderr go to `output` (a file or `subprocess.PIPE`). `user` needs root. Call it from a thread
    that lives as long as the child should: Linux ties the child to the thread.
    """
    return subprocess.Popen(
        guarded(command, death_signal, user),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=cwd,
        start_new_session=True,  # Ctrl+C reaches only the supervisor, which then stops things in order
    )


def guarded(
    command: Sequence[str | Path], death_signal: signal.Signals = signal.SIGTERM, user: str | None = None
) -> list[str]:
    """The command line that runs `command` tied to this process, as `spawn` does."""
    guard = [sys.executable, "-I", "-S", str(_GUARD), str(int(death_signal)), str(os.getpid()), user or "-"]
    return [*guard, *map(str, command)]


def stop(process: subprocess.Popen[bytes], *signals: tuple[signal.Signals, float]) -> int:
    """Send each signal and wait its number of seconds; SIGKILL at the end. Returns the exit status."""
    for number, seconds in signals:
        if process.poll() is not None:
            break
        process.send_signal(number)
        try:
            return process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    if process.poll() is None:
        process.kill()
    return process.wait()


def command_line(pid: int) -> str:
    """What process `pid` runs, its arguments joined by spaces; empty if there is no such process."""
    if sys.platform == "linux":
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return ""
        return b" ".join(arguments).decode(errors="replace").strip()
    query = ["ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(query, capture_output=True, text=True, check=False).stdout.strip()


def stop_leftover(pid: int, marker: str, number: signal.Signals = signal.SIGTERM, seconds: float = 10.0) -> bool:
    """Stop process `pid` if its command line contains `marker`, else leave it alone. True if it was ours.

    Pids are reused: a pid file alone does not prove that the process is the one we started.
    """
    if marker not in command_line(pid):
        return False
    deadline = time.monotonic() + seconds
    with contextlib.suppress(ProcessLookupError):  # it may end at any moment
        os.kill(pid, number)
        while marker in command_line(pid):
            if time.monotonic() > deadline:
                os.kill(pid, signal.SIGKILL)
                deadline += seconds
            time.sleep(0.02)
    return True


def read_pid(path: Path) -> int | None:
    """The number on the first line of a pid file, or None."""
    try:
        return int(path.read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on `port` now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str = "127.0.0.1", *, besides: Container[int] = ()) -> int:
    """A port nobody listens on at this moment, and none of those that are promised already.

    Not one of those that systems give to outgoing connections: one of them could have it before we listen on it.
    What this process was given it is given again only after all others.
    """
    ports = itertools.islice(_ports_in_turn(), 1000)
    return next(port for port in ports if port not in besides and port_is_free(port, host))


@functools.cache
def _ports_in_turn() -> Iterator[int]:
    """All ports of servers, again and again, in an order of this process's own."""
    return itertools.cycle(random.SystemRandom().sample(PORTS_OF_SERVERS, k=len(PORTS_OF_SERVERS)))
