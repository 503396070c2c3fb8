"""What went wrong, as the API tells it: problem details (RFC 9457), made from the services' errors by one mapping."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import grpc
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from services.admin_bff.shapes import Answer
from services.common.errors import DomainError

log = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "retry_after_seconds"  # metadata of an error that says when to come again

_STATUSES: Mapping[grpc.StatusCode, int] = {
    grpc.StatusCode.INVALID_ARGUMENT: 422,
    grpc.StatusCode.OUT_OF_RANGE: 422,
    grpc.StatusCode.NOT_FOUND: 404,
    grpc.StatusCode.ALREADY_EXISTS: 409,
    grpc.StatusCode.ABORTED: 409,
    grpc.StatusCode.FAILED_PRECONDITION: 409,
    grpc.StatusCode.PERMISSION_DENIED: 403,
    grpc.StatusCode.UNAUTHENTICATED: 401,
    grpc.StatusCode.RESOURCE_EXHAUSTED: 429,
    grpc.StatusCode.UNAVAILABLE: 503,
    grpc.StatusCode.DEADLINE_EXCEEDED: 503,
    grpc.StatusCode.CANCELLED: 503,
    grpc.StatusCode.UNIMPLEMENTED: 503,  # a service that is older than this one: it is being rolled out
}
# These accuse this process, not the person at the dashboard.
_OUR_FAULT = ("TOKEN_MISSING", "TOKEN_INVALID", "CALLER_NOT_ALLOWED", "BAD_TENANT_ID")
# How the API calls what the contracts call otherwise.
_FIELDS = {
    "start_date": "from",
    "end_date": "to",
    "page_token": "cursor",
    "page_size": "limit",
    "query": "q",
    "handlers": "state",
    "statuses": "status",
    "customer_name": "customer",
    "sku": "product",
    "request_id": "Idempotency-Key",
}
_DETAILS = {500: "something went wrong here", 503: "a part of the platform does not answer; try again"}


class Problem(Answer):
    """What went wrong (RFC 9457)."""

    type: str = Field("about:blank", description="always about:blank; `reason` tells problems apart")
    title: str
    status: int
    detail: str = Field(description="for people")
    reason: str = Field(description="for programs: STALE_ETAG, NOT_FOUND and the like")
    field: str | None = Field(None, description="the field that is wrong, such as items[0].quantity")


class ConflictError(Exception):
    """Somebody else was first, or the state does not allow it; `current` is how the thing now is."""

    def __init__(self, error: DomainError, current: Answer | None) -> None:
        super().__init__(error.message)
        self.error = error
        self.current = current


class ProblemResponse(JSONResponse):
    """A problem as a response."""

    media_type = MEDIA_TYPE

    def __init__(
        self,
        status: int,
        reason: str,
        detail: str,
        field: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        problem = Problem(
            title=HTTPStatus(status).phrase, status=status, detail=detail, reason=reason, field=field or None
        )
        super().__init__(problem.model_dump(mode="json") | more, status_code=status, headers=dict(headers or {}))


def documented(*statuses: int, conflict: type[Problem] = Problem) -> dict[int | str, dict[str, Any]]:
    """The problems a route may answer, for OpenAPI."""
    return {
        status: {"model": conflict if status == 409 else Problem, "description": HTTPStatus(status).phrase}
        for status in statuses
    }


def response_of(error: DomainError, path_fields: Sequence[str] = ()) -> ProblemResponse:
    """The problem of an error. `path_fields`: what the path named; a wrong one there is a thing that is not there."""
    status = _status_of(error, path_fields)
    if status >= 500:
        log.log(40 if status == 500 else 30, "request_failed", code=error.code.name, reason=error.reason)
        return ProblemResponse(status, error.reason if status == 503 else "INTERNAL", _DETAILS[status])
    if status == 404:
        return not_found_response()
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    if status == 429:
        headers["Retry-After"] = error.metadata.get(RETRY_AFTER, "5")
    return ProblemResponse(status, error.reason, error.message, _field(error.field), headers)


def not_found_response() -> ProblemResponse:
    """The one answer to whatever is not there, or not this tenant's."""
    return ProblemResponse(404, "NOT_FOUND", "there is no such thing here")


def _status_of(error: DomainError, path_fields: Sequence[str]) -> int:
    if error.reason in _OUR_FAULT:
        return 500
    status = _STATUSES.get(error.code, 500)
    return 404 if status == 422 and error.field in path_fields else status


def _field(field: str) -> str:
    name = field.removeprefix("filter.").removeprefix("profile.")
    return _FIELDS.get(name, name)


def answer_problems(app: FastAPI) -> None:
    """Have whatever is raised in the application answered as a problem."""

    @app.exception_handler(DomainError)
    async def domain_error(request: Request, error: DomainError) -> Response:
        return response_of(error, tuple(request.path_params))

    @app.exception_handler(ConflictError)
    async def conflict(_request: Request, conflict: ConflictError) -> Response:
        error = conflict.error
        current = conflict.current.model_dump(mode="json") if isinstance(conflict.current, BaseModel) else None
        return ProblemResponse(409, error.reason, error.message, _field(error.field), current=current)

    @app.exception_handler(RequestValidationError)
    async def bad_request(_request: Request, error: RequestValidationError) -> Response:
        first = error.errors()[0]
        if first["type"] == "json_invalid":
            return ProblemResponse(422, "BAD_JSON", "the body is not JSON")
        field = _path_of(first["loc"][1:])
        return ProblemResponse(422, "BAD_FIELD", f"{field or first['loc'][0]}: {first['msg']}", field)

    @app.exception_handler(HTTPException)
    async def http_exception(_request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return not_found_response()
        phrase = HTTPStatus(error.status_code).phrase
        reason = phrase.upper().replace(" ", "_").replace("-", "_")
        return ProblemResponse(error.status_code, reason, str(error.detail), headers=error.headers)

    @app.exception_handler(Exception)
    async def unexpected(_request: Request, _error: Exception) -> Response:
        return ProblemResponse(500, "INTERNAL", _DETAILS[500])


def _path_of(location: Sequence[str | int]) -> str:
    path = ""
    for part in location:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path
