"""What a gRPC service tells of itself before anybody may call it: that it lives, what it misses, whether it is ready.

Served as the standard health service. The names that can be asked are
- "live": the process answers;
- "": new calls should be sent here;
- each gRPC service: its calls are served, also while the process is about to stop;
- each dependency, such as "postgres": it is there.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence

import structlog
from grpc_health.v1 import health, health_pb2
from grpc_health.v1.health_pb2 import HealthCheckResponse

from services.common.checks import Check, passes

log = structlog.get_logger()
LIVE = "live"

_WAIT_SECONDS = 0.3
_CHECK_SECONDS = 5.0


class Health(health.aio.HealthServicer):  # type: ignore[misc]
    """The statuses. `needs` must be there before `begin`; `reports` are only told."""

    def __init__(self, services: Sequence[str], needs: Sequence[str], reports: Sequence[str]) -> None:
        super().__init__()
        self._services = services
        self._needs = tuple(needs)
        self._there = dict.fromkeys((*needs, *reports), False)
        self._ready = False
        self.begun = not needs
        """Whether it was ready once. What goes away later is for the calls that need it to say."""
        self._stopping = False
        self._statuses: dict[str, bool] = {}

    @property
    def missing(self) -> list[str]:
        """What is needed and not there."""
        return [name for name in self._needs if not self._there[name]]

    async def start(self) -> None:
        """Live, and not ready."""
        if self._needs:
            log.info("waiting", missing=self.missing)
        await self._tell()

    async def found(self, names: Collection[str], *, there: bool = True) -> None:
        """Dependencies are there, or not there any longer."""
        before = self.missing
        self._there.update(dict.fromkeys(names, there))
        if self.missing != before:
            log.info("waiting", missing=self.missing)
        await self._tell()

    async def set_ready(self, ready: bool) -> None:
        self._ready = ready
        self.begun = self.begun or ready
        await self._tell()

    async def stop(self) -> None:
        """From now on new calls should go elsewhere; whatever else is true stays so."""
        self._stopping = True
        await self._tell()

    async def watch(self, needed: Mapping[str, Check], reported: Mapping[str, Check]) -> None:
        """Look again and again; ready as long as everything needed is there."""
        told: list[str] | None = None
        while True:
            there = await self.look({**needed, **reported})
            missing = [name for name, found in there.items() if not found]
            if missing != told:
                told = missing
                await self.set_ready(needed.keys().isdisjoint(missing))
                tell = log.warning if missing else log.info
                tell("ready" if self._ready else "not_ready", missing=missing)
            await asyncio.sleep(_WAIT_SECONDS if missing else _CHECK_SECONDS)

    async def watch_peers(self, peers: Mapping[str, Check]) -> None:
        """Look again and again whether these are there, which changes nothing else."""
        while True:
            there = await self.look(peers)
            await asyncio.sleep(_CHECK_SECONDS if all(there.values()) else _WAIT_SECONDS)

    async def look(self, checks: Mapping[str, Check]) -> dict[str, bool]:
        """Make the checks and tell what they found."""
        results = await asyncio.gather(*(passes(check) for check in checks.values()))
        there = dict(zip(checks, results, strict=True))
        self._there.update(there)
        await self._tell()
        return there

    async def List(self, request: health_pb2.HealthListRequest, context: object) -> health_pb2.HealthListResponse:
        """All names at once."""
        return health_pb2.HealthListResponse(
            statuses={name: HealthCheckResponse(status=_status(yes)) for name, yes in self._statuses.items()}
        )

    async def _tell(self) -> None:
        self._statuses = {
            LIVE: True,
            **self._there,
            **dict.fromkeys(self._services, self._ready),
            "": self._ready and not self._stopping,
        }
        for name, yes in self._statuses.items():
            await self.set(name, _status(yes))


def _status(yes: bool) -> "HealthCheckResponse.ServingStatus.ValueType":
    return HealthCheckResponse.SERVING if yes else HealthCheckResponse.NOT_SERVING
