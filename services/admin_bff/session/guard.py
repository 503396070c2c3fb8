"""The guard before everything of a tenant: a session of it that stands, and for writes proof of our own page."""

from urllib.parse import urlsplit

import grpc
from fastapi import Request
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from services.admin_bff.problems import not_found_response, response_of
from services.admin_bff.session.api_keys import ApiKeySessions
from services.admin_bff.session.sessions import Sessions, unauthenticated
from services.admin_bff.session.standing import Standing
from services.common.errors import DomainError
from services.common.staff import StaffSession

SESSION = "staff_session"  # where the guard leaves the session in the request's scope
SESSION_PATH = "/admin/session"
CSRF_HEADER = "X-CSRF-Token"
_READS = ("GET", "HEAD", "OPTIONS")


class Guard:
    """Lets a request under /admin/{tenant_id}/ through with its session; routes there need not think of it.

    It works on paths, before any route is looked up: a route that is added later is behind it too, and another
    tenant's path answers 404 whether or not there is a route, whatever the method and the body.
    """

    def __init__(
        self, app: ASGIApp, sessions: Sessions, api_keys: ApiKeySessions, standing: Standing, *, https_only: bool
    ) -> None:
        self._app = app
        self._sessions = sessions
        self._api_keys = api_keys
        self._standing = standing
        self._https_only = https_only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith("/admin/") or scope["path"] == SESSION_PATH:
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        try:
            session, by_cookie = await identify(request, self._sessions, self._api_keys)
            if session.staff.tenant_id != scope["path"].split("/")[2]:
                await not_found_response()(scope, receive, send)
                return
            if by_cookie and request.method not in _READS:
                check_origin(request.headers, https_only=self._https_only, required=True)
                check_csrf(self._sessions, session, request.headers)
            if by_cookie:
                await self._standing.check(session)
            else:
                self._standing.check_told(session)  # within a minute its key is asked about anyway
        except DomainError as error:
            await response_of(error)(scope, receive, send)
            return
        scope[SESSION] = session
        staff = session.staff
        with bound_contextvars(tenant_id=staff.tenant_id, staff_id=staff.staff_id, path=scope["path"]):
            await self._app(scope, receive, send)


async def identify(request: Request, sessions: Sessions, api_keys: ApiKeySessions) -> tuple[StaffSession, bool]:
    """The session of a request, and whether a cookie brought it. Raises UNAUTHENTICATED, RESOURCE_EXHAUSTED."""
    authorization = request.headers.get("authorization")
    if authorization is None:
        return sessions.of_cookie(request), True
    scheme, _, api_key = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise unauthenticated("BAD_SCHEME", "the header Authorization must be 'Bearer <API key>'")
    return await api_keys.session(api_key.strip(), address_of(request)), False


def address_of(request: Request) -> str:
    """Where the request comes from; behind proxies that are named in the settings, what they say."""
    return request.client.host if request.client else ""


def check_origin(headers: Headers, *, https_only: bool, required: bool) -> None:
    """A write by cookie comes from our own pages. Raises PERMISSION_DENIED."""
    origin = headers.get("origin")
    if origin is None and not required:
        return
    try:
        parsed = urlsplit(origin or "")
    except ValueError:  # a host in brackets that is no address
        parsed = urlsplit("")
    if parsed.netloc != headers.get("host", "") or (https_only and parsed.scheme != "https"):
        raise _forbidden("FOREIGN_ORIGIN", "the request does not come from a page of this dashboard")


def check_csrf(sessions: Sessions, session: StaffSession, headers: Headers) -> None:
    """A write by cookie proves that its page could read the session. Raises PERMISSION_DENIED."""
    if not sessions.is_csrf_token(session, headers.get(CSRF_HEADER, "")):
        raise _forbidden("CSRF_TOKEN_WRONG", f"send the session's csrf_token in the header {CSRF_HEADER}")


def _forbidden(reason: str, message: str) -> DomainError:
    return DomainError(grpc.StatusCode.PERMISSION_DENIED, reason, message)
