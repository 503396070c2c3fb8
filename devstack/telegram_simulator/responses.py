"""Answers that are none: a connection that stays silent, and one that is cut."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi.responses import Response

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]

_CONNECTION = "simulator.connection"


class NoAnswer(Response):
    """Keeps the caller waiting until it gives up."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await _until_disconnected(receive)


class CutConnection(Response):
    """Closes the connection without a byte of an answer."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        transport: Any = scope[_CONNECTION]
        transport.close()
        await _until_disconnected(receive)


def remember_connection(app: ASGIApp) -> ASGIApp:
    """Puts the connection's transport into the scope.

    ASGI has no way to cut a connection, so this takes it from uvicorn's request object, whose method `send` is.
    """

    async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
        scope[_CONNECTION] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return with_connection


async def _until_disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
