"""Live events over a real server: to the people of their tenant, as long as they are logged in and listen."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import nats
import pytest
from nats.aio.client import Client
from sales.agent.v1 import events_pb2 as agent
from sales.customers.v1 import events_pb2 as customers
from sales.orders.v1 import events_pb2 as orders
from sales.orders.v1 import orders_pb2
from sales.tenants.v1 import events_pb2 as tenants
from structlog.testing import capture_logs
from structlog.typing import EventDict

from devstack.embedded import start_nats
from services.admin_bff.live import broadcasts
from services.admin_bff.live import stream as stream_module
from services.admin_bff.live.broadcasts import Broadcasts
from services.admin_bff.live.hub import Hub
from services.admin_bff.live.schemas import CustomerEvent, MessageEvent
from services.admin_bff.session.sessions import COOKIE
from services.admin_bff.tests.conftest import Browser, Dashboard
from services.admin_bff.tests.world import SESSION_SECONDS
from services.common.clock import utc_now
from services.common.errors import DomainError
from services.common.staff import Role
from services.common.tests.waiting import eventually


class Stream:
    """An open stream, read event by event."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def next(self) -> dict[str, Any]:
        """The next event's data; its name is checked against the data."""
        async with asyncio.timeout(60):
            name = ""
            async for line in self._lines:
                field, _, value = line.partition(": ")
                if field == "event":
                    name = value
                if field == "data":
                    data: dict[str, Any] = json.loads(value)
                    assert data["event"] == name
                    return data
        raise EOFError

    async def comment(self) -> str:
        async with asyncio.timeout(60):
            async for line in self._lines:
                if line.startswith(":"):
                    return line
        raise EOFError

    async def ended(self) -> bool:
        """Whether the server ends it properly."""
        with pytest.raises(EOFError):
            while True:
                await self.next()
        return True


@contextlib.asynccontextmanager
async def listening(url: str, browser: Browser) -> AsyncIterator[Stream]:
    headers = {"Cookie": f"{COOKIE}={browser.cookie}"}
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=30) as http,
        http.stream("GET", f"{url}/admin/{browser.tenant_id}/events", headers=headers) as response,
    ):
        assert response.status_code == 200
        stream = Stream(response)
        assert await stream.next() == {"event": "hello"}
        yield stream


@contextlib.asynccontextmanager
async def following(dashboard: Dashboard, nats_url: str) -> AsyncIterator[Client]:
    """The edge hears what is broadcast; gives a connection to broadcast with."""
    following = Broadcasts(nats_url, dashboard.parts.hub, dashboard.parts.standing)
    running = asyncio.create_task(following.run())
    await eventually(_true(lambda: following.client is not None), "NATS is followed")
    publisher = await nats.connect(nats_url)
    yield publisher
    await publisher.close()
    running.cancel()
    await asyncio.wait({running})


def staff_of(browser: Browser) -> str:
    return str(browser.session["staff_id"])


def touched(tenant_id: str, conversation_id: str, kind: "agent.ConversationTouched.Kind.ValueType") -> bytes:
    event = agent.ConversationTouched(tenant_id=tenant_id, conversation_id=conversation_id, kind=kind)
    return event.SerializeToString()


async def test_what_services_broadcast_reaches_the_people_of_the_tenant(
    dashboard: Dashboard, owner: Browser, other_tenant: str, url: str, nats_url: str
) -> None:
    tenant_id = owner.tenant_id
    foreigner = await dashboard.log_in(Role.VIEWER, other_tenant)
    order = orders_pb2.Order(order_id="o1", number=124, status=orders_pb2.ORDER_STATUS_CONFIRMED, conversation_id="k1")
    kinds = agent.ConversationTouched
    published = [
        (broadcasts.TOUCHED, b"\xff not protobuf"),
        (broadcasts.TOUCHED, touched(tenant_id, "k0", kinds.KIND_UNSPECIFIED)),
        (broadcasts.TOUCHED, touched(tenant_id, "k1", kinds.KIND_CUSTOMER_MESSAGE)),
        (broadcasts.TOUCHED, touched(tenant_id, "k2", kinds.KIND_REPLY)),
        (broadcasts.TOUCHED, touched(tenant_id, "k3", kinds.KIND_DELIVERY_FAILED)),
        (broadcasts.TOUCHED, touched(tenant_id, "k4", kinds.KIND_STATE)),
        (broadcasts.ACTIVITY, _turn(tenant_id, agent.TurnActivity.STATE_STARTED)),
        (broadcasts.ACTIVITY, _turn(tenant_id, agent.TurnActivity.STATE_FINISHED)),
        (
            broadcasts.ORDER,
            orders.OrderChanged(tenant_id=tenant_id, order=order, action="confirmed").SerializeToString(),
        ),
        (
            broadcasts.ATTENTION,
            agent.AttentionRaised(tenant_id=tenant_id, conversation_id="k1", reason="turn_failed").SerializeToString(),
        ),
        (
            broadcasts.CUSTOMER,
            customers.CustomerChanged(tenant_id=tenant_id, customer_id="c1", name="Secret").SerializeToString(),
        ),
        (broadcasts.TOUCHED, touched(other_tenant, "theirs", kinds.KIND_REPLY)),
    ]
    async with (
        following(dashboard, nats_url) as publisher,
        listening(url, owner) as ours,
        listening(url, foreigner) as theirs,
    ):
        for subject, payload in published:
            await publisher.publish(subject, payload)
        told = [await ours.next() for _ in range(9)]
        assert await theirs.next() == {"event": "message", "conversation_id": "theirs"}
    assert told == [
        {"event": "message", "conversation_id": "k1"},
        {"event": "message", "conversation_id": "k2"},
        {"event": "delivery_failed", "conversation_id": "k3"},
        {"event": "state", "conversation_id": "k4"},
        {"event": "turn", "conversation_id": "k1", "running": True},
        {"event": "turn", "conversation_id": "k1", "running": False},
        {
            "event": "order",
            "order_id": "o1",
            "number": 124,
            "action": "confirmed",
            "status": "confirmed",
            "conversation_id": "k1",
        },
        {"event": "attention", "conversation_id": "k1", "reason": "turn_failed"},
        {"event": "customer", "customer_id": "c1"},
    ]


