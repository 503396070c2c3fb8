"""Reading a request's body: bounded in size and time."""

import asyncio
from collections.abc import Callable

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

_READ_SECONDS = 10.0
_DRAIN_BYTES = 16 * 1024 * 1024
_DRAIN_SECONDS = 1.0


class BodyTooLargeError(Exception):
    """The body is larger than allowed."""


class BodyBrokenError(Exception):
    """The body did not come whole, or not in time."""


async def read_body(request: Request, largest: int) -> bytes:
    """The body. Raises BodyTooLargeError as soon as it is known to have more than `largest` bytes; BodyBrokenError."""
    chunks: list[bytes] = []
    await _read(request, largest, chunks.append)
    return b"".join(chunks)


async def skip_body(request: Request, largest: int) -> None:
    """Read the body and keep nothing of it, so that its writer gets to read an answer. Raises what `read_body` does."""
    await _read(request, largest, lambda _chunk: None)


async def _read(request: Request, largest: int, take: Callable[[bytes], None]) -> None:
    if _declared_length(request) > largest:
        raise BodyTooLargeError
    size = 0
    try:
        async with asyncio.timeout(_READ_SECONDS):
            async for chunk in request.stream():
                size += len(chunk)
                if size > largest:
                    raise BodyTooLargeError
                take(chunk)
    except (ClientDisconnect, TimeoutError):
        raise BodyBrokenError from None


def _declared_length(request: Request) -> int:
    declared = request.headers.get("content-length", "")
    # Sixteen digits are too large already, and a longer number might not even be parsed.
    return int(declared[:16]) if declared.isascii() and declared.isdecimal() else 0


class TooLargeResponse(Response):
    """413, then the end of the connection.

    Some more of the body is read and forgotten before that: closing while the client still writes would reset the
    connection, and the client might never see the answer.
    """

    def __init__(self, content: bytes = b'{"error":"body too large"}', media_type: str = "application/json") -> None:
        super().__init__(content, status_code=413, media_type=media_type, headers={"connection": "close"})

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        try:
            async with asyncio.timeout(_DRAIN_SECONDS):
                await _drain(receive)
        except TimeoutError:
            pass  # it had its chance to read the answer
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _drain(receive: Receive) -> None:
    left = _DRAIN_BYTES
    while left > 0:
        event = await receive()
        if event["type"] == "http.disconnect" or not event.get("more_body"):
            return
        left -= len(event.get("body", b""))
