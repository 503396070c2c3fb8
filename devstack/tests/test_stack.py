"""The whole stack as its user meets it: up in the background, looked at, killed, up again over the same data, down."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from devstack.run_files import Part, RunFiles
from devstack.settings import StackSettings

_ROOT = Path(__file__).parents[2]
_PORTS = (
    *("GATEWAY_PORT", "ADMIN_PORT", "TENANTS_GRPC_PORT", "CUSTOMERS_GRPC_PORT", "ORDERS_GRPC_PORT", "AGENT_GRPC_PORT"),
)


class Shell:
    """Runs `python -m devstack` with data of its own and free ports, outside the repository: its `.env` is not read."""

    def __init__(self, data_dir: Path) -> None:
        ours = {name.upper() for name in StackSettings.model_fields}
        kept = {name: value for name, value in os.environ.items() if name not in ours}
        self._environment = kept | dict.fromkeys(_PORTS, "0") | {"DATA_DIR": str(data_dir), "PYTHONPATH": str(_ROOT)}
        self._folder = data_dir

    def __call__(self, *arguments: str) -> tuple[int, str]:
        """Exit status and output."""
        done = subprocess.run(
            [sys.executable, "-m", "devstack", *arguments],
            env=self._environment,
            cwd=self._folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        return done.returncode, done.stdout + done.stderr

    def begin(self, *arguments: str) -> subprocess.Popen[str]:
        """Start it with its output in a pipe."""
        return subprocess.Popen(
            [sys.executable, "-m", "devstack", *arguments],
            env=self._environment,
            cwd=self._folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )


@pytest.fixture
def shell(data_dir: Path) -> Iterator[Shell]:
    command = Shell(data_dir)
    yield command
    command("down")


def running(parts: list[Part]) -> list[psutil.Process]:
    """The processes of the parts, to be waited for."""
    return [psutil.Process(part.pid) for part in parts if part.pid]


def end(started: list[psutil.Process]) -> None:
    """Return once all of them have ended."""
    _, left = psutil.wait_procs(started, timeout=60)
    assert not left


def told_links_open_the_dashboard_once(output: str, log: Path) -> None:
    """One for each seeded tenant, for its owner; and only who called it is told."""
    links = re.findall(r"^ +(\w+): (http://127\.0\.0\.1:\d+)/login#code=(\w+)$", output, re.MULTILINE)
    assert [tenant for tenant, _, _ in links] == ["valdman", "joannas_bakery"]
    with httpx2.Client(trust_env=False, timeout=30) as http:
        for tenant, url, code in links:
            opened = http.post(f"{url}/admin/session", json={"login_code": code}).json()
            assert (opened["tenant_id"], opened["role"]) == (tenant, "owner")
            assert http.post(f"{url}/admin/session", json={"login_code": code}).status_code == 401
            assert code not in log.read_text()


def test_the_stack_comes_up_survives_its_own_death_and_goes_down(shell: Shell, data_dir: Path) -> None:
    status, output = shell("up", "--detach")
    assert status == 0, output
    assert "SIMULATOR of Claude" in output
    assert "SIMULATOR of Telegram" in output
    files = RunFiles(data_dir)
    ready, parts = files.read_state()
    assert ready
    assert {part.name for part in parts} >= {
        "postgres",
        "nats",
        "tenants",
        "customers",
        "orders",
        "agent",
        "gateway",
        "admin_bff",
    }
    assert shell("status")[0] == 0
    told_links_open_the_dashboard_once(output, files.logs / "supervisor.log")
    again, explanation = shell("up")
    assert again == 1
    assert "already running" in explanation

    first = running(parts)
    supervisor = files.supervisor_pid()
    assert supervisor is not None
    os.kill(supervisor, signal.SIGKILL)
    end(first)
    assert shell("status")[0] == 3

    with shell.begin("up", "--no-links") as up:
        assert up.stdout is not None
        assert any("Ctrl+C stops it." in line for line in up.stdout)
        ready, again_parts = files.read_state()
        assert ready
        assert [part.name for part in again_parts if part.pid] == [part.name for part in parts if part.pid]
        second = running(again_parts)
        up.stdout.close()  # as by Ctrl+C on `make up | tee log`, which ends tee as well
        assert shell("down")[0] == 0
        assert up.wait(timeout=60) == 0
    end(second)
    assert not files.operator_environment.exists()
    assert files.read_state() == (False, [])


def test_a_taken_port_stops_the_start_before_anything_runs(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"gateway": port}))
        status, output = Shell(tmp_path)("up")
    assert status == 1
    assert f"{port} (gateway): set GATEWAY_PORT to another port" in output
    assert not (tmp_path / "postgres").exists()
