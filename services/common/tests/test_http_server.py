"""Connections of an edge's HTTP server: what comes before a body is bounded in size and in time."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from services.common.http import server as server_module
from services.common.http.server import HEAD_BYTES, http_server, listen

Dial = Callable[[], "asyncio.Future[tuple[asyncio.StreamReader, asyncio.StreamWriter]]"]
GOOD = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"GET / HTTP/1.1\r\nHost: x\r\n"


async def echo_size(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers how many bytes the body had."""
    response: Response = PlainTextResponse(str(len(await Request(scope, receive).body())))
    await response(scope, receive, send)


@pytest.fixture
async def dial() -> AsyncIterator[Dial]:
    """Opens a connection to a server."""
    listener = listen("PORT", "127.0.0.1", 0)
    # Idle connections stay: who is let go is let go for a head.
    server = http_server(echo_size, connections=100, grace_seconds=1, timeout_keep_alive=3600)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    writers = []

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(*listener.getsockname()[:2])
        writers.append(writer)
        return reader, writer

    yield lambda: asyncio.ensure_future(connect())
    for writer in writers:
        writer.close()
    server.should_exit = True
    await serving


async def answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    """Status and body of the next response."""
    async with asyncio.timeout(60):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0] or b"0")
        return head.split(b" ")[1], await reader.readexactly(length)


async def closed(reader: asyncio.StreamReader) -> bool:
    async with asyncio.timeout(60):
        while await reader.read(65536):
            pass
    return True


async def test_a_head_may_come_in_pieces_and_a_connection_be_used_again(dial: Dial) -> None:
    reader, writer = await dial()
    for _ in range(3):
        for piece in (GOOD[:9], GOOD[9:20], GOOD[20:]):
            writer.write(piece)
            await writer.drain()
        assert await answer(reader) == (b"200", b"0")


async def test_only_heads_are_bounded_not_bodies(dial: Dial) -> None:
    reader, writer = await dial()
    size = 20 * HEAD_BYTES
    for _ in range(2):
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + b"a" * size)
        assert await answer(reader) == (b"200", b"%d" % size)


async def test_many_heads_together_may_be_larger_than_one(dial: Dial) -> None:
    reader, writer = await dial()
    requests = 40
    writer.write((HEAD + b"X: " + b"a" * (HEAD_BYTES // 10) + b"\r\n\r\n") * requests)
    for _ in range(requests):
        assert (await answer(reader))[0] == b"200"


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"X: " + b"a" * HEAD_BYTES + b"\r\n\r\n",
        HEAD + b"".join(b"X%d: a\r\n" % number for number in range(HEAD_BYTES // 4)) + b"\r\n",
        b"GET /" + b"a" * HEAD_BYTES + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        HEAD + b"X: " + b"a" * 3 * HEAD_BYTES,  # and no end of it
    ],
    ids=["one header", "many headers", "path", "endless"],
)
async def test_a_head_that_is_too_large_is_refused(dial: Dial, head: bytes) -> None:
    reader, writer = await dial()
    writer.write(head)
    assert (await answer(reader))[0] == b"431"
    assert await closed(reader)


@pytest.mark.parametrize("sent", [b"", b"\r\n", HEAD, GOOD + b"\r\n", GOOD + HEAD], ids=repr)
async def test_who_does_not_finish_a_head_is_let_go(dial: Dial, sent: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    if sent.startswith(GOOD):
        reader, writer = await dial()
        writer.write(GOOD)
        assert (await answer(reader))[0] == b"200"
        monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.2)
    else:
        monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.2)
        reader, writer = await dial()
    writer.write(sent.removeprefix(GOOD))
    assert await closed(reader)


async def test_dripping_bytes_buys_no_time(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD_SECONDS", 0.3)
    reader, writer = await dial()
    writer.write(HEAD)
    end = asyncio.create_task(closed(reader))
    while not end.done():
        writer.write(b"X: a\r\n")
        await asyncio.wait({end}, timeout=0.05)
    assert end.exception() is None or isinstance(end.exception(), ConnectionError)


async def test_a_body_may_take_longer_than_a_head(dial: Dial, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD_SECONDS", 1.0)
    reader, writer = await dial()
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n")
    assert (await answer(reader))[0] == b"100"
    silent, _ = await dial()
    writer.write(b"aa")
    assert await closed(silent)  # so long may a head take
    writer.write(b"aa")
    assert await answer(reader) == (b"200", b"4")
