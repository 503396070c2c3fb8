"""NATS as the manifests configure it: real servers, with the users of the services."""

import asyncio
import contextlib
import json
import os
import subprocess
import sysconfig
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from nats.aio.client import Client
from nats.errors import Error
from structlog.testing import capture_logs

from deploy.tests.rendering import SERVICES, Document, environment, main_container, name_of, of_kind, one
from devstack import processes
from services.common.nats_client import connect_when_up
from services.common.outbox import ensure_stream

SERVER = Path(sysconfig.get_path("scripts")) / "nats-server"


def stateful_set(overlay: str) -> Document:
    """What runs the servers."""
    (found,) = [document for document in of_kind(overlay, "StatefulSet") if name_of(document) == "nats"]
    return found


@contextlib.contextmanager
def servers(overlay: str, folder: Path) -> Iterator[list[tuple[int, subprocess.Popen[bytes]]]]:
    """The servers of an overlay, each with its pod's configuration and environment but for folders and addresses,
    which are this machine's; their client ports and processes."""
    stateful = stateful_set(overlay)
    ports: list[int] = []
    for _ in range(2 * stateful["spec"]["replicas"]):
        ports.append(processes.free_port(besides=ports))
    clients, routes = ports[::2], ports[1::2]
    started = []
    for number, port in enumerate(clients):
        own = folder / f"nats-{number}"
        own.mkdir()
        text = one(overlay, "ConfigMap", "nats-config")["data"]["nats.conf"].replace("http_port: 8222", "")
        text = text.replace("/data", str(own / "data")).replace("/tmp/nats.pid", str(own / "nats.pid"))
        text = text.replace("0.0.0.0:6222", f"127.0.0.1:{routes[number]}")
        for other, route in enumerate(routes):
            text = text.replace(f"nats-{other}.nats:6222", f"127.0.0.1:{route}")
        (own / "nats.conf").write_text(f"host: 127.0.0.1\nport: {port}\n{text}")
        for name, content in one(overlay, "ConfigMap", "nats-users")["data"].items():
            (own / name).write_text(content)
        variables = environment(overlay, main_container(stateful)) | {"POD_NAME": f"nats-{number}"}
        with (own / "log").open("wb") as log:
            started.append(
                subprocess.Popen([SERVER, "--config", own / "nats.conf"], env=os.environ | variables, stderr=log)
            )
    try:
        yield list(zip(clients, started, strict=True))
    finally:
        for server in started:
            server.kill()
            server.wait()


def url(overlay: str, service: str, port: int) -> str:
    """What the service's pod connects to, at this machine's address."""
    parts = urlsplit(environment(overlay, main_container(one(overlay, "Deployment", service)))["NATS_URL"])
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))


async def connected(address: str) -> Client:
    """A connection as the service makes it, as soon as the server is up."""
    async with asyncio.timeout(60):
        return await connect_when_up(address, urlsplit(address).username or "")


async def test_every_service_has_a_user_and_nobody_else_comes_in(tmp_path: Path) -> None:
    with servers("dev", tmp_path) as ((port, _),):
        for service in SERVICES:
            client = await connected(url("dev", service, port))
            await client.close()
        right = urlsplit(url("dev", "orders", port))
        assert await answer(port, {"user": right.username, "pass": right.password}) == "PONG"
        for wrong in ({}, {"user": "agent", "pass": right.password}, {"user": "root", "pass": ""}):
            assert "Authorization Violation" in await answer(port, wrong)


async def answer(port: int, credentials: Mapping[str, str | None]) -> str:
    """What the server says to somebody who logs in so."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await reader.readline()  # it introduces itself
    writer.write(f"CONNECT {json.dumps({'verbose': False, **credentials})}\r\nPING\r\n".encode())
    line = await reader.readline()
    writer.close()
    return line.decode().strip()


@contextlib.asynccontextmanager
async def one_name(ports: list[int]) -> AsyncIterator[tuple[int, list[int]]]:
    """What the Service's name is for a pod: an address behind which the first server that lives answers. Its port here,
    and the ports of the servers that connections were led to."""
    led_to: list[int] = []

    async def lead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for port in ports:
            with contextlib.suppress(ConnectionRefusedError):
                from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
                led_to.append(port)
                await asyncio.gather(pass_on(reader, to_server), pass_on(from_server, writer))
                return
        writer.close()

    name = await asyncio.start_server(lead, "127.0.0.1", 0)
    try:
        yield name.sockets[0].getsockname()[1], led_to
    finally:
        name.close()


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Everything that comes, until one of both sides ends."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


async def test_three_servers_keep_each_stream_three_times_and_clients_outlive_theirs(
    tmp_path: Path,
) -> None:
    replicas = int(environment("prod", main_container(one("prod", "Deployment", "orders")))["NATS_STREAM_REPLICAS"])
    with servers("prod", tmp_path) as started, capture_logs() as logs:
        async with one_name([port for port, _ in started]) as (name, led_to):
            client = await connected(url("prod", "orders", name))
            stream = client.jetstream()
            # The servers have to find each other and choose a leader first.
            await in_the_end(lambda: ensure_stream(stream, "ORDERS", ["sales.orders.v1.>"], replicas=replicas))
            found = await stream.stream_info("ORDERS")
            assert found.config.num_replicas == stateful_set("prod")["spec"]["replicas"] == 3
            assert found.cluster is not None
            assert len(found.cluster.replicas or []) == 2
            theirs = led_to[-1]
            dict(started)[theirs].kill()
            await in_the_end(lambda: stream.publish("sales.orders.v1.order_changed", b""))
            assert led_to[-1] != theirs, "the name led to another one"
            assert client.discovered_servers == [], "the client would knock there without a password"
            await client.close()
    assert [entry["event"] for entry in logs if "authorization" in str(entry.get("error", "")).lower()] == []


async def in_the_end(act: Callable[[], Awaitable[Any]]) -> None:
    """Try until it works."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(Error, TimeoutError):
                await act()
                return
            await asyncio.sleep(0.05)
