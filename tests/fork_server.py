"""Starts processes of the platform by forking one that has imported what they import; on Linux.

Importing takes most of a start, and tests start a hundred of them. What is forked is a process like any other: it has
an environment, a session, an output and an exit status of its own, runs its module as `__main__`, and dies with the
test process. `python -m devstack up` does without it, and has tests of its own.

A request comes as a packet to the server's standard input: JSON, a socket for the answers and the output's descriptor.
The answers are the process's id and, when it has ended, its exit status, negative for a signal, each on a line.
"""

import asyncio
import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from devstack import guard, processes
from devstack.child import LONGEST_LINE, Start, execute

# Third parties' packages and our own that are slow to import; none reads a setting while it is imported.
_IMPORTED = (
    *("anthropic", "fastapi", "httpx2", "typer", "uvicorn", "services.agent.truth.check"),
    *("services.common.diagnostics", "services.common.grpc_server", "services.common.migrate"),
    "services.common.process",
)
_LONGEST_REQUEST = 1 << 18


class Forked:
    """A process that the server has started, with what asyncio's own have."""

    def __init__(
        self, pid: int, stdout: asyncio.StreamReader, answers: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.pid = pid
        self.stdout = stdout
        self.returncode: int | None = None
        self._end = asyncio.create_task(self._await_end(answers, writer))

    async def wait(self) -> int:
        """Its exit status, once it has ended."""
        return await asyncio.shield(self._end)

    def send_signal(self, number: int) -> None:
        os.kill(self.pid, number)

    async def _await_end(self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
        # Without a status the server was killed, and all that it started with it.
        self.returncode = int(await answers.readline() or -signal.SIGKILL)
        writer.close()
        return self.returncode


async def fork(command: Sequence[str], environment: Mapping[str, str]) -> Forked:
    """Start `python -m MODULE ARGUMENT...` with this environment."""
    module = command.index("-m") + 1
    request = json.dumps([*command[module:], dict(environment)]).encode()
    mine, its = socket.socketpair()
    output, its_output = os.pipe()
    with its, os.fdopen(its_output, "wb"):
        socket.send_fds(_server(), [request], [its.fileno(), its_output])
    answers, writer = await asyncio.open_unix_connection(sock=mine)
    stdout = asyncio.StreamReader(LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(output, "rb")
    )
    return Forked(int(await answers.readline()), stdout, answers, writer)


start: Start = fork if sys.platform == "linux" else execute
"""How tests start a process."""


@functools.cache
def _server() -> socket.socket:
    """Where requests go to this test process's server, which lives as long as it does."""
    requests, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        command = processes.guarded([sys.executable, "-u", "-m", __name__])
        server = subprocess.Popen(command, stdin=its.fileno(), start_new_session=True)
    atexit.register(processes.stop, server, (signal.SIGTERM, 5.0))
    return requests


@dataclass
class _Child:
    """A process of the server's, and where it tells of it."""

    pid: int
    answers: socket.socket

    def tell(self, number: int) -> None:
        with contextlib.suppress(BrokenPipeError):  # nobody waits any more
            self.answers.sendall(b"%d\n" % number)


def _serve() -> list[str]:
    """Fork a process for each request; returns only in what was forked, with the module and its arguments."""
    requests, children = socket.socket(fileno=os.dup(sys.stdin.fileno())), dict[int, _Child]()
    while True:
        for ready in select.select([requests.fileno(), *children], [], [])[0]:
            if ready in children:
                child = children.pop(ready)
                os.close(ready)
                with child.answers:
                    child.tell(os.waitstatus_to_exitcode(os.waitpid(child.pid, 0)[1]))
                continue
            request, (answers, output), _, _ = socket.recv_fds(requests, _LONGEST_REQUEST, 2)
            server, pid = os.getpid(), os.fork()
            if pid == 0:
                requests.close()
                os.close(answers)
                for pidfd, other in children.items():
                    os.close(pidfd)
                    other.answers.close()
                return _become(server, request, output)
            os.close(output)
            child = children[os.pidfd_open(pid)] = _Child(pid, socket.socket(fileno=answers))
            child.tell(pid)


def _become(server: int, request: bytes, output: int) -> list[str]:
    """Be what was asked for: as if it had been executed."""
    os.setsid()
    guard.die_with(server, signal.SIGTERM)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for descriptor, place in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, place)
    os.close(nothing)
    os.close(output)
    command: list[str]
    *command, environment = json.loads(request)
    os.environ.clear()
    os.environ.update(environment)
    return command


if __name__ == "__main__":
    for name in _IMPORTED:
        importlib.import_module(name)
    gc.collect()
    gc.freeze()  # pages that the collector does not touch stay shared
    sys.argv = _serve()
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
