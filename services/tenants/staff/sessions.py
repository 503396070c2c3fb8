"""The life of a session: half an hour a token, renewed while its person works, twelve hours at most."""

import uuid
from datetime import UTC, datetime, timedelta

from sales.tenants.v1 import staff_pb2 as pb

from services.common.auth import InvalidTokenError, TokenSigner, TokenVerifier
from services.common.clock import Clock, timestamp
from services.common.staff import Staff, StaffSession, sign_staff, verify_session
from services.tenants.staff.store import Holder

TOKEN_LIFE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)


class Sessions:
    """Signs the tokens of sessions and reads them back. Signer, verifier and clock must tell the same time."""

    def __init__(self, signer: TokenSigner, verifier: TokenVerifier, clock: Clock) -> None:
        self._signer = signer
        self._verifier = verifier
        self._clock = clock

    def open(self, tenant_id: str, holder: Holder) -> pb.Session:
        """A session that begins now."""
        return self._session(tenant_id, holder, str(uuid.uuid4()), self._clock())

    def read(self, token: str) -> StaffSession | None:
        """The token's session; None when the token is not valid or the session's twelve hours are over."""
        try:
            session = verify_session(self._verifier, token)
        except InvalidTokenError:
            return None
        return session if self._clock() < _opened(session) + LONGEST else None

    def renew(self, session: StaffSession, holder: Holder) -> pb.Session:
        """The session with a later token, which ends with the session's twelve hours."""
        session_id = session.session_id or str(uuid.uuid4())
        return self._session(session.staff.tenant_id, holder, session_id, _opened(session))

    def _session(self, tenant_id: str, holder: Holder, session_id: str, opened: datetime) -> pb.Session:
        now = self._clock().replace(microsecond=0)
        opened = opened.replace(microsecond=0)
        expire_time = min(now + TOKEN_LIFE, opened + LONGEST)
        staff = Staff(tenant_id, holder.staff_id, holder.display_name, holder.role)
        lifetime = int((expire_time - now).total_seconds())
        return pb.Session(
            token=sign_staff(self._signer, staff, lifetime, int(opened.timestamp()), session_id),
            tenant_id=tenant_id,
            staff_id=holder.staff_id,
            display_name=holder.display_name,
            role=int(holder.role),  # type: ignore[arg-type]  # the numbers are those of the contract
            expire_time=timestamp(expire_time),
            auth_time=timestamp(opened),
        )


def _opened(session: StaffSession) -> datetime:
    return datetime.fromtimestamp(session.auth_time, UTC)
