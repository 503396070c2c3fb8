"""The HTTP server of an edge: its listener is open before it says so, and signals are left to the process."""

import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from services.common.config import ConfigurationError

# A peer that takes nothing for this long is gone, or does as if it were; its connection would stay otherwise.
_UNREAD_MS = 60_000


class HttpServer(uvicorn.Server):
    """Leaves the signals to the process, which stops its parts in order."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(variable: str, host: str, port: int) -> socket.socket:
    """Open the listener, or raise ConfigurationError that names the port's variable."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise ConfigurationError(f"{variable}: cannot listen on {host} port {port}: {error.strerror}") from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; the connections inherit it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNREAD_MS)
    return listener


def http_server(app: ASGIApp, *, connections: int, grace_seconds: int, **more: Any) -> HttpServer:
    """A server of the application. `connections`: more are answered 503. `grace_seconds`: for requests under way."""
    return HttpServer(
        uvicorn.Config(
            app,
            http="httptools",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=connections,
            timeout_graceful_shutdown=grace_seconds,
            **({"proxy_headers": False} | more),
        )
    )
