"""How long a conversation stays with staff after they last did something in it."""

from datetime import timedelta

import grpc
import structlog

from services.agent.reference import Reference

log = structlog.get_logger()

DEFAULT = timedelta(hours=12)

_PATIENCE_SECONDS = 0.5
"""Whoever steps in is waiting, and with them a customer: a pause of the wrong length is better than none."""


class PauseTime:
    """Gives a tenant's time."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    async def of(self, tenant_id: str) -> timedelta:
        """As the tenant set it. Staff can step in while the tenants service is away or hangs: then what was set
        before holds, or the default."""
        try:
            tenant = await self._reference.tenant(tenant_id, _PATIENCE_SECONDS)
        except grpc.aio.AioRpcError as error:
            log.warning("pause_time_unknown", tenant=tenant_id, code=error.code().name)
            return DEFAULT
        return timedelta(minutes=tenant.settings.pause_minutes) or DEFAULT
