"""How long a conversation stays with staff after they last did something in it."""

from datetime import timedelta

import grpc
import structlog

from services.agent.reference import Reference

log = structlog.get_logger()

DEFAULT = timedelta(hours=12)


class PauseTime:
    """Gives a tenant's time."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def of(self, tenant_id: str) -> timedelta:
        """As the tenant set it. Staff can step in while the tenants service is away: then the default holds."""
        try:
            view = await self._reference.view(tenant_id)
        except grpc.aio.AioRpcError as error:
            log.warning("pause_time_unknown", tenant=tenant_id, code=error.code().name)
            return DEFAULT
        return timedelta(minutes=view.tenant.settings.pause_minutes) or DEFAULT
