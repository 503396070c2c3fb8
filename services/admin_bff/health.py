"""Whether this process lives, and whether it can work."""

from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse

from services.admin_bff.dependencies import AppParts
from services.admin_bff.shapes import Answer

router = APIRouter(tags=["health"])


class Alive(Answer):
    """The process lives."""

    alive: Literal[True]


class Ready(Answer):
    """Whether the process can work, and what it misses."""

    ready: bool
    missing: list[str]


@router.head("/healthz", include_in_schema=False)
@router.get("/healthz")
async def healthz() -> Alive:
    """The process is alive."""
    return Alive(alive=True)


@router.head("/readyz", include_in_schema=False)
@router.get("/readyz", response_model=Ready, responses={503: {"model": Ready, "description": "Not ready"}})
async def readyz(parts: AppParts) -> Response:
    """Whether the process can work, 503 if not; and the names of what is missing, needed or not."""
    state = await parts.readiness.state()
    answer = Ready(ready=state.ready, missing=state.missing)
    return JSONResponse(answer.model_dump(), status_code=200 if state.ready else 503)
