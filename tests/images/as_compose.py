"""Runs the platform of docker-compose.yml from built images, without Docker: same commands, same environments.

Containers have addresses of their own; here each is a port on this machine. PostgreSQL is the embedded one, NATS runs
with the configuration of compose: each service as the user that it is there.
"""

import asyncio
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from devstack import processes
from devstack.compose_secrets import CALLERS
from devstack.embedded import start_postgres
from devstack.env_file import compose_environment
from devstack.keys import Keys
from tests.deployment.compose import compose, environment
from tests.deployment.compose_nats import compose_nats
from tests.deployment.settings_classes import SERVICES
from tests.images.build import Image
from tests.images.started import run, start

_SECONDS = 90.0
_SIMULATORS = ("claude-simulator", "telegram-simulator")
# Where each listens in its container, and the variable that moves it.
_PORTS = {
    "tenants:50051": "TENANTS_GRPC_PORT",
    "customers:50052": "CUSTOMERS_GRPC_PORT",
    "orders:50053": "ORDERS_GRPC_PORT",
    "agent:50054": "AGENT_GRPC_PORT",
    "gateway:8000": "GATEWAY_PORT",
    "admin_bff:8080": "ADMIN_PORT",
    "claude-simulator:8082": "",
    "telegram-simulator:8081": "",
}


class Platform:
    """The containers of the profile demo, as processes."""

    def __init__(self, images: Mapping[str, Image], variables: Mapping[str, str], places: Mapping[str, str]) -> None:
        self._images = images
        self._variables = variables
        self._places = places
        self._services: dict[str, Any] = compose(variables)["services"]

    def image(self, name: str) -> Image:
        return self._images[name if name in SERVICES else "tools"]

    def environment(self, name: str) -> dict[str, str]:
        """What compose gives it, with this machine's addresses."""
        given = environment(self._services[name], self._variables)
        ports = {variable: self.port(place) for place, variable in _PORTS.items() if place.split(":")[0] == name}
        ports = {variable: port for variable, port in ports.items() if variable}
        return {key: self._here(value) for key, value in given.items()} | ports

    def command(self, name: str) -> list[str]:
        """Entrypoint and command: compose's where it names one, else the image's."""
        part, image = self._services[name], self.image(name)
        words = [*part.get("entrypoint", image.entrypoint), *part.get("command", image.command)]
        if name in _SIMULATORS:  # they listen where the command says
            place = next(place for place in _PORTS if place.startswith(f"{name}:"))
            words = [self.port(place) if word == place.split(":")[1] else word for word in words]
        return [self._here(word) for word in words]

    def port(self, place: str) -> str:
        return self._places[place].split(":")[1]

    def _here(self, text: str) -> str:
        for place, address in self._places.items():
            text = text.replace(place, address)
        return text

    def run(self, name: str, *arguments: str) -> str:
        """A one-shot to its end, as `docker compose run` does; its output."""
        command = [*self.command(name)[:3], *arguments] if arguments else self.command(name)
        status, output = run(self.image(name), command, self.environment(name))
        assert status == 0, f"{name} ended with {status}:\n{output}"
        return output

    def start(self, name: str, log: Path) -> "subprocess.Popen[str]":
        with log.open("w") as output:
            return start(self.image(name), self.command(name), self.environment(name), output)

    def is_healthy(self, name: str) -> tuple[bool, str]:
        """What its health check says."""
        status, output = run(self.image(name), self.image(name).health_check, self.environment(name))
        return status == 0, output


def play(images: Mapping[str, Image]) -> str:
    """Start everything, order something, stop everything; what the agent answered. Raises AssertionError."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        postgres = start_postgres(folder / "postgres")
        stack.callback(postgres.stop)
        asyncio.run(_create_database(postgres.url))
        variables = compose_environment(Keys(folder / "keys", CALLERS)) | {
            "ENVIRONMENT": "development",
            "POSTGRES_PASSWORD": urlsplit(postgres.url).password or "",
        }
        nats_folder = folder / "nats"
        nats_folder.mkdir()
        nats_port = stack.enter_context(compose_nats(variables, nats_folder))
        places = {"postgres:5432": f"127.0.0.1:{postgres.port}", "nats:4222": f"127.0.0.1:{nats_port}"}
        places |= _ports_of_this_machine()
        platform = Platform(images, variables, places)
        running = {}
        for name in (*SERVICES, *_SIMULATORS):
            running[name] = platform.start(name, folder / f"{name}.log")
            stack.callback(running[name].kill)
        platform.run("migrate")
        _wait_until_healthy(platform, running, folder)
        platform.run("seed")
        answer = platform.run("salesctl", "chat", "--chat-id", "7", "-m", "2 kg of pastrami please, I pick it up")
        assert "create_order" in answer, answer
        _stop(running, folder)
        refused = [line for line in (nats_folder / "nats.log").read_text().splitlines() if "Violation" in line]
        assert not refused, "\n".join(refused)
        return answer


def _ports_of_this_machine() -> dict[str, str]:
    taken: list[int] = []
    for _ in _PORTS:
        taken.append(processes.free_port(besides=taken))
    return {place: f"127.0.0.1:{port}" for place, port in zip(_PORTS, taken, strict=True)}


async def _create_database(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE DATABASE sales")
    await connection.close()


def _wait_until_healthy(platform: Platform, running: "Mapping[str, subprocess.Popen[str]]", logs: Path) -> None:
    deadline = time.monotonic() + _SECONDS
    for name in SERVICES:
        healthy = False
        while not healthy:
            assert running[name].poll() is None, f"{name} ended:\n{(logs / f'{name}.log').read_text()}"
            healthy, output = platform.is_healthy(name)
            assert time.monotonic() < deadline, f"{name} is not healthy: {output}"


def _stop(running: "Mapping[str, subprocess.Popen[str]]", logs: Path) -> None:
    for process in running.values():
        process.send_signal(signal.SIGTERM)
    for name, process in running.items():
        status = process.wait(_SECONDS)
        ended = (0, -signal.SIGTERM) if name in _SIMULATORS else (0,)
        assert status in ended, f"SIGTERM ended {name} with {status}:\n{(logs / f'{name}.log').read_text()}"
