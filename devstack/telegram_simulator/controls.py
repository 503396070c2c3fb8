"""The simulator's own face under /simulator/: write as a customer, order faults, read what was sent."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import BaseModel, Field

from devstack.telegram_simulator.errors import ApiError
from devstack.telegram_simulator.faults import FaultRequest
from devstack.telegram_simulator.journal import Entry
from devstack.telegram_simulator.simulator import Simulator
from devstack.telegram_simulator.updates import MessageRequest

router = APIRouter(prefix="/simulator")


def _simulator(request: Request) -> Simulator:
    simulator: Simulator = request.app.state.simulator
    return simulator


Held = Annotated[Simulator, Depends(_simulator)]


class UpdateRequest(BaseModel):
    """What `POST /simulator/updates` takes: an Update as it is; without update_id it gets the next one."""

    token: str
    update: dict[str, Any]


@router.get("/health")
async def health() -> dict[str, str]:
    """Says that it is up, and that it is not Telegram."""
    return {"status": "ok", "server": "simulator of the Telegram Bot API"}


@router.post("/messages")
async def write_message(message: MessageRequest, simulator: Held) -> dict[str, Any]:
    """A person writes to a bot. Gives message_id, update_id, the update, and whether it is on its way."""
    try:
        return simulator.write(message)
    except ApiError as error:
        raise HTTPException(422, f"{message.token!r} is not a bot token") from error


@router.post("/updates")
async def deliver_update(request: UpdateRequest, simulator: Held) -> dict[str, Any]:
    """Any update, as it is."""
    try:
        return simulator.deliver(simulator.bots.get(request.token), request.update)
    except ApiError as error:
        raise HTTPException(422, f"{request.token!r} is not a bot token") from error


@router.post("/faults")
async def order_fault(fault: FaultRequest, simulator: Held) -> list[dict[str, Any]]:
    """Make the next matching calls fail. Gives the faults still to come."""
    simulator.faults.add(fault)
    return simulator.faults.describe()


@router.delete("/faults")
async def clear_faults(simulator: Held) -> list[dict[str, Any]]:
    """Everything works again."""
    simulator.faults.clear()
    return simulator.faults.describe()


class CallFilter(BaseModel):
    """Which Bot API calls: those that took effect, which is what customers see, unless `accepted` says otherwise."""

    token: str | None = None
    chat_id: int | None = None
    method: str | None = None
    accepted: Literal["true", "false", "any"] = "true"
    after: int = 0
    wait_ms: int = Field(0, ge=0, le=60_000)

    def wants(self, entry: Entry) -> bool:
        """Whether an entry of the log passes."""
        return (
            _bot_id(self.token) in (None, entry["bot_id"])
            and self.chat_id in (None, entry["chat_id"])
            and (self.method is None or self.method.lower() == entry["method"].lower())
            and self.accepted in ("any", str(entry["accepted"]).lower())
        )


class DeliveryFilter(BaseModel):
    """Which attempts to deliver an update."""

    token: str | None = None
    chat_id: int | None = None
    update_id: int | None = None
    after: int = 0
    wait_ms: int = Field(0, ge=0, le=60_000)

    def wants(self, entry: Entry) -> bool:
        """Whether an entry of the log passes."""
        return (
            _bot_id(self.token) in (None, entry["bot_id"])
            and self.chat_id in (None, entry["chat_id"])
            and self.update_id in (None, entry["update_id"])
        )


@router.get("/log")
async def read_calls(simulator: Held, query: Annotated[CallFilter, Query()]) -> dict[str, Any]:
    """Bot API calls, oldest first. With `wait_ms` it waits for the first one numbered above `after`."""
    return await simulator.calls.read(query.wants, query.after, query.wait_ms / 1000)


@router.get("/deliveries")
async def read_deliveries(simulator: Held, query: Annotated[DeliveryFilter, Query()]) -> dict[str, Any]:
    """Attempts to deliver updates, with the status each got (null: no answer) and the error."""
    return await simulator.deliveries.read(query.wants, query.after, query.wait_ms / 1000)


def _bot_id(token: str | None) -> int | None:
    """The id that starts a token; -1, which no bot has, for what is no token."""
    if token is None:
        return None
    digits = token.partition(":")[0]
    return int(digits) if digits.isdigit() else -1
