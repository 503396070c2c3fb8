"""The dashboard's edge as a process of its own: real HTTP, real signals, real NATS."""

import asyncio
import base64
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx2
import nats
import pytest
from sales.agent.v1 import events_pb2 as agent

from services.admin_bff.live import broadcasts
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tests.doubles import serve
from services.admin_bff.tests.world import BFF_SEED, PUBLIC_KEYS, World, add_business
from services.common.staff import Role
from tests.service_process import ServiceProcess


@dataclass(kw_only=True)
class Process(ServiceProcess):
    """An edge and its neighbours."""

    world: World
    tenant_id: str
    url: str = ""

    async def start(self, **more: str) -> None:
        """Start and wait until it serves."""
        await super().start(**more)
        self.url = f"http://127.0.0.1:{(await self.told('serving'))['port']}"

    async def until_missing(self, *names: str) -> None:
        async with asyncio.timeout(60), httpx2.AsyncClient(trust_env=False, timeout=30) as http:
            while (await http.get(f"{self.url}/readyz")).json()["missing"] != list(names):
                pass

    async def log_in(self, http: httpx2.AsyncClient) -> str:
        """Log the client in; gives the key."""
        key = self.world.key_of(self.tenant_id, Role.OWNER)
        answer = await http.post(f"{self.url}/admin/session", json={"api_key": key})
        assert answer.status_code == 200, answer.text
        return key


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
async def process(tenant_id: str, nats_url: str) -> AsyncIterator[Process]:
    """An edge that is not started yet, beside services that are."""
    world = World()
    add_business(world, tenant_id)
    async with serve(world) as server:
        address = f"127.0.0.1:{server.port}"
        process = Process(
            "services.admin_bff",
            {
                "LOG_LEVEL": "DEBUG",
                "NATS_URL": nats_url,
                "SERVICE_PRIVATE_KEY": _base64(BFF_SEED),
                "SERVICE_PUBLIC_KEYS": ",".join(f"{name}={_base64(key)}" for name, key in PUBLIC_KEYS.items()),
                "ADMIN_PORT": "0",
                **{f"{name}_ADDRESS": address for name in ("TENANTS", "CUSTOMERS", "ORDERS", "AGENT")},
            },
            world=world,
            tenant_id=tenant_id,
        )
        yield process
        await process.kill()


async def test_it_serves_tells_what_happens_and_stops_without_waiting_for_streams(process: Process) -> None:
    await process.start()
    await process.until_missing()
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        key = await process.log_in(http)
        assert (await http.get(f"{process.url}/admin/{process.tenant_id}/orders")).json()["items"]
        async with http.stream("GET", f"{process.url}/admin/{process.tenant_id}/events") as stream:
            lines = stream.aiter_lines()
            async with asyncio.timeout(60):
                while await anext(lines) != "event: hello":
                    pass
            await _publish(process)
            async with asyncio.timeout(60):
                while await anext(lines) != "event: message":
                    pass
            process.signal(signal.SIGTERM)
            async with asyncio.timeout(60):  # it ends properly: what outlasts the stop is cut off
                assert [line async for line in lines][-1:] in ([""], [])
            assert await process.ended() == 0
        cookie = http.cookies[COOKIE]
    log = "".join(process.log)
    assert key not in log
    assert cookie not in log


async def test_a_session_outlives_the_process_that_opened_it(process: Process) -> None:
    await process.start()
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        await process.log_in(http)
        session = (await http.get(f"{process.url}/admin/session")).json()
        assert await process.terminate() == 0
        await process.start()
        again = (await http.get(f"{process.url}/admin/session")).json()
    assert again == session


async def test_what_is_missing_is_named_and_what_is_there_is_served(process: Process) -> None:
    nowhere = "127.0.0.1:1"
    await process.start(ORDERS_ADDRESS=nowhere, NATS_URL=f"nats://{nowhere}")
    await process.until_missing("orders", "nats")
    async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        await process.log_in(http)
        conversation_id = next(iter(process.world.businesses[process.tenant_id].conversations))
        page = await http.get(f"{process.url}/admin/{process.tenant_id}/conversations/{conversation_id}")
        assert (page.status_code, page.json()["missing"]) == (200, ["orders"])
        away = await http.get(f"{process.url}/admin/{process.tenant_id}/orders")
        assert (away.status_code, away.json()["reason"]) == (503, "UNAVAILABLE")
    assert await process.terminate() == 0


async def test_a_wrong_setting_ends_it_with_the_settings_name(process: Process) -> None:
    with pytest.raises(RuntimeError, match="SESSION_SECRET"):
        await process.start(ENVIRONMENT="production")
    assert await process.ended() == 2


async def test_only_a_trusted_proxy_says_where_a_request_comes_from(process: Process) -> None:
    for trusted, expected in (("", {401, 429}), ("127.0.0.1", {401})):
        await process.start(**({"TRUSTED_PROXIES": trusted} if trusted else {}))
        statuses = set()
        async with httpx2.AsyncClient(trust_env=False, timeout=30) as http:
            for number in range(30):  # more than the ten at once that an address has: time forgives some
                guess = {"api_key": f"asa_{process.tenant_id}_{number:064x}"}
                headers = {"X-Forwarded-For": f"10.0.0.{number}"}
                answer = await http.post(f"{process.url}/admin/session", json=guess, headers=headers)
                statuses.add(answer.status_code)
        assert statuses == expected
        assert await process.terminate() == 0


async def _publish(process: Process) -> None:
    publisher = await nats.connect(process.environment["NATS_URL"])
    event = agent.ConversationTouched(
        tenant_id=process.tenant_id, conversation_id="k1", kind=agent.ConversationTouched.KIND_REPLY
    )
    await publisher.publish(broadcasts.TOUCHED, event.SerializeToString())
    await publisher.flush()
    await publisher.close()
