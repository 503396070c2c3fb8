"""Every query about keys and login codes."""

import uuid
from dataclasses import dataclass
from datetime import datetime

from sales.tenants.v1 import staff_pb2 as pb
from sqlalchemy import DateTime, LargeBinary, SmallInteger, Text, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import UUID, insert

from services.common.db import Row, Transaction, statement
from services.common.staff import Role
from services.tenants.models import api_keys, ended_sessions, login_codes, tenants

_tenant = bindparam("tenant_id", type_=Text)
_now = bindparam("now", type_=DateTime(timezone=True))
_digest = bindparam("digest", type_=LargeBinary)
_id = bindparam("id", type_=UUID)
_own_keys = api_keys.c.tenant_id == _tenant
_works = _own_keys & api_keys.c.revoke_time.is_(None)
_own_codes = login_codes.c.tenant_id == _tenant

_LOCK = statement(select(tenants.c.tenant_id).where(tenants.c.tenant_id == _tenant).with_for_update())
_TENANT = statement(select(tenants.c.tenant_id).where(tenants.c.tenant_id == _tenant))
_INSERT_KEY = statement(
    insert(api_keys)
    .values(
        {name: bindparam(name) for name in ("tenant_id", "api_key_id", "display_name", "role")}
        | {"key_hash": _digest, "create_time": _now}
    )
    .returning(api_keys)
)
_LIST_KEYS = statement(select(api_keys).where(_own_keys).order_by(api_keys.c.create_time.desc(), api_keys.c.api_key_id))
_SELECT_KEY = statement(select(api_keys).where(_own_keys & (api_keys.c.api_key_id == _id)))
_COUNT_WORKING = statement(select(func.count()).where(_works, api_keys.c.role >= bindparam("role", type_=SmallInteger)))
_REVOKE_KEY = statement(
    update(api_keys).where(_works & (api_keys.c.api_key_id == _id)).values(revoke_time=_now).returning(api_keys)
)
_USE_KEY = statement(
    update(api_keys).where(_works & (api_keys.c.key_hash == _digest)).values(last_use_time=_now).returning(api_keys)
)
_INSERT_CODE = statement(
    insert(login_codes).values(
        {name: bindparam(name) for name in ("tenant_id", "login_code_id", "display_name", "role", "expire_time")}
        | {"code_hash": _digest, "create_time": _now}
    )
)
# One statement finds the code unused and uses it: of any number at once, one gets the row.
_USE_CODE = statement(
    update(login_codes)
    .where(_own_codes & (login_codes.c.code_hash == _digest))
    .where(login_codes.c.use_time.is_(None), login_codes.c.expire_time > _now)
    .values(use_time=_now)
    .returning(login_codes)
)
# Who a session is of: a key that still works, or a code that was used.
_SELECT_HOLDER = statement(
    select(api_keys.c.api_key_id.label("id"), api_keys.c.display_name, api_keys.c.role)
    .where(_works & (api_keys.c.api_key_id == _id))
    .union_all(
        select(login_codes.c.login_code_id, login_codes.c.display_name, login_codes.c.role).where(
            _own_codes & (login_codes.c.login_code_id == _id) & login_codes.c.use_time.is_not(None)
        )
    )
)

