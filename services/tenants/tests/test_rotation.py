"""The encryption key is changed while two replicas serve and the gateway goes on asking: at each documented step what
either writes both can read, and the operator sees when the old key can go."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import grpc
import pytest
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc
from sales.tenants.v1 import tenants_pb2 as pb
from sales.tenants.v1 import tenants_pb2_grpc

from services.common.auth import TokenSigner, generate_key_pair
from services.common.grpc_client import channel
from services.common.tests.waiting import eventually
from services.tenants.crypto import SecretBox
from services.tenants.rotation import count_stale, rotate, rotate_regularly
from services.tenants.tests.conftest import Service, bakery
from tests.service_process import ServiceProcess

K1 = f"k1={base64.b64encode(secrets.token_bytes(32)).decode()}"
K2 = f"k2={base64.b64encode(secrets.token_bytes(32)).decode()}"


class Replica:
    """A process of the service, and what its callers see of it."""

    def __init__(self, to_it: grpc.aio.Channel, signers: dict[str, Any]) -> None:
        self._stub = tenants_pb2_grpc.TenantsServiceStub(to_it)
        self._diagnostics = diagnostics_pb2_grpc.DiagnosticsServiceStub(to_it)
        self._signers = signers

    async def write(self, tenant_id: str, token: str) -> None:
        """Give the tenant's bot another token."""
        request = pb.SetChannelAccountRequest(channel="telegram", bot_token=token, request_id=secrets.token_hex(8))
        await self._stub.SetChannelAccount(request, metadata=self._signers["operator"].metadata(tenant_id), timeout=30)

    async def read(self, tenant_id: str) -> str:
        """The bot's token, as the gateway gets it."""
        request = pb.GetChannelCredentialsRequest(channel="telegram")
        metadata = self._signers["gateway"].metadata(tenant_id)
        found = await self._stub.GetChannelCredentials(request, metadata=metadata, timeout=30)
        return str(found.bot_token)

    async def stale(self) -> int:
        """What `salesctl status` shows of it."""
        metadata = self._signers["operator"].metadata()
        request = diagnostics_pb2.GetBacklogRequest()
        return int((await self._diagnostics.GetBacklog(request, metadata=metadata, timeout=30)).stale_secret_count)

    async def create(self, tenant_id: str) -> None:
        request = pb.CreateTenantRequest(tenant=bakery(), request_id="create")
        await self._stub.CreateTenant(request, metadata=self._signers["operator"].metadata(tenant_id), timeout=30)


StartReplica = Callable[[str], Any]


@pytest.fixture
async def database_url(postgres_admin_url: str, service_database_url: Callable[[str], str]) -> AsyncIterator[str]:
    """The service's data without accounts of other tests, which no key of ours reads."""
    connection = await asyncpg.connect(postgres_admin_url)
    await connection.execute("DELETE FROM tenants.channel_accounts")
    await connection.close()
    yield service_database_url("tenants")


@pytest.fixture
def replica(nats_url: str, database_url: str) -> StartReplica:
    """Starts a process with these ENCRYPTION_KEYS; it runs until the block ends."""
    keys = {name: generate_key_pair() for name in ("tenants", "operator", "gateway")}
    signers = {name: TokenSigner(name, seed) for name, (seed, _) in keys.items()}

    def encoded(key: bytes) -> str:
        return base64.b64encode(key).decode()

    @asynccontextmanager
    async def start(encryption_keys: str) -> AsyncIterator[Replica]:
        environment = {
            "DATABASE_URL": database_url,
            "NATS_URL": nats_url,
            "TENANTS_GRPC_PORT": "0",
            "SERVICE_PRIVATE_KEY": encoded(keys["tenants"][0]),
            "SERVICE_PUBLIC_KEYS": ",".join(f"{name}={encoded(public)}" for name, (_, public) in keys.items()),
            "ENCRYPTION_KEYS": encryption_keys,
        }
        process = ServiceProcess("services.tenants", environment)
        await process.start()
        try:
            port = (await process.told("listening"))["port"]
            await process.told("ready")
            async with channel(f"127.0.0.1:{port}") as to_it:
                yield Replica(to_it, signers)
            await process.terminate()
        finally:
            await process.kill()

    return start


