"""The one typed error of the domain, and its way over the wire and back."""

from collections.abc import Mapping
from typing import NoReturn

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

DOMAIN = "sales"


class DomainError(Exception):
    """Something a caller did that cannot be done, told so that the caller can mend it.

    code: gRPC status code. reason: UPPER_SNAKE_CASE, stable, for programs. message: for people; names what is
    wrong and what would be valid. field: path of the wrong field, such as `items[0].quantity`. metadata: further
    facts as strings.
    """

    def __init__(
        self,
        code: grpc.StatusCode,
        reason: str,
        message: str,
        *,
        field: str = "",
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.reason = reason
        self.message = message
        self.field = field
        self.metadata = dict(metadata or {})

    def __repr__(self) -> str:
        return f"DomainError({self.code.name}, {self.reason}, {self.message!r}, field={self.field!r})"


def invalid(field: str, reason: str, message: str, **metadata: str) -> DomainError:
    """A bad field: INVALID_ARGUMENT."""
    return DomainError(grpc.StatusCode.INVALID_ARGUMENT, reason, message, field=field, metadata=metadata)


def bad(field: str, reason: str, problem: str, valid: str) -> DomainError:
    """The same, with a message made of the field, what is wrong with it and what would be valid."""
    return invalid(field, reason, f"{field} {problem}; valid: {valid}", valid=valid)


def not_found(what: str, key: object) -> DomainError:
    """Missing, or another tenant's, which must look the same: NOT_FOUND."""
    return DomainError(grpc.StatusCode.NOT_FOUND, "NOT_FOUND", f"{what} {key} was not found")


def already_exists(message: str, **metadata: str) -> DomainError:
    """A duplicate: ALREADY_EXISTS."""
    return DomainError(grpc.StatusCode.ALREADY_EXISTS, "ALREADY_EXISTS", message, metadata=metadata)


def wrong_state(reason: str, message: str, **metadata: str) -> DomainError:
    """The thing is in a state that does not allow this: FAILED_PRECONDITION."""
    return DomainError(grpc.StatusCode.FAILED_PRECONDITION, reason, message, metadata=metadata)


def stale(message: str, **metadata: str) -> DomainError:
    """Somebody changed it meanwhile: ABORTED."""
    return DomainError(grpc.StatusCode.ABORTED, "STALE_ETAG", message, metadata=metadata)


def unavailable(message: str) -> DomainError:
    """A dependency is down: UNAVAILABLE."""
    return DomainError(grpc.StatusCode.UNAVAILABLE, "UNAVAILABLE", message)


def to_status(error: DomainError) -> status_pb2.Status:
    """Render as google.rpc.Status with ErrorInfo and, for a field, BadRequest."""
    details: list[any_pb2.Any] = []
    for detail in _details(error):
        packed = any_pb2.Any()
        packed.Pack(detail)
        details.append(packed)
    return status_pb2.Status(code=error.code.value[0], message=error.message, details=details)


def _details(error: DomainError) -> list[error_details_pb2.ErrorInfo | error_details_pb2.BadRequest]:
    info = error_details_pb2.ErrorInfo(reason=error.reason, domain=DOMAIN, metadata=error.metadata)
    if not error.field:
        return [info]
    violation = error_details_pb2.BadRequest.FieldViolation(field=error.field, description=error.message)
    return [info, error_details_pb2.BadRequest(field_violations=[violation])]


async def abort(context: grpc.aio.ServicerContext[object, object], error: DomainError) -> NoReturn:
    """End the call with the error's status."""
    status = rpc_status.to_status(to_status(error))
    await context.abort(status.code, status.details, status.trailing_metadata)
    raise AssertionError("abort always raises")


def from_rpc_error(error: grpc.aio.AioRpcError) -> DomainError:
    """Read a status that another service sent. Statuses without our details keep code and message."""
    reason, field, metadata = error.code().name, "", {}
    status = _status_of(error)
    for detail in status.details if status else ():
        info, bad_request = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        if detail.Unpack(info):
            reason, metadata = info.reason, dict(info.metadata)
        elif detail.Unpack(bad_request) and bad_request.field_violations:
            field = bad_request.field_violations[0].field
    return DomainError(error.code(), reason, error.details() or "", field=field, metadata=metadata)


def _status_of(error: grpc.aio.AioRpcError) -> status_pb2.Status | None:
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin" and isinstance(value, bytes):
            return status_pb2.Status.FromString(value)
    return None


def is_transient(error: DomainError) -> bool:
    """Whether the same call may go through later: the dependency, not the request, is at fault."""
    return error.code.value[0] in (
        code_pb2.UNAVAILABLE,
        code_pb2.DEADLINE_EXCEEDED,
        code_pb2.CANCELLED,  # the peer stopped, or had too many calls on one connection
        code_pb2.INTERNAL,
        code_pb2.UNKNOWN,
    )
