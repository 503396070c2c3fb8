"""The answer as a stream of server-sent events."""

import json
from collections.abc import Iterator
from typing import Any

_CHUNK = 40


def events(message: dict[str, Any]) -> Iterator[bytes]:
    """The events of one message, in the order of the API."""
    usage = message["usage"]
    start = {
        **message,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {**usage, "output_tokens": 1},
    }
    yield _event("message_start", message=start)
    yield _event("ping")
    for index, block in enumerate(message["content"]):
        yield from _block(index, block)
    delta = {key: message[key] for key in ("stop_reason", "stop_sequence", "stop_details")}
    yield _event("message_delta", delta=delta, usage={"output_tokens": usage["output_tokens"]})
    yield _event("message_stop")


def _block(index: int, block: dict[str, Any]) -> Iterator[bytes]:
    if block["type"] == "text":
        empty, whole, kind, field = {**block, "text": ""}, block["text"], "text_delta", "text"
    else:
        empty, whole, kind, field = (
            {**block, "input": {}},
            json.dumps(block["input"]),
            "input_json_delta",
            "partial_json",
        )
    yield _event("content_block_start", index=index, content_block=empty)
    for at in range(0, len(whole), _CHUNK):
        yield _event("content_block_delta", index=index, delta={"type": kind, field: whole[at : at + _CHUNK]})
    yield _event("content_block_stop", index=index)


def _event(name: str, **fields: Any) -> bytes:
    return f"event: {name}\ndata: {json.dumps({'type': name, **fields}, ensure_ascii=False)}\n\n".encode()
