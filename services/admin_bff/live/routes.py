"""Live events over HTTP."""

from fastapi import APIRouter, Response

from services.admin_bff.dependencies import TENANT, AppParts, Services
from services.admin_bff.live.schemas import LiveEvent
from services.admin_bff.live.stream import EventStream

router = APIRouter(prefix=TENANT, tags=["live"])


@router.get("/events", status_code=200, response_class=EventStream, responses={200: {"model": LiveEvent}})
async def stream_events(services: Services, parts: AppParts) -> Response:
    """Server-sent events, `hello` first: that something is new, not what. No replay: after a reconnect ask anew."""
    return EventStream(parts.hub, parts.standing, services.session)
