"""Stand-ins for the model and for Telegram: fixed answers, a chosen latency, and who was answered when."""

import asyncio
import json
import time
from collections.abc import Callable

from bench.wire import serve

_ANSWER = json.dumps(
    {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "claude-sonnet-5-5",
        "content": [{"type": "text", "text": "Hello! What would you like to know about our products today?"}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 900, "output_tokens": 20},
    }
).encode()
_JOB = json.dumps(
    {
        "id": "msg_bench",
        "type": "message",
        "role": "assistant",
        "model": "claude-haiku-5-5",
        "content": [{"type": "tool_use", "id": "toolu_bench", "name": "save_profile", "input": {}}],
        "stop_reason": "tool_use",
        "stop_sequence": None,
        "usage": {"input_tokens": 300, "output_tokens": 10},
    }
).encode()


class Model:
    """Answers every request with the same text after `latency` seconds; jobs get an empty profile or a summary."""

    def __init__(self) -> None:
        self.latency = 0.0
        self.requests = 0
        self.port = 0

    async def start(self) -> None:
        self._server, self.port = await serve(self._respond)

    def _respond(self, path: bytes, body: bytes, send: Callable[[bytes], None]) -> None:
        self.requests += 1
        answer = _JOB if b'"save_profile"' in body else _ANSWER
        if self.latency > 0:
            asyncio.get_running_loop().call_later(self.latency, send, answer)
        else:
            send(answer)


class Telegram:
    """Takes every send; `answered` is called with the chat and the moment."""

    def __init__(self) -> None:
        self.port = 0
        self.sent = 0
        self.answered: Callable[[int, float], None] = lambda chat_id, moment: None

    async def start(self) -> None:
        self._server, self.port = await serve(self._respond)

    def _respond(self, path: bytes, body: bytes, send: Callable[[bytes], None]) -> None:
        if not path.endswith(b"/sendMessage"):
            send(b'{"ok":true,"result":true}')
            return
        self.sent += 1
        chat_id = int(json.loads(body)["chat_id"])
        send(
            b'{"ok":true,"result":{"message_id":%d,"date":1,"chat":{"id":%d,"type":"private"},"text":"x"}}'
            % (self.sent, chat_id)
        )
        self.answered(chat_id, time.perf_counter())