_session_id = bindparam("session_id", type_=Text)
_END_SESSION = statement(
    insert(ended_sessions)
    .values(tenant_id=_tenant, session_id=_session_id, create_time=_now)
    .on_conflict_do_nothing()
    .returning(ended_sessions.c.session_id)
)
_SELECT_ENDED = statement(
    select(ended_sessions.c.session_id).where(
        ended_sessions.c.tenant_id == _tenant, ended_sessions.c.session_id == _session_id
    )
)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who a key or code is of, and what is stored to know it by."""

    staff_id: str
    display_name: str
    role: Role
    digest: bytes = b""


async def lock_tenant(tx: Transaction) -> bool:
    """Hold off other changes of the tenant until the transaction ends; whether there is such a tenant."""
    return await tx.fetch_one(_LOCK, tenant_id=tx.tenant_id) is not None


async def has_tenant(tx: Transaction) -> bool:
    return await tx.fetch_one(_TENANT, tenant_id=tx.tenant_id) is not None


async def insert_key(tx: Transaction, display_name: str, role: Role, digest: bytes, now: datetime) -> pb.ApiKey:
    row = await tx.fetch_one(
        _INSERT_KEY,
        tenant_id=tx.tenant_id,
        api_key_id=uuid.uuid4(),
        display_name=display_name,
        role=int(role),
        digest=digest,
        now=now,
    )
    assert row is not None, "an insert returns its row"  # noqa: S101
    return _to_key(row)


async def list_keys(tx: Transaction) -> list[pb.ApiKey]:
    """All keys, newest first."""
    return [_to_key(row) for row in await tx.fetch_all(_LIST_KEYS, tenant_id=tx.tenant_id)]


async def get_key(tx: Transaction, key_id: uuid.UUID) -> pb.ApiKey | None:
    row = await tx.fetch_one(_SELECT_KEY, tenant_id=tx.tenant_id, id=key_id)
    return _to_key(row) if row else None


async def count_working(tx: Transaction, role: Role) -> int:
    """Keys that are not revoked and have at least this role."""
    row = await tx.fetch_one(_COUNT_WORKING, tenant_id=tx.tenant_id, role=int(role))
    assert row is not None, "a count has a row"  # noqa: S101
    count: int = row[0]
    return count


async def revoke_key(tx: Transaction, key_id: uuid.UUID, now: datetime) -> pb.ApiKey | None:
    """The key, revoked now; None when it was revoked before or is not there."""
    row = await tx.fetch_one(_REVOKE_KEY, tenant_id=tx.tenant_id, id=key_id, now=now)
    return _to_key(row) if row else None


async def use_key(tx: Transaction, digest: bytes, now: datetime) -> Holder | None:
    """Note that a key was used, and tell whose it is; None for a revoked or unknown one."""
    row = await tx.fetch_one(_USE_KEY, tenant_id=tx.tenant_id, digest=digest, now=now)
    return _to_holder(row, row["api_key_id"], row["key_hash"]) if row else None


async def insert_code(
    tx: Transaction, display_name: str, role: Role, digest: bytes, now: datetime, expire_time: datetime
) -> None:
    await tx.execute(
        _INSERT_CODE,
        tenant_id=tx.tenant_id,
        login_code_id=uuid.uuid4(),
        display_name=display_name,
        role=int(role),
        digest=digest,
        now=now,
        expire_time=expire_time,
    )


async def use_code(tx: Transaction, digest: bytes, now: datetime) -> Holder | None:
    """Use a code up, and tell whose session it opens; None for a used, expired or unknown one."""
    row = await tx.fetch_one(_USE_CODE, tenant_id=tx.tenant_id, digest=digest, now=now)
    return _to_holder(row, row["login_code_id"], row["code_hash"]) if row else None


async def get_holder(tx: Transaction, staff_id: str) -> Holder | None:
    """Who a session is of; None when the key was revoked, or key or code is gone."""
    try:
        wanted = uuid.UUID(staff_id)
    except ValueError:
        return None
    row = await tx.fetch_one(_SELECT_HOLDER, tenant_id=tx.tenant_id, id=wanted)
    return _to_holder(row, row["id"]) if row else None


async def end_session(tx: Transaction, session_id: str, now: datetime) -> bool:
    """Note that somebody logged out; whether they had not before."""
    return await tx.fetch_one(_END_SESSION, tenant_id=tx.tenant_id, session_id=session_id, now=now) is not None


async def has_ended(tx: Transaction, session_id: str) -> bool:
    """Whether somebody logged out of the session."""
    return await tx.fetch_one(_SELECT_ENDED, tenant_id=tx.tenant_id, session_id=session_id) is not None


def _to_holder(row: Row, holder_id: object, digest: bytes = b"") -> Holder:
    return Holder(str(holder_id), row["display_name"], Role(row["role"]), digest)


def _to_key(row: Row) -> pb.ApiKey:
    return pb.ApiKey(
        api_key_id=str(row["api_key_id"]),
        display_name=row["display_name"],
        role=row["role"],
        create_time=row["create_time"],
        last_use_time=row["last_use_time"],
        revoke_time=row["revoke_time"],
    )
