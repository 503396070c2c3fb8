"""The HTTP server of an edge: open before it says so, bounded in what comes before a body, signals left to others."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.common.config import ConfigurationError

# A peer that takes nothing for this long is gone, or does as if it were; its connection would stay otherwise.
_UNREAD_MS = 60_000
# What comes before a body: the first line and the headers. The longest that we ask for is a cookie of 2,000 characters.
HEAD_BYTES = 32 * 1024
HEAD_SECONDS = 10.0
_TOO_LARGE = PlainTextResponse("request head too large", status_code=431, headers={"connection": "close"})


class BoundedHeads(HttpToolsProtocol):
    """A connection on which the head of a request has to come soon and be small, which httptools does not see to.

    A head that comes in one piece, as they do, costs no timer.
    """

    _in_head = True  # none of it may have come yet
    _head_bytes = 0
    _head_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._head_timer = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._in_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._in_head and self._head_bytes > HEAD_BYTES:
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\n\r\n")
            self.transport.close()
        # Whatever came, even an empty line, has stopped the timer of connections that are kept open for a next request.
        elif (self._in_head or (self.cycle and self.cycle.response_complete)) and not self._head_timer:
            self._head_timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_headers_complete(self) -> None:
        self._stop_timer()
        self._in_head, self._head_bytes = False, 0
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEAD_BYTES:
            self.app = _TOO_LARGE
        super().on_headers_complete()

    def _stop_timer(self) -> None:
        if self._head_timer:
            self._head_timer.cancel()
            self._head_timer = None


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
            http=BoundedHeads,
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            limit_concurrency=connections,
            timeout_graceful_shutdown=grace_seconds,
            **({"proxy_headers": False} | more),
        )
    )
