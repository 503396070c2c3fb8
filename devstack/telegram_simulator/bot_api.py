"""Telegram's own face: /bot<token>/<method>, with parameters as JSON, form or query."""

import json
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from devstack.telegram_simulator.bots import Bot
from devstack.telegram_simulator.errors import ApiError, bad_request, not_found
from devstack.telegram_simulator.faults import FaultRequest, error_of
from devstack.telegram_simulator.methods import METHODS, Parameters
from devstack.telegram_simulator.responses import CutConnection, NoAnswer
from devstack.telegram_simulator.simulator import Simulator

router = APIRouter()


@router.api_route("/bot{token}/{method}", methods=["GET", "POST"])
async def call(token: str, method: str, request: Request) -> Response:
    """One Bot API call."""
    simulator: Simulator = request.app.state.simulator
    try:
        bot = simulator.bots.get(token)
        parameters = await _parameters(request)
    except ApiError as error:
        return _refusal(error)
    fault = simulator.faults.take(method, token, parameters)
    record = {"bot_id": bot.bot_id, "method": method, "chat_id": _chat_id(parameters), "parameters": parameters}
    try:
        if fault is not None and fault.kind == "hang":
            simulator.calls.add(**record, accepted=False, answered=False, error="hang")
            return NoAnswer()
        result, description = _run(bot, method, parameters, fault)
    except ApiError as error:
        simulator.calls.add(**record, accepted=False, answered=True, error=error.description)
        return _refusal(error)
    cut = fault is not None and fault.kind == "drop_after_accept"
    simulator.calls.add(**record, **_sent(result), accepted=True, answered=not cut, error="")
    if cut:
        return CutConnection()
    body = {"ok": True, "result": result} | ({"description": description} if description else {})
    return JSONResponse(body)


@router.api_route("/{path:path}", methods=["GET", "POST"], include_in_schema=False)
async def unknown(path: str) -> Response:
    """Everything else is 404 in Telegram's form."""
    return _refusal(not_found())


def _run(bot: Bot, method: str, parameters: Parameters, fault: FaultRequest | None) -> tuple[Any, str]:
    refusal = error_of(fault) if fault is not None else None
    if refusal is not None:
        raise refusal
    handler = METHODS.get(method.lower())
    if handler is None:
        raise not_found("method not found")
    return handler(bot, parameters)


async def _parameters(request: Request) -> Parameters:
    parameters: Parameters = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    if kind == "application/json" and body:
        try:
            content = json.loads(body)
        except ValueError as error:
            raise bad_request("can't parse JSON object") from error
        if not isinstance(content, dict):
            raise bad_request("can't parse JSON object")
        return parameters | content
    if kind == "application/x-www-form-urlencoded" and body:
        return parameters | dict(parse_qsl(body.decode()))
    return parameters


def _chat_id(parameters: Parameters) -> int | None:
    try:
        return int(str(parameters["chat_id"]))
    except (KeyError, ValueError):
        return None


def _sent(result: Any) -> dict[str, Any]:
    """What a customer sees of it."""
    if not isinstance(result, dict):
        return {}
    return {key: result[key] for key in ("message_id", "text", "entities") if key in result}


def _refusal(error: ApiError) -> JSONResponse:
    return JSONResponse(error.body(), status_code=error.code, headers=error.headers())
