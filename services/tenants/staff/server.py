"""StaffService: keys and login codes of a business's people, and the sessions they open."""

import hmac
import uuid

import grpc
import structlog
from sales.tenants.v1 import events_pb2, staff_pb2_grpc
from sales.tenants.v1 import staff_pb2 as pb

from services.common.clock import Clock
from services.common.db import Database, Transaction
from services.common.errors import DomainError, invalid, not_found, wrong_state
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import Role, StaffSession
from services.tenants.staff import store
from services.tenants.staff.credentials import digest, new_code, new_key, presented_code, presented_key
from services.tenants.staff.rules import CODE_LIFE, MAX_WORKING_KEYS, checked_name, checked_role
from services.tenants.staff.sessions import Sessions

log = structlog.get_logger()

SESSIONS_ENDED = "sales.tenants.v1.sessions_ended"

ACCESS = {
    "sales.tenants.v1.StaffService": Access(
        callers={
            "CreateApiKey": ("operator", "admin_bff"),
            "ListApiKeys": ("operator", "admin_bff"),
            "RevokeApiKey": ("operator", "admin_bff"),
            "CreateLoginCode": ("operator",),
            "CreateSession": ("admin_bff",),
            "RenewSession": ("admin_bff",),
            "EndSession": ("admin_bff",),
        },
        tenantless=("CreateSession", "RenewSession", "EndSession"),
        # Nobody can make a key above their own role: only owners make any, and there is nothing above them.
        roles={"CreateApiKey": Role.OWNER, "ListApiKeys": Role.OWNER, "RevokeApiKey": Role.OWNER},
    )
}


