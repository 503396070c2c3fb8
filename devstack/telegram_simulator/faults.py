"""Misbehaviour on demand: which of the next calls fail, and how."""

from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, Field

from devstack.telegram_simulator import errors

Kind = Literal[
    "rate_limit",
    "forbidden",
    "bad_markup",
    "bad_request",
    "unauthorized",
    "server_error",
    "hang",
    "drop_after_accept",
    "migrated",
]


class FaultRequest(BaseModel):
    """What `POST /simulator/faults` takes: the next `times` calls that match fail in this way.

    `retry_after` is in seconds (rate_limit), `migrate_to_chat_id` goes with migrated. `bad_markup` matches only
    calls with a parse_mode. `hang` never answers; `drop_after_accept` delivers and then cuts the connection.
    """

    method: str = "sendMessage"
    kind: Kind
    token: str | None = None
    chat_id: int | None = None
    retry_after: int = Field(1, ge=0)
    migrate_to_chat_id: int = -1001000000001
    description: str = "chat not found"
    times: int = Field(1, ge=1)


@dataclass
class _Fault:
    request: FaultRequest
    left: int


class Faults:
    """The faults still to come, oldest first."""

    def __init__(self) -> None:
        self._faults: list[_Fault] = []

    def add(self, request: FaultRequest) -> None:
        """Arrange a fault."""
        self._faults.append(_Fault(request, request.times))

    def clear(self) -> None:
        """Forget all faults: everything works again."""
        self._faults.clear()

    def describe(self) -> list[dict[str, Any]]:
        """Faults still to come, each with how often it is left."""
        return [{**fault.request.model_dump(), "left": fault.left} for fault in self._faults]

    def take(self, method: str, token: str, parameters: dict[str, Any]) -> FaultRequest | None:
        """The fault that this call meets, counted down; None if it meets none."""
        for fault in self._faults:
            if _matches(fault.request, method, token, parameters):
                fault.left -= 1
                if fault.left == 0:
                    self._faults.remove(fault)
                return fault.request
        return None


def error_of(fault: FaultRequest) -> errors.ApiError | None:
    """The answer of a fault that refuses the call; None for one that is about the connection."""
    return {
        "rate_limit": errors.too_many_requests(fault.retry_after),
        "forbidden": errors.blocked_by_user(),
        "bad_markup": errors.bad_request("can't parse entities: Unclosed start tag at byte offset 0"),
        "bad_request": errors.bad_request(fault.description),
        "unauthorized": errors.unauthorized(),
        "server_error": errors.server_error(),
        "migrated": errors.migrated(fault.migrate_to_chat_id),
    }.get(fault.kind)


def _matches(fault: FaultRequest, method: str, token: str, parameters: dict[str, Any]) -> bool:
    return (
        fault.method.lower() == method.lower()
        and fault.token in (None, token)
        and (fault.chat_id is None or str(parameters.get("chat_id")) == str(fault.chat_id))
        and (fault.kind != "bad_markup" or bool(parameters.get("parse_mode")))
    )
