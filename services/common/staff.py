"""People at a business: what each may do, and the token by which every service knows who acts."""

from dataclasses import dataclass
from enum import IntEnum

from services.common.auth import InvalidTokenError, TokenSigner, TokenVerifier

METADATA_KEY = "x-staff-session"
ISSUER = "tenants"  # only the service that keeps the keys can say who somebody is
_AUDIENCE = "sales-staff"


class Role(IntEnum):
    """What a person may do; each role may do what the one before it may. The numbers are those of the contract."""

    VIEWER = 1
    MANAGER = 2
    OWNER = 3


@dataclass(frozen=True, slots=True)
class Staff:
    """A person at work, as the session says."""

    tenant_id: str
    staff_id: str
    name: str
    role: Role


def sign_staff(signer: TokenSigner, staff: Staff, lifetime_seconds: int, auth_time: int, session_id: str = "") -> str:
    """A session's token. `auth_time`: Unix seconds at which the session was opened; without an id it ends by time."""
    claims: dict[str, str | int] = {
        "sub": staff.staff_id,
        "tenant": staff.tenant_id,
        "name": staff.name,
        "role": int(staff.role),
        "auth_time": auth_time,
        "sid": session_id,
    }
    return signer.sign(lifetime_seconds, _AUDIENCE, **claims)


@dataclass(frozen=True, slots=True)
class StaffSession:
    """A verified session: who it is, the token that says so, and its times in Unix seconds.

    `session_id` stays the same when it is renewed; empty in tokens that cannot be ended before their time.
    """

    staff: Staff
    session_id: str
    token: str
    auth_time: int
    issue_time: int
    expire_time: int


def verify_session(verifier: TokenVerifier, token: str) -> StaffSession:
    """The session of a token; InvalidTokenError."""
    claims = verifier.claims(token, _AUDIENCE)
    if claims["iss"] != ISSUER:
        raise InvalidTokenError("not signed by who keeps the keys")
    staff = Staff(claims["tenant"], claims["sub"], claims["name"], Role(claims["role"]))
    return StaffSession(staff, claims.get("sid", ""), token, claims["auth_time"], claims["iat"], claims["exp"])


def verify_staff(verifier: TokenVerifier, token: str) -> tuple[Staff, int]:
    """The person of a session's token, and when the session was opened; InvalidTokenError."""
    session = verify_session(verifier, token)
    return session.staff, session.auth_time
