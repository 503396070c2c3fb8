"""Sessions: opened with a key or a code, renewed, and read from what a request brings."""

import hashlib
import hmac
import re

import grpc
import structlog
from fastapi import Request
from sales.tenants.v1 import staff_pb2 as pb

from services.admin_bff.peers import PART_SECONDS, Peers
from services.admin_bff.session.login_limits import LoginLimits
from services.common.auth import InvalidTokenError, TokenVerifier
from services.common.clock import Clock, utc_now
from services.common.errors import DomainError, unavailable
from services.common.staff import StaffSession, verify_session

log = structlog.get_logger()

COOKIE = "sales_session"
SESSION_OVER = "SESSION_OVER"
_LOGIN_SECONDS = 5.0
# UNAUTHENTICATED for these reasons is about this process, not about the person.
_OUR_FAULT = ("TOKEN_MISSING", "TOKEN_INVALID")
# A key or a login code, as the tenants service makes them: the tenant in front, random digits behind.
_CREDENTIAL = re.compile(r"as[al]_([a-z][a-z0-9_]{0,62})_[0-9a-f]{32,64}", re.ASCII)


def unauthenticated(reason: str, message: str) -> DomainError:
    """Nobody is logged in: UNAUTHENTICATED."""
    return DomainError(grpc.StatusCode.UNAUTHENTICATED, reason, message)


def session_over() -> DomainError:
    """The session ended, or its key was revoked: UNAUTHENTICATED."""
    return unauthenticated(SESSION_OVER, "the session is over; log in again")


def _refused() -> DomainError:
    return unauthenticated("LOGIN_FAILED", "the key or code is unknown, used, expired or revoked")


class Sessions:
    """Opens, renews and reads sessions. Keeps none: the token that the tenants service signed is the session."""

    def __init__(
        self, peers: Peers, verifier: TokenVerifier, secret: bytes, limits: LoginLimits, clock: Clock = utc_now
    ) -> None:
        self._peers = peers
        self._verifier = verifier
        self._secret = secret
        self._limits = limits
        self._clock = clock

    def of_cookie(self, request: Request) -> StaffSession:
        """The session of the request's cookie. Raises UNAUTHENTICATED."""
        try:
            return verify_session(self._verifier, request.cookies.get(COOKIE, ""))
        except InvalidTokenError:
            raise unauthenticated("NOT_LOGGED_IN", "log in first; the session is missing or over") from None

    async def open(self, credential: pb.CreateSessionRequest, address: str, *, trusted: bool = False) -> StaffSession:
        """Open a session. `trusted`: the credential worked lately, so that its failure is nobody's guess.

        Raises UNAUTHENTICATED for what proves nothing, RESOURCE_EXHAUSTED after too many of these.
        """
        secret = credential.api_key or credential.login_code
        if self._limits.is_refused(secret):
            raise _refused()
        prefix = _CREDENTIAL.fullmatch(secret)
        forgive = None if trusted else self._limits.attempt(address)
        try:
            if prefix is None:
                self._limits.refuse(secret)
                raise _refused()
            opened = await self._peers.call(self._peers.staff.CreateSession, credential, seconds=_LOGIN_SECONDS)
        except DomainError as error:
            failed = error.code is grpc.StatusCode.UNAUTHENTICATED
            if forgive and not failed:
                forgive()  # nobody has said that it is wrong
            if failed and error.reason not in _OUR_FAULT:
                log.info("login_failed", tenant_id=prefix[1] if prefix else "")
                self._limits.refuse(secret)
                raise _refused() from error
            raise
        if forgive:
            forgive()
        return self._verified(opened.token)

    async def renewed(self, session: StaffSession) -> StaffSession:
        """A later session in place of one that has used up a third of its life; else, or if it cannot be, the same.

        Raises UNAUTHENTICATED when its key was revoked, or it has been open for too long.
        """
        now = self._clock().timestamp()
        if now < session.issue_time + (session.expire_time - session.issue_time) / 3:
            return session
        try:
            return await self.renew(session)
        except DomainError as error:
            if error.reason == SESSION_OVER:
                raise
            log.warning("session_not_renewed", code=error.code.name)
            return session

    async def renew(self, session: StaffSession) -> StaffSession:
        """The session with a later token. Raises UNAUTHENTICATED when it has ended."""
        request = pb.RenewSessionRequest(token=session.token)
        try:
            later = await self._peers.call(self._peers.staff.RenewSession, request, seconds=PART_SECONDS)
        except DomainError as error:
            if error.code is grpc.StatusCode.UNAUTHENTICATED and error.reason not in _OUR_FAULT:
                raise session_over() from error
            raise
        return self._verified(later.token)

    async def end(self, session: StaffSession) -> None:
        """End the session for all who have its cookie; while the tenants service does not answer, it cannot be."""
        request = pb.EndSessionRequest(token=session.token)
        try:
            await self._peers.call(self._peers.staff.EndSession, request, seconds=PART_SECONDS)
        except DomainError as error:
            log.warning("session_not_ended", code=error.code.name)

    def csrf_token(self, session: StaffSession) -> str:
        """What proves that a write comes from a page that could read the session; the same after a renewal."""
        bound = f"{session.staff.tenant_id}\0{session.staff.staff_id}\0{session.auth_time}"
        return hmac.new(self._secret, f"csrf\0{bound}".encode(), hashlib.sha256).hexdigest()

    def is_csrf_token(self, session: StaffSession, token: str) -> bool:
        return hmac.compare_digest(self.csrf_token(session).encode(), token.encode())

    def _verified(self, token: str) -> StaffSession:
        try:
            return verify_session(self._verifier, token)
        except InvalidTokenError as error:
            log.exception("session_of_unknown_signer")
            raise unavailable("the tenants service signs with a key that is not known here") from error
