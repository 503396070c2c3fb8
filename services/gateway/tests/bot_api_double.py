"""A peer that answers the Bot API with exactly the bytes a test wants: error pages, cut connections, silence."""

import asyncio
import contextlib
from collections.abc import AsyncIterator


class CannedPeer:
    """Answers every request with `answer` once the gate is open. A closed gate is a peer that hangs."""

    def __init__(self) -> None:
        self.answer = b""
        self.requests: list[bytes] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.url = ""
        self._arrived = asyncio.Condition()

    def respond(self, status: int, body: bytes = b"", *headers: str) -> None:
        """Answer with this from now on."""
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}", *headers, "", ""]
        self.answer = "\r\n".join(lines).encode() + body

    async def until_requests(self, count: int) -> None:
        """Wait until so many requests have come."""
        async with asyncio.timeout(60), self._arrived:
            await self._arrived.wait_for(lambda: len(self.requests) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    int(line.partition(b":")[2]) for line in head.lower().split(b"\r\n") if b"content-length" in line
                )
                body = await reader.readexactly(length)
                async with self._arrived:
                    self.requests.append(head + body)
                    self._arrived.notify_all()
                await self.gate.wait()
                writer.write(self.answer)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def canned_peer() -> AsyncIterator[CannedPeer]:
    """A peer on a free loopback port."""
    peer = CannedPeer()
    server = await asyncio.start_server(peer.serve, "127.0.0.1", 0)
    peer.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield peer
    finally:
        peer.gate.set()
        server.close()
