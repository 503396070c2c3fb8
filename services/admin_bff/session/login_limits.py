"""How often an address may fail to prove who it is; what was refused lately counts once."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import grpc

from services.admin_bff.problems import RETRY_AFTER
from services.common.errors import DomainError

# Failures in a row, after which one more is allowed each time that this share of the period has passed.
_FAILURES = 10
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
        self._refused: OrderedDict[bytes, float] = OrderedDict()

    def attempt(self, address: str) -> Callable[[], None]:
        """Count an attempt; the function given back forgives it. RESOURCE_EXHAUSTED, which says how long to wait."""
        network = _network(address)
        if wait := self._wait(network):
            raise DomainError(
                grpc.StatusCode.RESOURCE_EXHAUSTED,
                "TOO_MANY_ATTEMPTS",
                "too many failed attempts to log in; wait before the next one",
                metadata={RETRY_AFTER: str(int(wait) + 1)},
            )
        self._add(network, 1)
        return lambda: self._add(network, -1)

    def refuse(self, credential: str) -> None:
        """Remember for a while, by its SHA-256, that a credential is none, which it cannot become."""
        self._refused[_digest(credential)] = self._now()
        while len(self._refused) > self._remembered:
            self._refused.popitem(last=False)

    def is_refused(self, credential: str) -> bool:
        """Whether it was refused lately: who repeats it guesses nothing, and need not be counted."""
        at = self._refused.get(_digest(credential))
        return at is not None and self._now() - at < _PERIOD_SECONDS

    def __len__(self) -> int:
        return len(self._levels)

    def _wait(self, key: str) -> float:
        """Seconds until one more is allowed; 0: now."""
        excess = self._current(key) - (_FAILURES - 1)
        return max(0.0, excess * _PERIOD_SECONDS / _FAILURES)

    def _current(self, key: str) -> float:
        level = self._levels.get(key)
        if level is None:
            return 0.0
        return max(0.0, level.failures - (self._now() - level.at) * _FAILURES / _PERIOD_SECONDS)

    def _add(self, key: str, failures: int) -> None:
        level = max(0.0, self._current(key) + failures)
        self._levels.pop(key, None)
        if level:
            self._levels[key] = _Level(level, self._now())
        while len(self._levels) > self._remembered:
            self._levels.popitem(last=False)  # the longest untouched


def _digest(credential: str) -> bytes:
    return hashlib.sha256(credential.encode()).digest()


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
