"""The embedded PostgreSQL and NATS: created, durable, restartable, and never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import nats
import psutil
import pytest
from nats.js.api import StreamConfig

from devstack import processes
from devstack.embedded import (
    THROWAWAY_POSTGRES,
    EmbeddedServerError,
    NatsServer,
    PostgresServer,
    start_nats,
    start_postgres,
)


@pytest.fixture(scope="module")
def postgres(data_dir: Path) -> Iterator[PostgresServer]:
    server = start_postgres(data_dir / "postgres", settings=THROWAWAY_POSTGRES)
    yield server
    server.stop(crash=True)


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = start_nats(tmp_path / "nats")
    yield server
    server.stop()


async def value(server: PostgresServer, query: str) -> object:
    connection = await asyncpg.connect(server.url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_postgresql_18_answers_and_keeps_what_was_committed_over_a_restart(
    postgres: PostgresServer,
) -> None:
    assert int(str(await value(postgres, "SHOW server_version_num"))) >= 180000
    await value(postgres, "CREATE TABLE kept AS SELECT 42 AS answer")
    port = postgres.port
    postgres.restart()
    assert postgres.port == port
    assert await value(postgres, "SELECT answer FROM kept") == 42


async def test_postgresql_recovers_after_a_crash(postgres: PostgresServer) -> None:
    postgres.stop(crash=True)
    postgres.start()
    assert await value(postgres, "SELECT 1") == 1


async def test_postgresql_refuses_a_wrong_password(postgres: PostgresServer) -> None:
    wrong = postgres.url.replace("postgres:", "postgres:not-", 1)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(wrong)


def test_a_taken_port_is_named_with_the_servers_own_words(postgres: PostgresServer, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedServerError, match=rf"NATS, port {postgres.port}, did not start(?s:.)*in use"):
        start_nats(tmp_path / "nats", postgres.port)


async def test_nats_keeps_its_streams_over_a_restart(nats_server: NatsServer) -> None:
    client = await nats.connect(nats_server.url)
    stream = client.jetstream()
    await stream.add_stream(StreamConfig(name="KEPT", subjects=["kept.>"]))
    await stream.publish("kept.one", b"1")
    await client.close()
    nats_server.restart()
    client = await nats.connect(nats_server.url)
    assert (await client.jetstream().stream_info("KEPT")).state.messages == 1
    await client.close()


def test_nats_flushes_each_publish_unless_told_otherwise(nats_server: NatsServer) -> None:
    assert "sync_interval: always" in (nats_server.data_dir / "nats.conf").read_text()


def test_a_server_whose_parent_was_killed_is_not_left_behind(tmp_path: Path) -> None:
    script = (
        "import sys, signal\nfrom pathlib import Path\nfrom devstack.embedded import start_nats\n"
        "print(start_nats(Path(sys.argv[1]) / 'nats').pid, flush=True)\nsignal.pause()\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path.cwd()) as parent:
        assert parent.stdout is not None
        server = psutil.Process(int(parent.stdout.readline()))
        assert "nats-server" in processes.command_line(server.pid)
        parent.kill()
    if sys.platform != "linux":  # which alone can tie a process to its parent: elsewhere the next start ends it
        start_nats(tmp_path / "nats").stop()
    server.wait(timeout=30)


def test_a_leftover_is_stopped_only_if_the_pid_is_still_ours(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()", str(tmp_path)], stdin=subprocess.PIPE) as stranger:
        assert not processes.stop_leftover(stranger.pid, "another marker")
        assert stranger.poll() is None
        os.kill(stranger.pid, signal.SIGKILL)


def test_a_leftover_may_end_while_it_is_being_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    monkeypatch.setattr(processes, "command_line", lambda _: "our marker")  # as it was just before
    assert processes.stop_leftover(ended.pid, "our marker")


def test_a_start_takes_over_from_a_leftover_with_the_same_data(nats_server: NatsServer) -> None:
    successor = NatsServer(nats_server.data_dir, nats_server.port)
    old = nats_server.pid
    successor.start()
    try:
        assert successor.pid not in (None, old)
        assert nats_server.pid is None
    finally:
        successor.stop()
