"""Which port everything listens on: what the settings say, what was chosen before, or a free one; and what is taken."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from devstack import processes
from devstack.settings import StackSettings

_SERVICES = ("tenants", "customers", "orders", "agent")


class PortsTakenError(Exception):
    """Ports that something else listens on; the text names the variables that move them."""


@dataclass(frozen=True)
class Ports:
    """The port of each part, by its name. Parts that are not started have none."""

    by_name: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.by_name[name]

    def address(self, name: str) -> str:
        """host:port."""
        return f"127.0.0.1:{self.by_name[name]}"

    def url(self, name: str) -> str:
        """The HTTP base URL."""
        return f"http://{self.address(name)}"

    def check_free(self) -> None:
        """Raises PortsTakenError that names every taken port and the variable that moves it."""
        taken = {name: port for name, port in self.by_name.items() if not processes.port_is_free(port)}
        if taken:
            lines = (f"  {port} ({name}): set {variable_of(name)} to another port" for name, port in taken.items())
            raise PortsTakenError("These ports are taken by other programs:\n" + "\n".join(lines))


def choose_ports(settings: StackSettings, remembered_in: Path) -> Ports:
    """The ports of the parts that these settings start. Ports that the settings leave open are kept in a file."""
    remembered = _remembered(remembered_in)
    chosen: dict[str, int] = {}
    for name in _parts(settings):
        if port := _setting(settings, name):
            chosen[name] = port
            continue
        if name not in remembered:
            remembered[name] = processes.free_port(besides={*remembered.values(), *chosen.values()})
        chosen[name] = remembered[name]
    remembered_in.parent.mkdir(parents=True, exist_ok=True)
    unfinished = remembered_in.with_name(f"{remembered_in.name}.{os.getpid()}")
    unfinished.write_text(json.dumps(remembered, indent=2))
    unfinished.replace(remembered_in)
    return Ports(chosen)


def _remembered(path: Path) -> dict[str, int]:
    """What was chosen before; nothing if the file is not there or broken."""
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    ports = found.items() if isinstance(found, dict) else ()
    return {name: port for name, port in ports if isinstance(port, int) and 0 < port <= 65535}


def variable_of(name: str) -> str:
    """The environment variable that sets a part's port."""
    if name == "admin_bff":
        return "ADMIN_PORT"
    return f"{name}_grpc_port".upper() if name in _SERVICES else f"{name}_port".upper().replace("-", "_")


def _parts(settings: StackSettings) -> list[str]:
    optional = {
        "postgres": not settings.database_url.get_secret_value(),
        "nats": not settings.nats_url,
        "claude-simulator": settings.simulates_claude,
        "telegram-simulator": settings.simulates_telegram,
    }
    return [*(name for name, wanted in optional.items() if wanted), *_SERVICES, "gateway", "admin_bff"]


def _setting(settings: StackSettings, name: str) -> int:
    port: int = getattr(settings, variable_of(name).lower())
    return port