class Gateway:
    """Asks whoever serves for the credentials, over and over, as the gateway does."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.serving: dict[str, Replica] = {}
        self.answers = 0
        self.wrong: list[str] = []
        self._valid: set[str] = set()
        self._asking = asyncio.Lock()

    async def write(self, replica: Replica) -> None:
        """Write a new secret through this replica; whoever serves must tell it afterwards."""
        token = f"77:{secrets.token_hex(10)}"
        self._valid = self._valid | {token}
        await replica.write(self.tenant_id, token)
        assert [await each.read(self.tenant_id) for each in self.serving.values()] == [token] * len(self.serving)
        self._valid = {token}

    async def go_on(self) -> None:
        while True:
            for name in list(self.serving):
                async with self._asking:
                    if name in self.serving:
                        await self._ask(self.serving[name])
            await asyncio.sleep(0.01)  # the processors are for the replicas

    async def _ask(self, replica: Replica) -> None:
        valid = self._valid
        try:
            answer = await replica.read(self.tenant_id)
        except grpc.aio.AioRpcError as error:
            self.wrong.append(f"{error.code()} {error.details()}")
            return
        self.answers += 1
        if answer not in valid | self._valid:
            self.wrong.append(f"{answer} is not what was written last")

    async def ask_no_more(self, name: str) -> None:
        """As if the replica were not ready any more."""
        self.serving.pop(name, None)
        async with self._asking:
            return

    async def answered(self) -> None:
        """Wait until it has had some more answers."""
        before = self.answers

        async def more() -> bool:
            return self.answers >= before + 10

        await eventually(more, "answers to the gateway")


class Rolling:
    """Two replicas, of which one at a time is replaced by one with other keys while the other one serves."""

    def __init__(self, start: StartReplica, gateway: Gateway) -> None:
        self._start = start
        self._gateway = gateway
        self._running: dict[str, AsyncExitStack] = {}

    async def replace(self, name: str, encryption_keys: str) -> Replica:
        await self._gateway.ask_no_more(name)
        if name in self._running:
            await self._running.pop(name).aclose()
        stack = self._running[name] = AsyncExitStack()
        replica: Replica = await stack.enter_async_context(self._start(encryption_keys))
        return replica

    async def serve(self, name: str, encryption_keys: str) -> Replica:
        """Replace it and have everybody write and read."""
        replica = await self.replace(name, encryption_keys)
        await self._gateway.write(replica)
        self._gateway.serving[name] = replica
        for writer in self._gateway.serving.values():
            await self._gateway.write(writer)
        await self._gateway.answered()
        return replica

    async def stop(self) -> None:
        for stack in self._running.values():
            await stack.aclose()


@asynccontextmanager
async def rolling(start: StartReplica, gateway: Gateway) -> AsyncIterator[Rolling]:
    replicas, task = Rolling(start, gateway), asyncio.create_task(gateway.go_on())
    try:
        yield replicas
    finally:
        task.cancel()
        await asyncio.wait([task])
        await replicas.stop()


async def test_the_documented_steps_change_the_key_without_a_wrong_answer(
    replica: StartReplica, tenant_id: str
) -> None:
    gateway = Gateway(tenant_id)
    async with rolling(replica, gateway) as replicas:
        await (await replicas.replace("a", K1)).create(tenant_id)
        a = await replicas.serve("a", K1)
        for name, keys in (("b", K1), ("a", f"{K1},{K2}"), ("b", f"{K1},{K2}")):
            await replicas.serve(name, keys)
        a = await replicas.serve("a", f"{K2},{K1}")

        async def old_key_must_stay() -> bool:  # a may just encrypt anew what b has written
            await gateway.write(gateway.serving["b"])
            return await a.stale() == 1

        await eventually(old_key_must_stay, "what b encrypts with the old key still")
        b = await replicas.serve("b", f"{K2},{K1}")

        async def done() -> bool:
            return (await a.stale(), await b.stale()) == (0, 0)

        await eventually(done, "everything under the new key")
        for name in ("a", "b"):
            last = await replicas.replace(name, K2)
            assert await last.read(tenant_id)  # before anybody writes: what is stored needs no old key
            gateway.serving[name] = last
            await gateway.answered()
        await gateway.write(last)
        assert await last.stale() == 0
    assert gateway.wrong == []


async def test_the_new_key_first_before_everybody_can_read_it_breaks_the_others(
    replica: StartReplica, tenant_id: str
) -> None:
    """Why the new key comes second first: the check above would see it."""
    async with replica(f"{K2},{K1}") as early, replica(K1) as late:
        await early.create(tenant_id)
        await early.write(tenant_id, "77:abcdefghij")
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await late.read(tenant_id)
        assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION


async def test_what_a_late_replica_writes_under_the_old_key_is_found_later(
    service: Service, operator: Any, tenant: pb.Tenant, tenant_id: str
) -> None:
    new = SecretBox({"k2": b"2" * 32, "k1": bytes(32)})
    rotating = asyncio.create_task(rotate_regularly(service.database, new, every_seconds=0.01))

    async def done() -> bool:
        return await count_stale(service.database, new) == 0

    try:
        await eventually(done, "everything under the new key")
        account = pb.SetChannelAccountRequest(channel="telegram", bot_token="77:abcdefghij", request_id="late")
        await operator.SetChannelAccount(account)  # this service still encrypts with k1
        await eventually(done, "what was written late under the new key")
    finally:
        rotating.cancel()
        await asyncio.wait([rotating])
        await rotate(service.database, service.box)
    assert await count_stale(service.database, service.box) >= 0
