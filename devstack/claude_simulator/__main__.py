"""Runs the simulator of Claude: `python -m devstack.claude_simulator --port 0 --host 127.0.0.1`."""

import argparse
import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator

import uvicorn

from devstack.claude_simulator.app import create_app


class _Server(uvicorn.Server):
    """Says where it listens, and ends with status 0 on SIGTERM or SIGINT."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        host, port = (sockets or [])[0].getsockname()[:2]
        print(f"claude simulator listening on http://{host}:{port}", flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop)
        yield

    def _stop(self) -> None:
        self.should_exit = True


def main() -> None:
    """Listen until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m devstack.claude_simulator", description="Simulator of Claude")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port (default)")
    chosen = parser.parse_args()
    listener = socket.create_server((chosen.host, chosen.port))
    config = uvicorn.Config(create_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    asyncio.run(_Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main()
