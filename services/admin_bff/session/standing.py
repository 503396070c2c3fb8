"""Whether the sessions that people work with still stand: told by events, asked now and then in case one was lost."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable

import structlog

from services.admin_bff.session.sessions import SESSION_OVER, Sessions, session_over
from services.common.errors import DomainError
from services.common.staff import StaffSession

log = structlog.get_logger()

# With the heartbeat of a stream, and the answer waited for, less than a minute.
_BELIEVED_SECONDS = 40.0
_UNANSWERED_SECONDS = 5.0  # how long an outage of the tenants service is not looked at again
_REMEMBERED = 10_000

_Ended = tuple[str, str, str]  # tenant, person, session; no session: all of that person's


class Standing:
    """What is known of the sessions in use. Forgetting some of it costs a question, never an answer."""

    def __init__(self, sessions: Sessions, now: Callable[[], float] = time.monotonic) -> None:
        self._sessions = sessions
        self._now = now
        self._believed: OrderedDict[_Ended, float] = OrderedDict()  # until when
        self._ended: OrderedDict[_Ended, float] = OrderedDict()  # since when
        self._asking: dict[_Ended, asyncio.Task[None]] = {}

    def opened(self, session: StaffSession) -> None:
        """The tenants service has just now vouched for it."""
        _remember(self._believed, _key(session), self._now() + _BELIEVED_SECONDS)

    def end(self, tenant_id: str, staff_id: str, session_id: str) -> None:
        """A session has ended; without a session id all of that person's have."""
        _remember(self._ended, (tenant_id, staff_id, session_id), self._now())

    def ended(self, session: StaffSession) -> None:
        """Its person logged out."""
        _remember(self._ended, _key(session), self._now())

    def check_told(self, session: StaffSession) -> None:
        """Raises UNAUTHENTICATED for a session that was told to have ended."""
        staff = session.staff
        if _key(session) in self._ended or (staff.tenant_id, staff.staff_id, "") in self._ended:
            raise session_over()

    async def check(self, session: StaffSession) -> None:
        """Raises UNAUTHENTICATED for a session that ended, at the latest 40 seconds after it did.

        While the tenants service does not answer, a session lasts as long as its token.
        """
        self.check_told(session)
        key = _key(session)
        if self._believed.get(key, 0) > self._now():
            return
        # Whoever comes meanwhile waits for the same answer.
        if key not in self._asking:
            task = asyncio.create_task(self._ask(key, session))
            self._asking[key] = task
            task.add_done_callback(lambda _task: self._asking.pop(key, None))
        await asyncio.shield(self._asking[key])
        self.check_told(session)

    async def _ask(self, key: _Ended, session: StaffSession) -> None:
        asked = self._now()
        try:
            later = await self._sessions.renew(session)
        except DomainError as error:
            if error.reason == SESSION_OVER:
                raise
            log.warning("session_not_checked", code=error.code.name)
            _remember(self._believed, key, self._now() + _UNANSWERED_SECONDS)
            return
        if later.staff.role != session.staff.role:  # the token says what it did when it was signed
            raise session_over()
        _remember(self._believed, key, asked + _BELIEVED_SECONDS)


def _key(session: StaffSession) -> _Ended:
    # A token from before sessions had ids stands for itself.
    return session.staff.tenant_id, session.staff.staff_id, session.session_id or session.token


def _remember(memory: OrderedDict[_Ended, float], key: _Ended, moment: float) -> None:
    memory[key] = moment
    memory.move_to_end(key)
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)
