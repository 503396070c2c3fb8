"""What is made of the answers of the Messages API, as they come over the wire."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence

import pytest

from services.agent import model as asking
from services.agent.model import Model, ModelRefusedError, ModelUnavailableError
from services.agent.usage import Usage

MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-5-5",
    "content": [
        {"type": "text", "text": "שלום", "citations": None},
        {"type": "tool_use", "id": "toolu_1", "name": "quote_order", "input": {"items": [], "new_field": 1}},
    ],
    "stop_reason": "tool_use",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "output_tokens": 3, "cache_read_input_tokens": None, "service_tier": "standard"},
}


@contextlib.asynccontextmanager
async def answering(
    body: str, content_type: str = "application/json", *, failures: Sequence[int] = (), budget_seconds: float = 60
) -> AsyncIterator[tuple[Model, list[bytes]]]:
    """A model behind which everything is answered with 200 and this body, after some failures; the requests seen."""
    requests: list[bytes] = []
    statuses = iter(failures)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        requests.append(await reader.readexactly(length))
        encoded = body.encode()
        writer.write(
            f"HTTP/1.1 {next(statuses, 200)} Said\r\ncontent-type: {content_type}\r\n"
            f"content-length: {len(encoded)}\r\nconnection: close\r\n\r\n".encode()
            + encoded
        )
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        model = Model(
            api_key="k", base_url=f"http://127.0.0.1:{port}", timeout_seconds=60, budget_seconds=budget_seconds
        )
        try:
            yield model, requests
        finally:
            await model.close()


async def test_blocks_are_kept_as_they_came_and_the_request_goes_as_it_is() -> None:
    request = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "מה יש? \u2028 ₪ \U0001f96f"}]}
    async with answering(json.dumps(MESSAGE)) as (model, requests):
        response = await model.ask(request)
    assert (response.content, response.stop_reason) == (MESSAGE["content"], "tool_use")
    assert response.usage == Usage(10, 3, 0, 0)
    assert [json.loads(body) for body in requests] == [request]


async def test_what_cannot_be_stored_is_taken_out_of_texts_and_tool_inputs() -> None:
    emoji = "\U0001f96f"
    use = {
        "type": "tool_use",
        "id": "t1",
        "name": "create_order",
        "input": {"no\0tes": ["a\0b", "\ud83d", emoji, 1, None]},
    }
    body = json.dumps({**MESSAGE, "content": [{"type": "text", "text": f"Hel\0lo {emoji}\udcff"}, use]})
    async with answering(body) as (model, _requests):
        response = await model.ask({"model": "m", "messages": []})
    assert response.text == f"Hello {emoji}\ufffd"
    assert response.tool_uses[0]["input"] == {"notes": ["ab", "\ufffd", emoji, 1, None]}


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("<html>back soon</html>", "text/html"),
        ('"ok"', "application/json"),
        ("{}", "application/json"),
        (json.dumps({**MESSAGE, "usage": None}), "application/json"),
    ],
)
async def test_what_is_no_message_is_asked_for_again_later(body: str, content_type: str) -> None:
    async with answering(body, content_type) as (model, _requests):
        with pytest.raises(ModelUnavailableError, match="no message"):
            await model.ask({"model": "m", "messages": []})


# 520, 522, 524 and 530 come from an edge before the API, which could not reach it.
@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 504, 520, 522, 524, 529, 530])
async def test_what_may_pass_is_asked_again_within_the_budget(status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_pause", lambda _attempt: 0.0)
    async with answering(json.dumps(MESSAGE), failures=[status, status]) as (model, requests):
        response = await model.ask({"model": "m", "messages": []})
    assert len(requests) == 3
    assert [incident.partition(" ")[0] for incident in response.incidents] == [str(status)] * 2


async def test_what_lasts_longer_than_the_budget_is_asked_for_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "_pause", lambda _attempt: 61.0)
    async with answering("back soon", "text/html", failures=[522]) as (model, requests):
        with pytest.raises(ModelUnavailableError, match="522"):
            await model.ask({"model": "m", "messages": []})
    assert len(requests) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
async def test_what_is_refused_is_not_asked_again(status: int) -> None:
    async with answering("{}", failures=[status]) as (model, requests):
        with pytest.raises(ModelRefusedError, match=str(status)):
            await model.ask({"model": "m", "messages": []})
    assert len(requests) == 1