async def test_a_stream_says_what_it_is_and_that_it_lives(
    dashboard: Dashboard, owner: Browser, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT_SECONDS", 0.05)
    async with listening(url, owner) as stream:
        assert stream.response.headers["content-type"].startswith("text/event-stream")
        assert stream.response.headers["cache-control"] == "no-store"
        assert "content-encoding" not in stream.response.headers
        assert await stream.comment() == ": still here"
        dashboard.parts.hub.publish(owner.tenant_id, MessageEvent(conversation_id="k1"))
        assert (await stream.next())["conversation_id"] == "k1"


async def test_streams_end_when_nats_comes_back_because_events_were_missed(
    dashboard: Dashboard, owner: Browser, url: str, tmp_path: Path
) -> None:
    server = await asyncio.to_thread(start_nats, tmp_path / "nats", durable=False)
    async with following(dashboard, server.url), listening(url, owner) as stream:
        await asyncio.to_thread(server.stop)
        dashboard.parts.hub.publish(owner.tenant_id, MessageEvent(conversation_id="k1"))
        assert (await stream.next())["conversation_id"] == "k1"  # the stream itself lives on
        again = await asyncio.to_thread(start_nats, tmp_path / "nats", urlsplit(server.url).port or 0, durable=False)
        assert await stream.ended()
    await asyncio.to_thread(again.stop)


async def test_who_goes_away_is_forgotten(dashboard: Dashboard, owner: Browser, url: str) -> None:
    async with listening(url, owner):
        assert dashboard.parts.hub.listens(owner.tenant_id)
    await eventually(_true(lambda: not dashboard.parts.hub.listens(owner.tenant_id)), "the listener is gone")


async def test_a_stream_ends_with_its_session(owner: Browser, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The stream's clock is ahead, so that whoever listens has all of a session for coming in.
    monkeypatch.setattr(stream_module.EventStream.__init__, "__defaults__", (_shortly_before_its_end,))
    monkeypatch.setattr(stream_module, "HEARTBEAT_SECONDS", 3600.0)
    async with listening(url, owner) as stream:
        assert await stream.ended()


async def test_all_streams_end_when_the_process_does_and_when_events_were_missed(
    dashboard: Dashboard, owner: Browser, url: str
) -> None:
    async with listening(url, owner) as stream:
        dashboard.parts.hub.interrupt()
        assert await stream.ended()
    async with listening(url, owner) as stream:
        dashboard.parts.hub.close()
        assert await stream.ended()
    path = f"/admin/{owner.tenant_id}/events"
    late = await owner.get(path)
    assert (late.status_code, late.json()["reason"]) == (503, "STOPPING")


async def test_a_client_that_reads_nothing_is_let_go_and_holds_up_nobody(
    dashboard: Dashboard, owner: Browser, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SEND_SECONDS", 0.3)
    hub = dashboard.parts.hub
    stuck = await asyncio.to_thread(_stuck_client, url, owner)
    await eventually(_true(lambda: hub.listens(owner.tenant_id)), "it listens")
    event = CustomerEvent(customer_id="x" * 50_000)

    async def let_go() -> bool:
        hub.publish(owner.tenant_id, event)
        return not hub.listens(owner.tenant_id)

    with capture_logs() as logs:
        await eventually(let_go, "it gets no more events")
        await eventually(
            _true(lambda: _told(logs, "stuck_listener_let_go")), "its request has ended, though it reads nothing"
        )
    stuck.close()


async def test_a_listener_that_falls_behind_is_ended_without_what_waits_for_it() -> None:
    hub = Hub(waiting=3)
    with hub.listening("shop", "dana") as slow, hub.listening("shop", "dana") as quick:
        for number in range(4):
            hub.publish("shop", MessageEvent(conversation_id=str(number)))
            assert await quick.next() == MessageEvent(conversation_id=str(number))
        assert await slow.next() is None
        hub.publish("shop", MessageEvent(conversation_id="later"))
        assert await quick.next() == MessageEvent(conversation_id="later")
    assert not hub.listens("shop")


def test_listeners_are_bounded_by_tenant_and_altogether() -> None:
    hub = Hub(of_tenant=2, all_=3)
    with contextlib.ExitStack() as stack:
        for tenant_id in ("a", "a", "b"):
            stack.enter_context(hub.listening(tenant_id, "dana"))
        for tenant_id, limit in (("a", "this business has 2 streams"), ("b", "3 streams are open here")):
            with pytest.raises(DomainError, match=limit), hub.listening(tenant_id, "dana"):
                pass
    with hub.listening("a", "dana"):
        assert hub.listens("a")


async def test_one_person_has_so_many_streams_and_leaves_the_others_theirs(
    dashboard: Dashboard, owner: Browser, url: str
) -> None:
    other = await dashboard.log_in(Role.VIEWER)
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(listening(url, owner))
        async with asyncio.timeout(60):  # a stream that is let in has no end
            refused = await owner.get(f"/admin/{owner.tenant_id}/events")
        assert (refused.status_code, refused.json()["reason"]) == (429, "TOO_MANY_STREAMS")
        assert "10 streams" in refused.json()["detail"]
        assert "retry-after" in refused.headers
        async with listening(url, other):
            pass
    async with listening(url, owner):
        pass


async def test_streams_of_a_revoked_key_end_at_once_and_its_cookie_and_bearer_are_refused(
    dashboard: Dashboard, url: str, nats_url: str
) -> None:
    gone, stays = await dashboard.log_in(Role.MANAGER), await dashboard.log_in(Role.MANAGER)
    key = next(key for key, held in dashboard.world.credentials.items() if held.staff.staff_id == staff_of(gone))
    bearer = {"Authorization": f"Bearer {key}"}
    assert (await dashboard.http.get(f"/admin/{gone.tenant_id}/products", headers=bearer)).status_code == 200
    async with following(dashboard, nats_url) as publisher, listening(url, gone) as ended, listening(url, stays) as on:
        event = tenants.SessionsEnded(tenant_id=gone.tenant_id, staff_id=staff_of(gone))
        await publisher.publish(broadcasts.SESSIONS_ENDED, b"\xff not protobuf")
        await publisher.publish(broadcasts.SESSIONS_ENDED, event.SerializeToString())
        assert await ended.ended()
        for answer in (
            await gone.get("products"),
            await gone.post(f"conversations/{next(iter(dashboard.business.conversations))}/pause"),
            await dashboard.http.get(f"/admin/{gone.tenant_id}/products", headers=bearer),
            await gone.get("/admin/session"),
        ):
            assert (answer.status_code, answer.json()["reason"]) == (401, "SESSION_OVER")
        assert (await stays.get("products")).status_code == 200
        dashboard.parts.hub.publish(stays.tenant_id, MessageEvent(conversation_id="k1"))
        assert (await on.next())["conversation_id"] == "k1"


async def test_a_stream_ends_within_a_minute_of_its_keys_end_though_nobody_told(
    dashboard: Dashboard, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT_SECONDS", 0.05)
    browser = dashboard.at_work_since(100)
    async with listening(url, browser) as stream:
        await stream.comment()
        for held in dashboard.world.credentials.values():
            held.revoked = True
        assert await stream.comment()  # believed for a while
        dashboard.time.seconds += 41
        assert await stream.ended()
    assert (await browser.get("events")).status_code == 401


async def test_streams_live_on_while_the_tenants_service_is_away(
    dashboard: Dashboard, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "HEARTBEAT_SECONDS", 0.05)
    dashboard.world.fail("RenewSession")

    async def asked_again() -> bool:
        dashboard.time.seconds += 41
        return dashboard.world.calls()["RenewSession"] >= 3

    async with listening(url, dashboard.at_work_since(100)) as stream:
        await eventually(asked_again, "the session is asked about again and again")
        await stream.comment()


def _stuck_client(url: str, browser: Browser) -> socket.socket:
    """Asks for the stream and then reads nothing, with hardly any room in its own buffers."""
    host, port = url.removeprefix("http://").split(":")
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.connect((host, int(port)))
    request = f"GET /admin/{browser.tenant_id}/events HTTP/1.1\r\nHost: x\r\nCookie: {COOKIE}={browser.cookie}\r\n\r\n"
    client.sendall(request.encode())
    return client


def _shortly_before_its_end() -> datetime:
    return utc_now() + timedelta(seconds=SESSION_SECONDS - 2)


def _told(logs: list[EventDict], event: str) -> bool:
    return any(entry["event"] == event for entry in logs)


def _turn(tenant_id: str, state: "agent.TurnActivity.State.ValueType") -> bytes:
    return agent.TurnActivity(tenant_id=tenant_id, conversation_id="k1", state=state).SerializeToString()


def _true(condition: Callable[[], bool]) -> Any:
    async def check() -> bool:
        return condition()

    return check
