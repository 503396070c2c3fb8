"""A service for tests: its servicers on a real gRPC server with the real edge, and clients of any caller."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import grpc

from services.common.auth import TokenSigner, TokenVerifier, generate_key_pair
from services.common.errors import from_rpc_error
from services.common.grpc_server import FOR_STAFF, Access, Server
from services.common.staff import METADATA_KEY, Role, Staff, sign_staff

CALLERS = ("tenants", "agent", "gateway", "orders", "admin_bff", "operator", "stranger")


def staff_metadata(tenants: TokenSigner, tenant_id: str, role: Role = Role.OWNER) -> tuple[tuple[str, str], ...]:
    """The metadata by which the dashboard says for whom it calls; signed as the tenants service does."""
    staff = Staff(tenant_id, staff_id="key-dana", name="Dana", role=role)
    return ((METADATA_KEY, sign_staff(tenants, staff, 600, auth_time=0)),)


class Client:
    """Calls the methods of a stub as one caller for one tenant; refusals arrive as DomainError."""

    def __init__(self, stub: Any, metadata: tuple[tuple[str, str], ...]) -> None:
        self._stub = stub
        self._metadata = metadata

    def __getattr__(self, method: str) -> Callable[[Any], Awaitable[Any]]:
        call = getattr(self._stub, method)

        async def send(request: Any) -> Any:
            try:
                return await call(request, metadata=self._metadata, timeout=30)
            except grpc.aio.AioRpcError as error:
                raise from_rpc_error(error) from error

        return send


class Served:
    """A running server; `client` makes clients of it."""

    def __init__(self, server: Server, channel: grpc.aio.Channel, signers: Mapping[str, TokenSigner]) -> None:
        self.server = server
        self.channel = channel
        self.signers = signers

    def client(
        self,
        stub: Callable[[grpc.aio.Channel], Any],
        caller: str,
        tenant_id: str | None = None,
        role: Role | None = Role.OWNER,
    ) -> Client:
        """A client; as admin_bff it calls for Dana of the tenant, who has this role (None: for nobody)."""
        metadata = self.signers[caller].metadata(tenant_id)
        if caller == FOR_STAFF and tenant_id and role:
            metadata += staff_metadata(self.signers["tenants"], tenant_id, role)
        return Client(stub(self.channel), metadata)


def caller_keys() -> dict[str, tuple[bytes, bytes]]:
    """A key pair (seed, public key) for each caller."""
    return {caller: generate_key_pair() for caller in CALLERS}


@asynccontextmanager
async def serve(
    access: Mapping[str, Access],
    add: Callable[[grpc.aio.Server], None],
    keys: Mapping[str, tuple[bytes, bytes]] | None = None,
) -> AsyncIterator[Served]:
    """Serve on a free port of loopback; `add` registers the servicers. `keys`: `caller_keys`, if others need them."""
    keys = keys or caller_keys()
    known = {caller: public for caller, (_, public) in keys.items() if caller != "stranger"}
    server = Server(TokenVerifier(known), access, reflected=True, address="127.0.0.1:0")
    add(server.grpc)
    signers = {caller: TokenSigner(caller, seed) for caller, (seed, _) in keys.items()}
    async with server, grpc.aio.insecure_channel(f"127.0.0.1:{server.port}") as channel:
        await server.ready()
        yield Served(server, channel, signers)
