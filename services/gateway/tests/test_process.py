"""The gateway as a process of its own: real HTTP, real signals, real NATS."""

import asyncio
import base64
import contextlib
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import nats
import pytest
from sales.agent.v1 import messaging_pb2 as messaging
from sales.agent.v1.events_pb2 import TurnActivity
from sales.tenants.v1 import events_pb2

from devstack.telegram_simulator.client import TelegramCustomer, telegram_customer
from services.common.tests.waiting import eventually
from services.gateway.tests.conftest import PUBLIC_KEY, SECRET, SEED, serve, text_update
from services.gateway.tests.doubles import AgentDouble, TenantsDouble
from services.gateway.webhooks import MAX_BYTES
from tests.service_process import ServiceProcess

_ROOT = Path(__file__).parents[3]
_TOKEN = "99000001:AAE-token-that-no-log-may-show"


@dataclass(kw_only=True)
class Process(ServiceProcess):
    """A gateway and its neighbours."""

    agent: AgentDouble
    tenants: TenantsDouble
    tenant_id: str
    http: httpx2.AsyncClient
    url: str = ""

    async def start(self, **more: str) -> None:
        """Start and wait until it serves."""
        await super().start(**more)
        self.url = f"http://127.0.0.1:{(await self.told('serving'))['port']}"

    async def post(self, update: dict[str, Any]) -> httpx2.Response:
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        return await self.http.post(f"{self.url}/webhooks/telegram/{self.tenant_id}", json=update, headers=headers)

    async def missing(self) -> list[str]:
        return list((await self.http.get(f"{self.url}/readyz")).json()["missing"])

    async def until_missing(self, *names: str) -> None:
        async def as_expected() -> bool:
            return await self.missing() == list(names)

        await eventually(as_expected, f"missing: {names}")

    async def until_ready(self) -> None:
        await self.until_missing()

    def delivery(self, chat_id: int, delivery_id: str) -> messaging.Delivery:
        return messaging.Delivery(
            delivery_id=delivery_id,
            tenant_id=self.tenant_id,
            channel="telegram",
            channel_account_id=f"account-of-{self.tenant_id}",
            external_chat_id=str(chat_id),
            text="hello",
            attempt=1,
        )


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()


