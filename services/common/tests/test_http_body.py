"""Bodies are read within bounds of size and time, and a client that sends too much still hears so."""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from starlette.requests import Request

from services.common.http import body
from services.common.http.body import BodyBrokenError, BodyTooLargeError, TooLargeResponse, read_body

MAX_BYTES = 1024 * 1024


class Client:
    """What a client sends, piece by piece, and what it gets."""

    def __init__(self, pieces: Iterable[dict[str, Any]]) -> None:
        self._pieces: Iterator[dict[str, Any]] = iter(pieces)
        self.read = 0
        self.got: list[dict[str, Any]] = []

    async def receive(self) -> dict[str, Any]:
        for piece in self._pieces:
            self.read += 1
            return piece
        await asyncio.Event().wait()  # it says no more and does not go away
        raise AssertionError("unreachable")

    async def send(self, event: Any) -> None:
        self.got.append(event)

    def request(self, length: str = "") -> Request:
        headers = [(b"content-length", length.encode("latin-1"))] if length else []
        return Request({"type": "http", "method": "POST", "headers": headers}, self.receive)


def piece(content: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.request", "body": content, "more_body": more}


def endless() -> Iterator[dict[str, Any]]:
    while True:
        yield piece(b"x" * (MAX_BYTES // 4))


async def test_a_body_of_exactly_the_limit_is_read() -> None:
    client = Client([piece(b"a" * (MAX_BYTES - 1)), piece(b"b", more=False)])
    assert len(await read_body(client.request(), MAX_BYTES)) == MAX_BYTES


async def test_reading_stops_with_the_piece_that_is_too_much() -> None:
    client = Client(endless())
    with pytest.raises(BodyTooLargeError):
        await read_body(client.request(), MAX_BYTES)
    assert client.read == 5


@pytest.mark.parametrize("length", [str(MAX_BYTES + 1), "9" * 5000])
async def test_a_declared_length_that_is_too_much_is_not_read_at_all(length: str) -> None:
    client = Client(endless())
    with pytest.raises(BodyTooLargeError):
        await read_body(client.request(length), MAX_BYTES)
    assert client.read == 0


@pytest.mark.parametrize("length", ["", "-1", "²", "abc"])
async def test_a_length_that_is_none_leaves_it_to_the_count(length: str) -> None:
    assert await read_body(Client([piece(b"{}", more=False)]).request(length), MAX_BYTES) == b"{}"


async def test_a_client_that_goes_away_or_stops_sending_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "_READ_SECONDS", 0.05)
    for pieces in ([piece(b"{"), {"type": "http.disconnect"}], [piece(b"{")]):
        with pytest.raises(BodyBrokenError):
            await read_body(Client(pieces).request(), MAX_BYTES)


async def test_the_refusal_is_out_before_the_rest_is_forgotten_and_forgetting_has_an_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(body, "_DRAIN_SECONDS", 0.05)
    for pieces, reads in ((endless(), 64), ([piece(b"x")], 1), ([{"type": "http.disconnect"}], 1)):
        client = Client(pieces)
        await TooLargeResponse()({}, client.receive, client.send)
        start, refusal, end = client.got
        assert (start["status"], (b"connection", b"close") in start["headers"]) == (413, True)
        assert (refusal["more_body"], bool(refusal["body"]), end["more_body"]) == (True, True, False)
        assert client.read == reads
