"""What routes ask for: the services called for the person at work, and an id that makes a write safe to repeat."""

import uuid
from typing import Annotated

from fastapi import Depends, Header, Path, Request

from services.admin_bff.parts import Parts
from services.admin_bff.peers import StaffServices
from services.admin_bff.session.guard import SESSION
from services.common.errors import not_found
from services.common.staff import StaffSession

TENANT = "/admin/{tenant_id}"  # every path below it is behind the guard


def parts_of(request: Request) -> Parts:
    """What the application was made of."""
    parts: Parts = request.app.state.parts
    return parts


def _services(request: Request, tenant_id: Annotated[str, Path(description="the session's own")]) -> StaffServices:
    session: StaffSession = request.scope[SESSION]
    if session.staff.tenant_id != tenant_id:  # the guard has seen to it; this holds even if it had not
        raise not_found("tenant", tenant_id)
    return StaffServices(parts_of(request).peers, session)


def _request_id(
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", pattern=r"^[A-Za-z0-9._:-]{1,100}$", description="makes the call safe to repeat"
        ),
    ] = None,
) -> str:
    return idempotency_key or str(uuid.uuid4())


AppParts = Annotated[Parts, Depends(parts_of)]
Services = Annotated[StaffServices, Depends(_services)]
RequestId = Annotated[str, Depends(_request_id)]