@pytest.fixture
async def process(tenant_id: str, nats_url: str, telegram_url: str) -> AsyncIterator[Process]:
    """A gateway that is not started yet, between doubles that are."""
    agent = AgentDouble()  # type: ignore[abstract]
    tenants = TenantsDouble()  # type: ignore[abstract]
    tenants.put(tenant_id, _TOKEN, SECRET)
    async with (
        serve(agent) as agent_server,
        serve(tenants) as tenants_server,
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        process = Process(
            "services.gateway",
            {
                "LOG_LEVEL": "DEBUG",
                "NATS_URL": nats_url,
                "SERVICE_PRIVATE_KEY": _base64(SEED),
                "SERVICE_PUBLIC_KEYS": f"gateway={_base64(PUBLIC_KEY)}",
                "GATEWAY_PORT": "0",
                "AGENT_ADDRESS": f"127.0.0.1:{agent_server.port}",
                "TENANTS_ADDRESS": f"127.0.0.1:{tenants_server.port}",
                "TELEGRAM_API_BASE_URL": telegram_url,
            },
            agent=agent,
            tenants=tenants,
            tenant_id=tenant_id,
            http=http,
        )
        yield process
        await process.kill()


@pytest.fixture
async def telegram(telegram_url: str) -> AsyncIterator[TelegramCustomer]:
    async with telegram_customer(telegram_url, _TOKEN) as customer:
        yield customer


def _send_body(url: str, head: str, bytes_to_send: int, *, chunked: bool) -> tuple[bytes, int]:
    """Write a body until it is all written or the peer answers; gives what it answered and how much was written.

    A plain socket: it still gives what arrived before a reset.
    """
    host, port = url.removeprefix("http://").split(":")
    piece, written = b"x" * 65536, 0
    with socket.create_connection((host, int(port)), timeout=60) as connection:
        connection.sendall(head.encode())
        with contextlib.suppress(ConnectionError):
            while written < bytes_to_send and not select.select([connection], [], [], 0)[0]:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
                written += len(piece)
        return connection.recv(4096), written


async def test_bodies_over_a_mebibyte_are_refused_early_and_leave_nothing(process: Process) -> None:
    await process.start()
    head = (
        f"POST /webhooks/telegram/{process.tenant_id} HTTP/1.1\r\nHost: x\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n"
    )
    declared_only = f"{head}Content-Length: {MAX_BYTES + 1}\r\n\r\n"
    status, written = await asyncio.to_thread(_send_body, process.url, declared_only, 0, chunked=False)
    assert (status[:12], written) == (b"HTTP/1.1 413", 0)
    for declared, chunked in ((f"Content-Length: {1 << 30}\r\n", False), ("Transfer-Encoding: chunked\r\n", True)):
        status, written = await asyncio.to_thread(
            _send_body, process.url, f"{head}{declared}\r\n", 1 << 30, chunked=chunked
        )
        assert status.startswith(b"HTTP/1.1 413")
        assert written < 64 * MAX_BYTES  # what the kernel's buffers took, not the gigabyte
    path = f"{process.url}/webhooks/telegram/{process.tenant_id}"
    for extra, expected in ((1, 413), (0, 401)):
        answer = await process.http.post(path, content=b"x" * (MAX_BYTES + extra))
        assert answer.status_code == expected
    assert process.agent.calls["BatchAcceptMessages"] == 0
    # The process is none the worse for it.
    assert (await process.post(text_update(1, 700_001))).status_code == 200
    assert await process.terminate() == 0


async def test_a_message_and_its_reply_pass_through_and_no_log_shows_the_token(
    process: Process, telegram: TelegramCustomer
) -> None:
    chat_id = 700_002
    await process.start()
    await process.until_ready()
    await telegram.fault("unauthorized", chat_id=chat_id)
    await telegram.fault("drop_after_accept", chat_id=chat_id)
    assert (await process.post(text_update(1, chat_id, "secret words"))).status_code == 200
    for number in range(3):
        process.agent.hand_out(process.delivery(chat_id, str(number)))
    await process.agent.until(lambda: len(process.agent.reports) == 3)
    assert await process.terminate() == 0
    assert any("delivery_tried" in line for line in process.log)
    assert any("telegram_refused_the_token" in line for line in process.log)
    for line in process.log:
        assert "token-that-no-log-may-show" not in line
        assert "secret words" not in line
        assert SECRET not in line


async def test_on_sigterm_webhooks_and_sends_under_way_end_well(process: Process, telegram: TelegramCustomer) -> None:
    await process.start(SHUTDOWN_DELAY_SECONDS="5")
    await process.until_ready()
    process.agent.held["BatchAcceptMessages"] = asyncio.Event()
    call = asyncio.create_task(process.post(text_update(1, 700_003)))
    await process.agent.until(lambda: process.agent.calls["BatchAcceptMessages"] == 1)
    process.signal(signal.SIGTERM)
    await process.until_missing("stopping")  # still served, so that a load balancer learns of it
    process.agent.hand_out(process.delivery(700_003, "late"))
    process.agent.held["BatchAcceptMessages"].set()
    assert (await call).status_code == 200
    assert await process.ended() == 0
    assert [report.delivery_id for report in process.agent.reports] == ["late"]
    assert len((await telegram.log(chat_id=700_003, method="sendMessage"))["entries"]) == 1


async def test_events_and_turns_are_followed_over_nats(
    process: Process, nats_url: str, telegram: TelegramCustomer
) -> None:
    await process.start()
    await process.until_ready()
    assert (await process.post(text_update(1, 700_004))).status_code == 200
    process.tenants.put(process.tenant_id, _TOKEN, "rotated")
    client = await nats.connect(nats_url)
    changed = events_pb2.ChannelAccountChanged(tenant_id=process.tenant_id, channel="telegram")

    async def refused() -> bool:
        await client.publish("sales.tenants.v1.tenant_changed", b"\xff not an event")
        await client.publish("sales.tenants.v1.channel_account_changed", changed.SerializeToString())
        return (await process.post(text_update(2, 700_004))).status_code == 401

    await eventually(refused, "the old secret is refused")
    # The message's reply has gone out, so only the turn that begins can make it type again.
    process.agent.hand_out(process.delivery(700_004, "d"))
    await process.agent.until(lambda: len(process.agent.reports) == 1)
    position = (await telegram.log())["last_seq"]
    began = TurnActivity(
        tenant_id=process.tenant_id,
        channel="telegram",
        channel_account_id=f"account-of-{process.tenant_id}",
        external_chat_id="700004",
        state=TurnActivity.STATE_STARTED,
    )
    await client.publish("sales.agent.v1.activity", began.SerializeToString())
    await client.close()
    typed = await telegram.log(chat_id=700_004, method="sendChatAction", after=position, wait_ms=20_000)
    assert typed["entries"]


@pytest.mark.parametrize(("point", "sent"), [("gateway.before_send", 0), ("gateway.after_send", 1)])
async def test_the_named_points_kill_once_and_the_reply_is_sent_by_the_next_process(
    process: Process, telegram: TelegramCustomer, tmp_path: Path, point: str, sent: int
) -> None:
    chat_id = 700_010 + sent
    faults = {"FAULT_POINTS": f"{point}=1@{tmp_path / 'killed'}"}
    await process.start(**faults)
    process.agent.hand_out(process.delivery(chat_id, "d"))
    assert await process.ended() == -signal.SIGKILL
    assert len((await telegram.log(chat_id=chat_id, method="sendMessage"))["entries"]) == sent
    assert process.agent.reports == []
    await process.start(**faults)
    process.agent.hand_out(process.delivery(chat_id, "d"))  # as the agent does when the lease has run out
    await process.agent.until(lambda: len(process.agent.reports) == 1)
    assert len((await telegram.log(chat_id=chat_id, method="sendMessage"))["entries"]) == sent + 1


async def test_it_serves_before_its_neighbours_are_there_and_says_what_is_missing(process: Process) -> None:
    nowhere = "127.0.0.1:1"
    await process.start(AGENT_ADDRESS=nowhere, TENANTS_ADDRESS=nowhere, NATS_URL=f"nats://{nowhere}")
    assert await process.missing() == ["agent", "tenants", "nats"]
    assert (await process.post(text_update(1, 700_005))).status_code == 503
    assert await process.terminate() == 0


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"TELEGRAM_API_BASE_URL": ""}, "TELEGRAM_API_BASE_URL"),
        ({"ENVIRONMENT": "production", "FAULT_POINTS": "gateway.after_send=1"}, "FAULT_POINTS"),
        ({"GATEWAY_PORT": "1", "GATEWAY_BIND_HOST": "192.0.2.1"}, "GATEWAY_PORT"),
    ],
)
async def test_a_wrong_setting_ends_the_start_with_its_name(
    process: Process, environment: dict[str, str], named: str
) -> None:
    with pytest.raises(RuntimeError, match=f"configuration: {named}"):
        await process.start(**environment)
    assert await process.ended() == 2


def test_it_needs_no_database_driver() -> None:
    code = "import sys, services.gateway.__main__; print(*sys.modules)"
    environment = {"PYTHONPATH": f"{_ROOT}:{_ROOT / 'protos/gen'}"}
    loaded = set(subprocess.check_output([sys.executable, "-c", code], env=environment, text=True).split())
    assert "services.gateway.delivery" in loaded
    assert not loaded & {"asyncpg", "sqlalchemy", "alembic", "psycopg"}
