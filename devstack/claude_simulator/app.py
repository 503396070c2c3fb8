"""The HTTP server: the Messages API, and the simulator's own endpoints beside it."""

import asyncio
import json
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from devstack.claude_simulator.api.errors import ApiError, invalid_request, unique_id
from devstack.claude_simulator.api.message import render
from devstack.claude_simulator.api.pairing import check_rules
from devstack.claude_simulator.api.promptcache import PromptCache
from devstack.claude_simulator.api.schema import CountRequest, MessagesRequest, parse_request
from devstack.claude_simulator.api.sse import events
from devstack.claude_simulator.api.tokens import prompt_blocks
from devstack.claude_simulator.control import control_routes
from devstack.claude_simulator.engine import purpose_of, respond, texts_of
from devstack.claude_simulator.faults import DELAYS, REFUSALS, FaultBook
from devstack.claude_simulator.misbehaviour import refusal
from devstack.claude_simulator.requestlog import Entry, RequestLog

_LARGEST_BODY = 32 * 1024 * 1024
_MODELS = ("claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-5-5")
_GONE_POLL = 0.1


class Simulator:
    """What lives as long as the server: the prompt cache, the faults told to it, the log, paused answers."""

    def __init__(self) -> None:
        self.cache = PromptCache()
        self.faults = FaultBook()
        self.log = RequestLog()
        self.paused: set[str] = set()

    async def messages(self, http: Request) -> Response:
        """`POST /v1/messages`."""
        return await self._logged(http, self._message)

    async def count_tokens(self, http: Request) -> Response:
        """`POST /v1/messages/count_tokens`."""
        return await self._logged(http, self._count)

    async def models(self, http: Request) -> Response:
        """`GET /v1/models`."""
        return await self._logged(http, self._models)

    async def _logged(self, http: Request, handle: Any) -> Response:
        """Run a handler between the log's open and close; its ApiError becomes the answer."""
        request_id = unique_id("req")
        raw = await http.body()
        body = _json(raw)
        entry = self.log.open(http.url.path, http.headers, raw.decode(errors="replace") if body is None else body)
        entry.request_id = request_id
        try:
            _check_headers(http, raw)
            response: Response = await handle(http, body, entry)
        except ApiError as error:
            response = JSONResponse(error.body(request_id), error.status, headers=error.headers)
        response.headers["request-id"] = request_id
        logged = bytes(response.body).decode() if hasattr(response, "body") else entry.response
        self.log.close(entry, response.status_code, logged)
        return response

    async def _message(self, http: Request, body: Any, entry: Entry) -> Response:
        request = parse_request(MessagesRequest, body)
        check_rules(request, self.paused)
        _check_model(request.model)
        entry.purpose = purpose_of(request)
        await self._misbehave_first(http, request, entry)
        answer, fault = respond(request, self.faults)
        entry.fault = fault or entry.fault
        message = render(answer, request.model, self.cache.account(request.model, prompt_blocks(request)))
        if answer.stop_reason == "pause_turn":
            self.paused.add(answer.text)
        if request.stream:
            entry.response = json.dumps(message, ensure_ascii=False)
            return StreamingResponse(events(message), media_type="text/event-stream; charset=utf-8")
        return JSONResponse(message)

    async def _misbehave_first(self, http: Request, request: MessagesRequest, entry: Entry) -> None:
        """Delays and refusals, which come before any answer."""
        purpose, texts = purpose_of(request), texts_of(request)
        for kind in DELAYS:
            delay = self.faults.take((kind,), purpose, texts)
            if delay:
                entry.fault = delay.kind
                seconds = delay.seconds if delay.kind == "hang" else delay.latency_ms / 1000
                await _wait(http, seconds, self.faults.ended)
        fault = self.faults.take(REFUSALS, purpose, texts)
        if fault:
            entry.fault = fault.kind
            raise refusal(fault)

    async def _count(self, _http: Request, body: Any, _entry: Entry) -> Response:
        request = parse_request(CountRequest, body)
        check_rules(request, self.paused)
        return JSONResponse({"input_tokens": sum(block.tokens for block in prompt_blocks(request))})

    async def _models(self, _http: Request, _body: Any, _entry: Entry) -> Response:
        rows = [
            {
                "type": "model",
                "id": name,
                "display_name": name,
                "created_at": "2026-01-01T00:00:00Z",
                "lifecycle": "active",
            }
            for name in _MODELS
        ]
        return JSONResponse({"data": rows, "has_more": False, "first_id": _MODELS[0], "last_id": _MODELS[-1]})


def create_app() -> FastAPI:
    """A simulator of Claude of its own; nothing is shared between apps."""
    simulator = Simulator()
    app = FastAPI(title="Simulator of Claude", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.simulator = simulator
    app.add_route("/v1/messages", simulator.messages, methods=["POST"])
    app.add_route("/v1/messages/count_tokens", simulator.count_tokens, methods=["POST"])
    app.add_route("/v1/models", simulator.models, methods=["GET"])
    app.include_router(control_routes(simulator.faults, simulator.log))
    return app


def _check_headers(http: Request, raw: bytes) -> None:
    bearer = http.headers.get("authorization", "").removeprefix("Bearer").strip()
    if not http.headers.get("x-api-key") and not bearer:
        raise ApiError(401, "authentication_error", "x-api-key header is required")
    if not http.headers.get("anthropic-version"):
        raise invalid_request("anthropic-version: header is required")
    if len(raw) > _LARGEST_BODY:
        raise ApiError(413, "request_too_large", "Request exceeds the maximum size")


def _check_model(model: str) -> None:
    if not model.startswith("claude-"):
        raise ApiError(404, "not_found_error", f"model: {model}")


def _json(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except ValueError:
        return None


async def _wait(http: Request, seconds: float, ended: asyncio.Event) -> None:
    """Sleep, but no longer than the client stays and the fault is in force."""
    end = asyncio.get_running_loop().time() + seconds
    while not ended.is_set() and (left := end - asyncio.get_running_loop().time()) > 0:
        await asyncio.sleep(min(left, _GONE_POLL))
        if await http.is_disconnected():
            return
