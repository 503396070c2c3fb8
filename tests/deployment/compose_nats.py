"""NATS as docker-compose.yml runs it: its configuration and its environment, on ports of this machine."""

import subprocess
import sysconfig
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx2

from devstack import processes
from tests.deployment.compose import REPOSITORY, compose, environment

_SECONDS = 60.0


@contextmanager
def compose_nats(variables: Mapping[str, str], folder: Path) -> Iterator[int]:
    """Its client port, once it is healthy; `folder` gets its data, its configuration and `nats.log`."""
    nats: dict[str, Any] = compose(variables)["services"]["nats"]
    port = processes.free_port()
    monitor = processes.free_port(besides={port})
    here = {
        '"/data"': f'"{folder}/data"',
        "port: 4222": f'listen: "127.0.0.1:{port}"',
        "http_port: 8222": f'http: "127.0.0.1:{monitor}"',
    }
    for source, target in (volume.split(":")[:2] for volume in nats["volumes"]):
        if target.startswith("/etc/nats/"):
            text = (REPOSITORY / source).read_text()
            for there, place in here.items():
                text = text.replace(there, place)
            (folder / Path(target).name).write_text(text)
    command: list[str | Path] = [Path(sysconfig.get_path("scripts")) / "nats-server", "--config", folder / "nats.conf"]
    with (folder / "nats.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment(nats, variables), stderr=log)
    try:
        _wait_until_healthy(server, monitor, folder / "nats.log")
        yield port
    finally:
        server.terminate()
        server.wait()


def _wait_until_healthy(server: "subprocess.Popen[bytes]", monitor: int, log: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    while True:
        assert server.poll() is None, f"NATS ended:\n{log.read_text()}"
        with suppress(httpx2.TransportError), httpx2.Client(trust_env=False) as http:
            if http.get(f"http://127.0.0.1:{monitor}/healthz?js-enabled-only=true").is_success:
                return
        assert time.monotonic() < deadline, f"NATS is not healthy:\n{log.read_text()}"
