"""Login, session and logout over HTTP."""

from datetime import UTC, datetime

import grpc
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from services.admin_bff.dependencies import AppParts
from services.admin_bff.parts import Parts
from services.admin_bff.peers import StaffServices, side_by_side
from services.admin_bff.problems import documented, response_of
from services.admin_bff.session.guard import SESSION_PATH, address_of, check_csrf, check_origin, identify
from services.admin_bff.session.schemas import Login, Session, StaffRole
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tenant_facts import Facts
from services.common.clock import utc_now
from services.common.errors import DomainError
from services.common.staff import Role, StaffSession

router = APIRouter(tags=["session"])
_ROLES: dict[Role, StaffRole] = {Role.VIEWER: "viewer", Role.MANAGER: "manager", Role.OWNER: "owner"}


@router.post(SESSION_PATH, response_model=Session, responses=documented(401, 403, 413, 422, 429, 500, 503))
async def log_in(request: Request, parts: AppParts, body: Login) -> Response:
    """Exchange an API key or a one-time code for a session, which comes as a cookie."""
    check_origin(request.headers, https_only=not parts.development, required=False)
    session = await parts.sessions.open(body.to_proto(), address_of(request))
    parts.standing.opened(session)
    try:
        response: Response = _told(
            parts, session, await parts.facts.get(StaffServices(parts.peers, session)), csrf=True
        )
    except DomainError as error:
        response = response_of(error)  # with the cookie all the same: a code that was used up opens nothing again
    _set_cookie(response, session, secure=not parts.development)
    return response


@router.get(SESSION_PATH, response_model=Session, responses=documented(401, 404, 429, 500, 503))
async def get_session(request: Request, parts: AppParts) -> Response:
    """Who is at work. Renews the cookie when its session has used up a third of its life."""
    session, by_cookie = await identify(request, parts.sessions, parts.api_keys)
    try:
        parts.standing.check_told(session)
        async with side_by_side() as tasks:
            if by_cookie:
                tasks.create_task(parts.standing.check(session))
            later_task = tasks.create_task(parts.sessions.renewed(session))
            facts_task = tasks.create_task(parts.facts.get(StaffServices(parts.peers, session)))
    except DomainError as error:
        response: Response = response_of(error)
        if error.code is grpc.StatusCode.UNAUTHENTICATED:
            _forget_cookie(response)
        return response
    later = later_task.result()
    response = _told(parts, later, facts_task.result(), csrf=by_cookie)
    if by_cookie and later is not session:
        _set_cookie(response, later, secure=not parts.development)
    return response


@router.delete(SESSION_PATH, status_code=204, responses=documented(403, 500))
async def log_out(request: Request, parts: AppParts) -> Response:
    """End the session and forget the cookie. Without a session there is nothing to do."""
    try:
        session = parts.sessions.of_cookie(request)
    except DomainError:
        session = None
    if session:
        check_origin(request.headers, https_only=not parts.development, required=True)
        check_csrf(parts.sessions, session, request.headers)
        parts.standing.ended(session)
        parts.hub.end(session.staff.tenant_id, session.staff.staff_id)
        await parts.sessions.end(session)
    response = Response(status_code=204)
    _forget_cookie(response)
    return response


def _told(parts: Parts, session: StaffSession, facts: Facts, *, csrf: bool) -> JSONResponse:
    staff = session.staff
    answer = Session(
        tenant_id=staff.tenant_id,
        tenant_name=facts.name,
        role=_ROLES[staff.role],
        staff_id=staff.staff_id,
        staff_name=staff.name,
        csrf_token=parts.sessions.csrf_token(session) if csrf else "",
        expires_at=datetime.fromtimestamp(session.expire_time, UTC),
        currency=facts.currency,
        time_zone=facts.time_zone,
        languages=facts.languages,
    )
    return JSONResponse(answer.model_dump(mode="json"))


def _set_cookie(response: Response, session: StaffSession, *, secure: bool) -> None:
    left = session.expire_time - int(utc_now().timestamp())
    response.set_cookie(
        COOKIE, session.token, max_age=max(0, left), path="/", secure=secure, httponly=True, samesite="lax"
    )


def _forget_cookie(response: Response) -> None:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax")
