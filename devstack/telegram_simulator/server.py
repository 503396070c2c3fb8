"""Serving the simulator: as a program, or in a thread beside tests."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from devstack.telegram_simulator.app import create_app
from devstack.telegram_simulator.webhooks import RetryPolicy


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError when the port is taken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    return listener


def new_server(retry: RetryPolicy | None = None) -> uvicorn.Server:
    """A uvicorn server of a fresh simulator. Open long polls do not hold up its end."""
    config = uvicorn.Config(
        create_app(retry), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on"
    )
    return uvicorn.Server(config)


@contextmanager
def running_simulator(retry: RetryPolicy | None = None) -> Iterator[str]:
    """A simulator on a free loopback port while the block runs; gives its base URL.

    It runs in a thread with an event loop of its own. Refused webhooks are tried again after 50 ms unless `retry`
    says otherwise.
    """
    listener = listen("127.0.0.1", 0)
    server = new_server(retry or RetryPolicy(first_seconds=0.05, most_seconds=0.5))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="telegram-simulator")
    thread.start()
    try:
        # The socket accepts connections from the start; requests wait in it until the application is up.
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
        listener.close()
