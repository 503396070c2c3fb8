"""HTTP/1.1 with little more than its bytes, so that the load generator is not what is measured."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import cast

import httptools

Respond = Callable[[bytes, bytes, Callable[[bytes], None]], None]
"""Called with path, body, and a function that sends the JSON response body."""


class _ServerConnection(asyncio.Protocol):
    """One keep-alive connection; requests are answered in order, because clients do not pipeline."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond
        self._parser = httptools.HttpRequestParser(self)
        self._transport: asyncio.Transport | None = None
        self._path = b""
        self._body: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._path = url

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        body, self._body = b"".join(self._body), []
        self._respond(self._path, body, self._send)

    def _send(self, body: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(body)
            self._transport.write(head + body)


async def serve(respond: Respond) -> tuple[asyncio.Server, int]:
    """Serve on a free port of loopback; the server and its port."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _ServerConnection(respond), "127.0.0.1", 0, backlog=4096)
    return server, int(server.sockets[0].getsockname()[1])


class _ClientConnection(asyncio.Protocol):
    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[int] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is no subclass of it

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(self._parser.get_status_code())
        self._parser = httptools.HttpResponseParser(self)

    async def request(self, data: bytes) -> int:
        assert self._transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._waiting

    @property
    def open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


class Client:
    """Keep-alive connections to one address, at most `limit` at once."""

    def __init__(self, port: int, limit: int = 128) -> None:
        self._port = port
        self._idle: deque[_ClientConnection] = deque()
        self._slots = asyncio.Semaphore(limit)

    async def post(self, path: str, headers: dict[str, str], body: bytes) -> int:
        """Send a request; the status, or 599 when the connection failed."""
        lines = [f"POST {path} HTTP/1.1", "host: bench", "content-type: application/json"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines.append(f"content-length: {len(body)}")
        data = "\r\n".join([*lines, "", ""]).encode() + body
        async with self._slots:
            try:
                connection = await self._connection()
                status = await connection.request(data)
            except OSError:
                return 599
            if connection.open:
                self._idle.append(connection)
            return status

    async def _connection(self) -> _ClientConnection:
        while self._idle:
            connection = self._idle.pop()
            if connection.open:
                return connection
        loop = asyncio.get_running_loop()
        _transport, made = await loop.create_connection(_ClientConnection, "127.0.0.1", self._port)
        return made

    def close(self) -> None:
        for connection in self._idle:
            connection.close()
