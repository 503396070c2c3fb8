"""A gRPC server as every service runs it: caller and tenant checked, errors mapped, health and reflection served.

It listens before its service can work: calls are answered UNAVAILABLE, with what is missing, until `ready`.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import grpc
import structlog
from grpc_health.v1 import health, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from services.common import telemetry
from services.common.auth import InvalidTokenError, TokenVerifier
from services.common.checks import Check
from services.common.db import Unavailable
from services.common.errors import DomainError, abort, not_found, unavailable
from services.common.grpc_client import MAX_MESSAGE_BYTES
from services.common.health import Health
from services.common.staff import METADATA_KEY, Role, Staff, verify_staff
from services.common.tenancy import bad_tenant_id, is_tenant_id

log = structlog.get_logger()
FOR_STAFF = "admin_bff"  # the caller that acts for people
Metadata = Mapping[str, str | bytes]
Behaviour = Callable[[Any, Any], Awaitable[Any]]
# Nothing of the transaction is left: the same call may go through once the other one has ended.
_CROSSED = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.LockNotAvailableError)


@dataclass(frozen=True, slots=True)
class Call:
    """Who calls, and on behalf of which tenant ("" for the few methods that serve all) and of which person."""

    caller: str
    tenant_id: str
    staff: Staff | None = None


_current: ContextVar[Call] = ContextVar("call")


def current_call() -> Call:
    """The call being served."""
    return _current.get()


@dataclass(frozen=True)
class Access:
    """Who may call the methods of one gRPC service.

    callers: method name to the callers allowed. tenantless: methods that need no tenant in the metadata.
    roles: the least role of the person for whom admin_bff calls; each method that it may call has one, but for those
    without a tenant, which serve no person yet.
    """

    callers: Mapping[str, Collection[str]]
    tenantless: Collection[str] = ()
    roles: Mapping[str, Role] = field(default_factory=dict)

    def __post_init__(self) -> None:
        called = {method for method, callers in self.callers.items() if FOR_STAFF in callers}
        if wrong := (called - set(self.tenantless)) ^ set(self.roles):
            raise ValueError(f"a role must be named for what {FOR_STAFF} calls, and for nothing else: {sorted(wrong)}")


class EdgeInterceptor(grpc.aio.ServerInterceptor):
    """Checks caller and tenant of each call and turns what a method raises into a status."""

    def __init__(self, verifier: TokenVerifier, access: Mapping[str, Access], health: Health) -> None:
        self._verifier = verifier
        self._access = access
        self._health = health
        self._wrapped: dict[str, Any] = {}
        self.calls: Counter[str] = Counter()

    async def intercept_service(
        self, continuation: Callable[[Any], Awaitable[Any]], details: grpc.HandlerCallDetails
    ) -> Any:
        handler = await continuation(details)
        service, _, method = details.method.lstrip("/").partition("/")
        if not self._health.begun and service in self._access:
            return self._not_ready_yet
        if handler is None or service not in self._access:
            return handler  # unknown methods answer UNIMPLEMENTED; health and reflection look after themselves
        if details.method not in self._wrapped:
            self._wrapped[details.method] = self._wrap(handler, self._access[service], method)
        return self._wrapped[details.method]

    def _wrap(self, handler: Any, access: Access, method: str) -> Any:
        allowed = frozenset(access.callers.get(method, ()))
        needs_tenant = method not in access.tenantless
        role = access.roles.get(method)
        behaviour: Behaviour = handler.unary_unary

        async def serve(request: Any, context: Any) -> Any:
            self.calls[method] += 1
            try:
                metadata = {key: value for key, value in context.invocation_metadata() or ()}  # noqa: C416
                _current.set(self._identify(metadata, allowed, needs_tenant, role, method))
                return await behaviour(request, context)
            except DomainError as error:
                await abort(context, error)
            except Unavailable as error:
                log.warning("dependency_down", method=method, error=repr(error))
                await abort(context, unavailable("the service's database does not answer; try again"))
            except _CROSSED as error:
                log.warning("transactions_crossed", method=method, error=repr(error))
                await abort(context, unavailable("another change was in the way; try again"))
            except (grpc.aio.AbortError, grpc.RpcError):
                raise
            except Exception:
                log.exception("unexpected_error", method=method)
                await context.abort(grpc.StatusCode.INTERNAL, "internal error")

        return grpc.unary_unary_rpc_method_handler(serve, handler.request_deserializer, handler.response_serializer)

    @property
    def _not_ready_yet(self) -> Any:
        async def refuse(_request: bytes, context: Any) -> None:
            missing = ", ".join(self._health.missing) or "it is starting"
            await abort(context, unavailable(f"not ready: {missing}"))

        return grpc.unary_unary_rpc_method_handler(refuse)

    def _identify(
        self, metadata: Metadata, allowed: frozenset[str], needs_tenant: bool, role: Role | None, method: str
    ) -> Call:
        caller = self._caller(str(metadata.get("authorization", "")))
        if caller not in allowed:
            raise DomainError(
                grpc.StatusCode.PERMISSION_DENIED, "CALLER_NOT_ALLOWED", f"{caller} may not call {method}"
            )
        tenant_id = str(metadata.get("x-tenant-id", ""))
        if (tenant_id or needs_tenant) and not is_tenant_id(tenant_id):
            raise bad_tenant_id(tenant_id)
        if caller != FOR_STAFF or role is None:
            return Call(caller, tenant_id)
        return Call(caller, tenant_id, self._staff(metadata, tenant_id, role, method))

    def _staff(self, metadata: Metadata, tenant_id: str, role: Role, method: str) -> Staff:
        """The person for whom the dashboard calls: proved by a session of this tenant, and of the role needed."""
        try:
            staff, _ = verify_staff(self._verifier, str(metadata.get(METADATA_KEY, "")))
        except InvalidTokenError as error:
            raise DomainError(
                grpc.StatusCode.UNAUTHENTICATED, "SESSION_INVALID", f"metadata {METADATA_KEY} must be a valid session"
            ) from error
        if staff.tenant_id != tenant_id:
            raise not_found("tenant", tenant_id)
        if staff.role < role:
            raise DomainError(
                grpc.StatusCode.PERMISSION_DENIED,
                "ROLE_TOO_LOW",
                f"{method} needs the role {role.name.lower()}; this session has {staff.role.name.lower()}",
                metadata={"needed": role.name.lower()},
            )
        return staff

    def _caller(self, authorization: str) -> str:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise DomainError(
                grpc.StatusCode.UNAUTHENTICATED,
                "TOKEN_MISSING",
                "metadata authorization must be 'Bearer <token>'; `salesctl token` prints one",
            )
        try:
            return self._verifier.caller(token)
        except InvalidTokenError as error:
            raise DomainError(
                grpc.StatusCode.UNAUTHENTICATED,
                "TOKEN_INVALID",
                "the token is expired or not signed by a known caller",
            ) from error


class _Servicers(grpc.GenericRpcHandler):
    """Takes servicers at any time; grpc.aio itself takes them only before it listens."""

    def __init__(self) -> None:
        self._handlers: list[grpc.GenericRpcHandler] = []

    def add_generic_rpc_handlers(self, handlers: Sequence[grpc.GenericRpcHandler]) -> None:
        """Called by the generated `add_…Servicer_to_server`."""
        self._handlers.extend(handlers)

    def add_registered_method_handlers(self, service: str, methods: Mapping[str, Any]) -> None:
        """Called by the same, for servers that know all methods in advance; the generic handlers have them too."""

    def service(self, handler_call_details: Any) -> Any:
        return next(filter(None, (handler.service(handler_call_details) for handler in self._handlers)), None)


class Server:
    """A gRPC server with health checking; `ready` and `not_ready` say whether it wants calls.

    needs: names of what must be `found` before the service can be `ready` for the first time; until then it takes no
    calls. peers: services that this one calls; whether they serve is told in health, and keeps nobody from calling.
    """

    def __init__(
        self,
        verifier: TokenVerifier,
        access: Mapping[str, Access],
        *,
        reflected: bool,
        address: str,
        needs: Sequence[str] = (),
        peers: Mapping[str, Check] | None = None,
    ) -> None:
        self._peers = dict(peers or {})
        self.health = Health(list(access), needs, list(self._peers))
        edge = EdgeInterceptor(verifier, access, self.health)
        telemetry.counted("rpc.calls", "Calls served.", "method", lambda: edge.calls)
        self.grpc = grpc.aio.server(
            interceptors=[edge],
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_connection_age_ms", 300_000),
                ("grpc.max_connection_age_grace_ms", 30_000),
                ("grpc.so_reuseport", 0),
                ("grpc.keepalive_permit_without_calls", 1),
                ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
            ],
        )
        self.servicers: Any = _Servicers()
        self.grpc.add_generic_rpc_handlers((self.servicers,))
        health_pb2_grpc.add_HealthServicer_to_server(self.health, self.grpc)
        if reflected:
            names: Sequence[str] = [*access, health.SERVICE_NAME, reflection.SERVICE_NAME]
            reflection.enable_server_reflection(names, self.grpc)
        self.port = self.grpc.add_insecure_port(address)
        self._watching: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Server":
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.stop(0)

    async def start(self) -> None:
        """Listen; health says NOT_SERVING until `ready`."""
        await self.health.start()
        await self.grpc.start()
        if self._peers:
            self._watching = asyncio.create_task(self.health.watch_peers(self._peers))

    async def ready(self) -> None:
        await self.health.set_ready(True)

    async def not_ready(self) -> None:
        await self.health.set_ready(False)

    async def stop(self, grace_seconds: float, delay_seconds: float = 0) -> None:
        """Say at once that new calls should go elsewhere, take them all the same for `delay_seconds`, then let those
        under way end."""
        await self.health.stop()
        await asyncio.sleep(delay_seconds)
        if self._watching is not None:
            self._watching.cancel()
        await self.grpc.stop(grace_seconds)
