"""The endpoints by which tests and people tell the simulator to misbehave, and read what it received."""

from typing import Any

from fastapi import APIRouter

from devstack.claude_simulator.faults import Fault, FaultBook
from devstack.claude_simulator.requestlog import RequestLog


def control_routes(faults: FaultBook, log: RequestLog) -> APIRouter:
    """Everything under `/simulator`, which the real API does not have."""
    router = APIRouter(prefix="/simulator")

    @router.get("/health")
    async def health() -> dict[str, str]:
        return {"status": "ok", "what": "simulator of Claude"}

    @router.post("/faults", status_code=201)
    async def add_fault(fault: Fault) -> dict[str, Any]:
        faults.add(fault)
        return {"faults": [one.model_dump() for one in faults.listed()]}

    @router.get("/faults")
    async def list_faults() -> dict[str, Any]:
        return {"faults": [one.model_dump() for one in faults.listed()]}

    @router.delete("/faults")
    async def delete_faults() -> dict[str, Any]:
        faults.clear()
        return {"faults": []}

    @router.get("/log")
    async def read_log(contains: str = "", purpose: str = "", limit: int = 500) -> dict[str, Any]:
        return {"requests": log.listed(contains, purpose, limit)}

    @router.delete("/log")
    async def delete_log() -> dict[str, Any]:
        log.clear()
        return {"requests": []}

    return router
