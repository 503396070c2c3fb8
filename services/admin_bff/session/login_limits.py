"""How often somebody may fail to prove who they are, by address and by tenant."""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import grpc

from services.admin_bff.problems import RETRY_AFTER
from services.common.errors import DomainError

# Failures in a row, after which one more is allowed each time that this share of the period has passed.
_FAILURES_OF_ADDRESS = 10
_FAILURES_OF_TENANT = 100  # from whatever addresses; high, because it keeps the tenant's own people out too
_PERIOD_SECONDS = 300.0
_REMEMBERED = 10_000


@dataclass
class _Level:
    """Failures that are not forgotten yet, as of a moment."""

    failures: float = 0.0
    at: float = 0.0


class LoginLimits:
    """Counts each attempt as a failure until it is forgiven, so that simultaneous ones cannot slip through."""

    def __init__(self, now: Callable[[], float] = time.monotonic, remembered: int = _REMEMBERED) -> None:
        self._now = now
        self._remembered = remembered
        self._levels: OrderedDict[str, _Level] = OrderedDict()

    def attempt(self, address: str, tenant_id: str) -> Callable[[], None]:
        """Count an attempt; the function given back forgives it. RESOURCE_EXHAUSTED, which says how long to wait."""
        limits = {f"address {_network(address)}": _FAILURES_OF_ADDRESS}
        if tenant_id:
            limits[f"tenant {tenant_id}"] = _FAILURES_OF_TENANT
        waits = [self._wait(key, limit) for key, limit in limits.items()]
        if any(waits):
            raise DomainError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "TOO_MANY_ATTEMPTS",
                "too many failed attempts to log in; wait before the next one",
                metadata={RETRY_AFTER: str(int(max(waits)) + 1)},
            )
        for key, limit in limits.items():
            self._add(key, limit, 1)

        def forgive() -> None:
            for key, limit in limits.items():
                self._add(key, limit, -1)

        return forgive

    def __len__(self) -> int:
        return len(self._levels)

    def _wait(self, key: str, limit: int) -> float:
        """Seconds until one more is allowed; 0: now."""
        excess = self._current(key, limit) - (limit - 1)
        return max(0.0, excess * _PERIOD_SECONDS / limit)

    def _current(self, key: str, limit: int) -> float:
        level = self._levels.get(key)
        if level is None:
            return 0.0
        return max(0.0, level.failures - (self._now() - level.at) * limit / _PERIOD_SECONDS)

    def _add(self, key: str, limit: int, failures: int) -> None:
        level = max(0.0, self._current(key, limit) + failures)
        self._levels.pop(key, None)
        if level:
            self._levels[key] = _Level(level, self._now())
        while len(self._levels) > self._remembered:
            self._levels.popitem(last=False)  # the longest untouched


def _network(address: str) -> str:
    """The address; of IPv6 the network that one subscriber has."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return parsed.exploded[:19]
