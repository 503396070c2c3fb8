"""The encryption key is changed while a customer writes: the gateway goes on sending at each documented step."""

import asyncio
import base64
import contextlib
import secrets

import asyncpg
import grpc
import httpx2
from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc

from services.common.auth import TokenSigner
from services.common.grpc_client import channel
from tests.platform_under_test import Chat, Platform, until


class Talk:
    """A customer who writes again as soon as the answer is there."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self.answers = 0

    async def go_on(self) -> None:
        while True:
            assert await self._chat.say("what are your opening hours?")
            self.answers += 1

    async def answered(self) -> None:
        """Wait until some more answers have come."""
        before = self.answers

        async def more() -> bool | None:
            return self.answers >= before + 2 or None

        await until("answers to the customer", more)


async def stale(running: Platform) -> int:
    """What `salesctl status` shows under "secrets under old key"."""
    seed = base64.b64decode(running.stack.around.keys.private_key("operator"))
    async with channel(running.stack.around.ports.address("tenants")) as to_tenants:
        stub = diagnostics_pb2_grpc.DiagnosticsServiceStub(to_tenants)
        request, metadata = diagnostics_pb2.GetBacklogRequest(), TokenSigner("operator", seed).metadata()
        return (await stub.GetBacklog(request, metadata=metadata, timeout=30)).stale_secret_count


async def key_ids(running: Platform) -> set[str]:
    """Which keys the stored secrets are under."""
    connection = await asyncpg.connect(running.stack.around.admin_database_url)
    try:
        found = await connection.fetch("SELECT bot_token, webhook_secret FROM tenants.channel_accounts")
    finally:
        await connection.close()
    return {bytes(secret).partition(b":")[0].decode() for row in found for secret in row.values()}


async def test_a_customer_is_answered_at_each_step_of_a_new_key(running: Platform) -> None:
    k1 = running.stack.around.keys.encryption_keys()
    k2 = f"k2={base64.b64encode(secrets.token_bytes(32)).decode()}"
    chat = await running.chat()
    talk = Talk(chat)
    talking = asyncio.create_task(talk.go_on())

    async def step(*keys: str) -> None:
        await running.stack.restart("tenants", {"ENCRYPTION_KEYS": ",".join(keys)})
        await talk.answered()

    async def logged_in() -> bool | None:
        with contextlib.suppress(httpx2.HTTPStatusError):
            async with running.dashboard(chat.business):
                return True
        return None

    async def under(key_id: str) -> bool | None:
        try:
            return (await stale(running) == 0 and await key_ids(running) == {key_id}) or None
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.UNAVAILABLE
            return None  # this process waits a moment before it connects anew

    try:
        await step(k1, k2)
        assert await key_ids(running) == {"k1"}
        await step(k2, k1)
        await until("everything under the new key", lambda: under("k2"))
        await step(k2)
        assert not talking.done()
    finally:
        talking.cancel()
        await asyncio.wait([talking])
        # As other tests of this platform found it: everything under the key that a restart begins with.
        await running.stack.restart("tenants", {"ENCRYPTION_KEYS": f"{k1},{k2}"})
        await until("everything under the first key", lambda: under("k1"))
        await until("the dashboard, which connects anew", logged_in)
