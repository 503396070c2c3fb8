"""The connection to NATS tells whether it is there."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import nats.errors
import pytest
from nats.aio.client import Client
from structlog.testing import capture_logs

from devstack.embedded import NatsServer, start_nats
from services.common import nats_client
from services.common.tests.waiting import eventually


@pytest.fixture
async def own_nats(tmp_path: Path, lasting_port: int) -> AsyncIterator[tuple[NatsServer, Client]]:
    """A NATS server that a test may stop, and a connection to it."""
    server = start_nats(tmp_path / "data", lasting_port, durable=False)
    connected = await nats_client.connect(server.url, "test")
    yield server, connected
    await connected.close()
    server.stop()


async def passes(client: Client) -> bool:
    try:
        await nats_client.check(client)
    except (nats.errors.Error, OSError):
        return False
    return True


async def test_the_check_fails_while_nats_is_away_and_passes_again_when_it_is_back(
    own_nats: tuple[NatsServer, Client],
) -> None:
    server, client = own_nats
    await eventually(lambda: passes(client), "the check passes")
    await asyncio.to_thread(server.stop)

    async def away() -> bool:
        return not await passes(client)

    await eventually(away, "the check notices")
    assert not await passes(client)
    await asyncio.to_thread(server.start)
    await eventually(lambda: passes(client), "the check passes again")


async def test_a_service_that_starts_before_nats_waits_for_it(tmp_path: Path, lasting_port: int) -> None:
    connecting = asyncio.create_task(nats_client.connect_when_up(f"nats://127.0.0.1:{lasting_port}", "test"))
    server = await asyncio.to_thread(start_nats, tmp_path / "data", lasting_port, durable=False)
    client = await connecting
    await eventually(lambda: passes(client), "the check passes")
    await client.close()
    server.stop()


async def test_what_keeps_it_waiting_is_told_when_it_changes_and_not_at_every_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors = iter([*[OSError("nobody listens")] * 3, TimeoutError(), OSError("nobody listens")])
    client = Client()

    async def fails_for_a_while(_url: str, _name: str) -> Client:
        for error in errors:
            raise error
        return client

    monkeypatch.setattr(nats_client, "connect", fails_for_a_while)
    monkeypatch.setattr(nats_client, "_PAUSE_SECONDS", 0.0)
    with capture_logs() as told:
        assert await nats_client.connect_when_up("nats://127.0.0.1:1", "test") is client
    assert [(line["event"], line["error"]) for line in told] == [
        ("waiting_for_nats", "nobody listens"),
        ("waiting_for_nats", "TimeoutError"),
        ("waiting_for_nats", "nobody listens"),
    ]


async def test_it_is_told_again_while_it_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nats_client, "_REPEAT_SECONDS", 0.0)
    trouble = nats_client._Trouble()
    with capture_logs() as told:
        trouble.tell("nats_error", OSError("nobody listens"))
        trouble.tell("nats_error", OSError("nobody listens"))
    assert [line["error"] for line in told] == ["nobody listens"] * 2


async def test_waiting_for_nats_ends_though_the_client_loses_a_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    started = asyncio.Event()

    async def loses_the_first(_url: str, _name: str) -> Client:
        started.set()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    monkeypatch.setattr(nats_client, "connect", loses_the_first)
    waiting = asyncio.create_task(nats_client.connect_when_up("nats://127.0.0.1:1", "test"))
    await started.wait()
    waiting.cancel()
    await asyncio.wait({waiting}, timeout=60)
    assert waiting.cancelled()
