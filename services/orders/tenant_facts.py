"""What orders needs to know of a tenant, read from the tenants service and kept for a while."""

import asyncio
import time
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import grpc
import structlog
from sales.tenants.v1 import events_pb2, tenants_pb2, tenants_pb2_grpc

from services.common.auth import TokenSigner
from services.common.errors import DomainError, from_rpc_error, is_transient, unavailable

log = structlog.get_logger()
TENANT_CHANGED = "sales.tenants.v1.tenant_changed"
DEFAULT_HORIZON_DAYS = 60

_FRESH_SECONDS = 60.0
_RETRY_SECONDS = 2.0
_DEADLINE_SECONDS = 2.0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TenantFacts:
    """Currency, clock and terms of a business. `horizon_days`: how far ahead an order may be wanted."""

    currency_code: str
    time_zone: ZoneInfo
    horizon_days: int
    delivery_offered: bool
    pickup_offered: bool

    def today(self, now: datetime) -> date:
        """The date on the wall at the business."""
        return now.astimezone(self.time_zone).date()

    def start_of(self, day: date) -> datetime:
        """The first instant of a local day, in UTC; right also where clocks skip midnight or show it twice."""
        return datetime(day.year, day.month, day.day, tzinfo=self.time_zone).astimezone(UTC)

    def offsets(self, start: datetime, end: datetime) -> tuple[list[datetime], list[timedelta]]:
        """From when on, between two instants, the clock is how far from UTC; the first is from `start` on."""
        since, offsets = [start], [self._offset(start)]
        while start < end:
            next_day = start + _DAY
            if self._offset(next_day) != offsets[-1]:
                since.append(self._change(start))
                offsets.append(self._offset(next_day))
            start = next_day
        return since, offsets

    def _change(self, start: datetime) -> datetime:
        """When the clock is changed in the 24 hours from `start` on."""
        later = self._offset(start + _DAY)
        seconds = bisect_left(
            range(24 * 3600), True, key=lambda after: self._offset(start + timedelta(seconds=after)) == later
        )
        return start + timedelta(seconds=seconds)

    def _offset(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.time_zone).utcoffset() or timedelta()

    def last_day(self, now: datetime) -> date:
        """The last date an order may be wanted for."""
        return self.today(now) + timedelta(days=self.horizon_days)


def facts_of(tenant: tenants_pb2.Tenant) -> TenantFacts:
    """The facts in a tenant's settings."""
    settings = tenant.settings
    return TenantFacts(
        currency_code=settings.currency_code,
        time_zone=ZoneInfo(settings.time_zone),
        horizon_days=settings.order_horizon_days or DEFAULT_HORIZON_DAYS,
        delivery_offered=settings.delivery_offered,
        pickup_offered=settings.pickup_offered,
    )


@dataclass(slots=True)
class _Entry:
    facts: TenantFacts
    fresh_until: float


class TenantDirectory:
    """Facts by tenant: fresh for a minute, dropped by TenantChanged, served stale while tenants is down."""

    def __init__(
        self, channel: grpc.aio.Channel, signer: TokenSigner, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._stub = tenants_pb2_grpc.TenantsServiceStub(channel)
        self._signer = signer
        self._monotonic = monotonic
        self._entries: dict[str, _Entry] = {}
        self._loading: dict[str, asyncio.Task[TenantFacts]] = {}

    async def facts(self, tenant_id: str) -> TenantFacts:
        """The tenant's facts. NOT_FOUND for an unknown tenant, UNAVAILABLE when it cannot be asked and never was."""
        entry = self._entries.get(tenant_id)
        if entry is not None and entry.fresh_until > self._monotonic():
            return entry.facts
        task = self._loading.get(tenant_id)
        if task is None:
            task = self._loading[tenant_id] = asyncio.create_task(self._load(tenant_id, entry))
            task.add_done_callback(lambda done: self._loaded(tenant_id, done))
        # A caller that goes away must not end the reading for the others who wait.
        return await asyncio.shield(task)

    def _loaded(self, tenant_id: str, task: asyncio.Task[TenantFacts]) -> None:
        if self._loading.get(tenant_id) is task:
            del self._loading[tenant_id]
        if not task.cancelled():
            task.exception()  # the waiting callers have it, if there are any left

    async def _load(self, tenant_id: str, known: _Entry | None) -> TenantFacts:
        task = asyncio.current_task()
        try:
            facts, fresh = await self._read(tenant_id, wait=known is None), _FRESH_SECONDS
        except DomainError as error:
            if not is_transient(error):
                self._entries.pop(tenant_id, None)
                raise
            if known is None:
                raise unavailable("the tenants service does not answer; try again") from error
            log.warning("tenant_facts_stale", tenant_id=tenant_id, error=error.message)
            facts, fresh = known.facts, _RETRY_SECONDS
        # An event that came while we were reading may be newer than what was read: do not keep that.
        if self._loading.get(tenant_id) is not task:
            fresh = 0.0
        self._entries[tenant_id] = _Entry(facts, self._monotonic() + fresh)
        return facts

    async def _read(self, tenant_id: str, *, wait: bool) -> TenantFacts:
        try:
            tenant = await self._stub.GetTenant(
                tenants_pb2.GetTenantRequest(),
                timeout=_DEADLINE_SECONDS,
                metadata=self._signer.metadata(tenant_id),
                wait_for_ready=wait,
            )
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from error
        return facts_of(tenant)

    async def on_tenant_changed(self, payload: bytes) -> None:
        """Handle TenantChanged: the next use reads again; what is known stays for when that fails."""
        tenant_id = events_pb2.TenantChanged.FromString(payload).tenant_id
        self._loading.pop(tenant_id, None)
        if entry := self._entries.get(tenant_id):
            entry.fresh_until = 0.0
