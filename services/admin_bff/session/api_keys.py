"""Sessions of scripts, which send their key with each request: opened once and kept for less than a minute."""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import grpc
from sales.tenants.v1 import staff_pb2 as pb

from services.admin_bff.session.sessions import Sessions
from services.common.clock import Clock, utc_now
from services.common.errors import DomainError
from services.common.staff import StaffSession

# A revoked key works no longer than this, and the call that is under way when it ends.
_TRUSTED_SECONDS = 50.0
_LEFT_SECONDS = 30
_REMEMBERED = 1_000


@dataclass(frozen=True)
class _Opened:
    """A session and the moment it was opened."""

    session: StaffSession
    at: float


class ApiKeySessions:
    """Gives the session of a key. Remembers SHA-256 of keys that worked, and never a key."""

    def __init__(self, sessions: Sessions, now: Callable[[], float] = time.monotonic, clock: Clock = utc_now) -> None:
        self._sessions = sessions
        self._now = now
        self._clock = clock
        self._opened: OrderedDict[bytes, _Opened] = OrderedDict()
        self._opening: dict[bytes, asyncio.Task[StaffSession]] = {}

    async def session(self, api_key: str, address: str) -> StaffSession:
        """The key's session. Raises what `Sessions.open` raises."""
        digest = hashlib.sha256(api_key.encode()).digest()
        known = self._opened.get(digest)
        if known and self._is_fresh(known):
            self._opened.move_to_end(digest)
            return known.session
        # Whoever comes while it is being opened waits for the same answer.
        if digest not in self._opening:
            task = asyncio.create_task(self._open(digest, api_key, address))
            self._opening[digest] = task
            task.add_done_callback(lambda _task: self._opening.pop(digest, None))
        return await asyncio.shield(self._opening[digest])

    async def _open(self, digest: bytes, api_key: str, address: str) -> StaffSession:
        started = self._now()
        trusted = digest in self._opened
        try:
            request = pb.CreateSessionRequest(api_key=api_key)
            session = await self._sessions.open(request, address, trusted=trusted)
        except DomainError as error:
            if error.code is grpc.StatusCode.UNAUTHENTICATED:  # else nobody has said that it stopped working
                self._opened.pop(digest, None)
            raise
        self._opened[digest] = _Opened(session, started)
        self._opened.move_to_end(digest)
        while len(self._opened) > _REMEMBERED:
            self._opened.popitem(last=False)
        return session

    def _is_fresh(self, opened: _Opened) -> bool:
        left = opened.session.expire_time - self._clock().timestamp()
        return self._now() - opened.at < _TRUSTED_SECONDS and left > _LEFT_SECONDS