class StaffServicer(staff_pb2_grpc.StaffServiceServicer):
    """Keys, login codes and sessions."""

    def __init__(
        self, database: Database, outbox: Outbox, keys: IdempotencyKeys, sessions: Sessions, clock: Clock
    ) -> None:
        self._database = database
        self._outbox = outbox
        self._keys = keys
        self._sessions = sessions
        self._clock = clock

    async def CreateApiKey(self, request: pb.CreateApiKeyRequest, context: object) -> pb.CreateApiKeyResponse:
        name, role = checked_name(request.display_name), checked_role(request.role)
        tenant_id = current_call().tenant_id
        async with self._database.transaction(tenant_id) as tx:
            await self._check_person(tx)
            if (known := await self._keys.claim(tx, request.request_id, request, pb.CreateApiKeyResponse)) is not None:
                return known
            await self._check_room(tx)
            secret = new_key(tenant_id)
            key = await store.insert_key(tx, name, role, digest(secret), self._clock())
            # What is kept for repeats does not have the secret: nobody can be told it twice.
            await self._keys.store(tx, request.request_id, request, pb.CreateApiKeyResponse(api_key=key))
            tx.after_commit(lambda: _tell("api_key_created", tenant_id, key))
        return pb.CreateApiKeyResponse(api_key=key, secret=secret)

    async def ListApiKeys(self, request: pb.ListApiKeysRequest, context: object) -> pb.ListApiKeysResponse:
        async with self._database.transaction(current_call().tenant_id) as tx:
            await self._check_person(tx)
            keys = await store.list_keys(tx)
            if not keys and not await store.has_tenant(tx):
                raise not_found("tenant", tx.tenant_id)
        return pb.ListApiKeysResponse(api_keys=keys)

    async def RevokeApiKey(self, request: pb.RevokeApiKeyRequest, context: object) -> pb.ApiKey:
        async with self._database.transaction(current_call().tenant_id) as tx:
            await self._check_person(tx)
            if (known := await self._keys.claim(tx, request.request_id, request, pb.ApiKey)) is not None:
                return known
            key = await self._revoked(tx, request.api_key_id)
            await self._keys.store(tx, request.request_id, request, key)
        return key

    async def CreateLoginCode(self, request: pb.CreateLoginCodeRequest, context: object) -> pb.LoginCode:
        name, role = checked_name(request.display_name), checked_role(request.role)
        tenant_id, now = current_call().tenant_id, self._clock()
        code, expire_time = new_code(tenant_id), now + CODE_LIFE
        async with self._database.transaction(tenant_id) as tx:
            if not await store.has_tenant(tx):
                raise not_found("tenant", tenant_id)
            await store.insert_code(tx, name, role, digest(code), now, expire_time)
        log.info("login_code_created", tenant_id=tenant_id, role=role.name.lower())
        answer = pb.LoginCode(code=code)
        answer.expire_time.FromDatetime(expire_time)
        return answer

    async def CreateSession(self, request: pb.CreateSessionRequest, context: object) -> pb.Session:
        match request.WhichOneof("credential"):
            case "api_key":
                presented, use = presented_key(request.api_key), store.use_key
            case "login_code":
                presented, use = presented_code(request.login_code), store.use_code
            case _:
                raise invalid("api_key", "REQUIRED", "api_key or login_code must be given")
        if presented is None:  # says nothing that its sender does not know
            raise _refused()
        async with self._database.transaction(presented.tenant_id) as tx:
            holder = await use(tx, presented.digest, self._clock())
        # What the index's time could tell is of hashes, from which nobody gets a key; this one takes always the same.
        if holder is None or not hmac.compare_digest(holder.digest, presented.digest):
            raise _refused()
        log.info("session_opened", tenant_id=presented.tenant_id, staff_id=holder.staff_id)
        return self._sessions.open(presented.tenant_id, holder)

    async def RenewSession(self, request: pb.RenewSessionRequest, context: object) -> pb.Session:
        session = self._read(request.token)
        async with self._database.transaction(session.staff.tenant_id) as tx:
            holder = await store.get_holder(tx, session.staff.staff_id)
            if holder is None or await store.has_ended(tx, session.session_id):
                raise _session_over()
        return self._sessions.renew(session, holder)

    async def EndSession(self, request: pb.EndSessionRequest, context: object) -> pb.EndSessionResponse:
        session = self._read(request.token)
        async with self._database.transaction(session.staff.tenant_id) as tx:
            # A token from before sessions had ids ends by time.
            if session.session_id and await store.end_session(tx, session.session_id, self._clock()):
                await self._tell_ended(tx, session.staff.staff_id, session.session_id)
        return pb.EndSessionResponse()

    def _read(self, token: str) -> StaffSession:
        session = self._sessions.read(token)
        if session is None:
            raise _session_over()
        return session

    async def _tell_ended(self, tx: Transaction, staff_id: str, session_id: str = "") -> None:
        event = events_pb2.SessionsEnded(staff_id=staff_id, session_id=session_id)
        event.event_time.FromDatetime(self._clock())
        await self._outbox.add(tx, SESSIONS_ENDED, event)

    async def _check_person(self, tx: Transaction) -> None:
        """Who was revoked changes no keys in the minutes that their token is still valid."""
        staff = current_call().staff
        if staff is not None and await store.get_holder(tx, staff.staff_id) is None:
            raise _session_over()

    async def _check_room(self, tx: Transaction) -> None:
        if not await store.lock_tenant(tx):
            raise not_found("tenant", tx.tenant_id)
        if await store.count_working(tx, Role.VIEWER) >= MAX_WORKING_KEYS:
            raise wrong_state("TOO_MANY_KEYS", f"there are {MAX_WORKING_KEYS} keys that work; revoke some first")

    async def _revoked(self, tx: Transaction, api_key_id: str) -> pb.ApiKey:
        # The lock keeps two owners from revoking each other's, the last two, at once.
        if not await store.lock_tenant(tx):
            raise not_found("tenant", tx.tenant_id)
        key = await store.get_key(tx, _key_id(api_key_id))
        if key is None:
            raise not_found("API key", api_key_id[:60])
        if key.HasField("revoke_time"):
            return key
        by_staff = current_call().staff is not None
        if by_staff and key.role == pb.ROLE_OWNER and await store.count_working(tx, Role.OWNER) == 1:
            raise wrong_state(
                "LAST_OWNER_KEY",
                "this is the last key of an owner: without it nobody could let anybody in; make another one first",
            )
        revoked = await store.revoke_key(tx, _key_id(api_key_id), self._clock())
        assert revoked is not None, "the caller holds the tenant's lock"  # noqa: S101
        await self._tell_ended(tx, revoked.api_key_id)
        tx.after_commit(lambda: _tell("api_key_revoked", tx.tenant_id, revoked))
        return revoked


def _key_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise not_found("API key", text[:60]) from None


def _tell(event: str, tenant_id: str, key: pb.ApiKey) -> None:
    log.info(event, tenant_id=tenant_id, api_key_id=key.api_key_id, role=Role(key.role).name.lower())


def _refused() -> DomainError:
    message = "the key or code is unknown, used, expired or revoked"
    return DomainError(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_INVALID", message)


def _session_over() -> DomainError:
    return DomainError(grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID", "the session is over; log in again")
