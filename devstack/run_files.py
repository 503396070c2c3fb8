"""What a running stack leaves in DATA_DIR/run for others: its lock, pids, state and the operator's environment."""

import fcntl
import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from devstack import processes
from devstack.secret_files import write_secret


@dataclass(frozen=True)
class Part:
    """One line of the table: a part of the stack and where it is."""

    name: str
    where: str
    what: str
    check: str  # see checks.is_up
    pid: int | None = None


class AlreadyRunningError(Exception):
    """Another stack runs over the same data."""


class RunFiles:
    """The files of one DATA_DIR."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "run"
        self.logs = data_dir / "logs"
        self.operator_environment = self.folder / "environment.env"
        self._lock_path = self.folder / "supervisor.lock"
        self._state_path = self.folder / "state.json"
        self._lock: IO[str] | None = None

    def take_lock(self) -> None:
        """Be the one stack over this data until the process ends. Raises AlreadyRunningError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = self._lock_path.open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise AlreadyRunningError(f"A stack is already running here (process {self.supervisor_pid()}).") from None
        self._state_path.unlink(missing_ok=True)  # of a stack that was killed: it would pass for ours, and ready
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def release_lock(self) -> None:
        """Let another stack run here."""
        self._state_path.unlink(missing_ok=True)
        self.operator_environment.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None

    def is_running(self) -> bool:
        """Whether a stack holds the lock."""
        if not self._lock_path.exists():
            return False
        with self._lock_path.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    def supervisor_pid(self) -> int | None:
        """The process that holds the lock."""
        return processes.read_pid(self._lock_path)

    def write_pid(self, name: str, pid: int) -> None:
        """Remember a child, so that the next start can stop it should we die without doing so."""
        (self.folder / f"{name}.pid").write_text(str(pid))

    def remove_pid(self, name: str) -> None:
        """The child has ended."""
        (self.folder / f"{name}.pid").unlink(missing_ok=True)

    def stop_leftovers(self, markers: dict[str, str]) -> list[str]:
        """Stop children of a stack that died. `markers`: part of each one's command line. Gives their names."""
        stopped = []
        for name, marker in markers.items():
            pid = processes.read_pid(self.folder / f"{name}.pid")
            if pid is not None and processes.stop_leftover(pid, marker):
                stopped.append(name)
            self.remove_pid(name)
        return stopped

    def write_state(self, parts: list[Part], *, ready: bool) -> None:
        """What is where, for `status`."""
        state = {"ready": ready, "parts": [asdict(part) for part in parts]}
        unfinished = self._state_path.with_suffix(".new")
        unfinished.write_text(json.dumps(state, indent=2))
        unfinished.replace(self._state_path)

    def read_state(self) -> tuple[bool, list[Part]]:
        """Whether the start is complete, and the parts."""
        if not self._state_path.exists():
            return False, []
        state = json.loads(self._state_path.read_text())
        return bool(state["ready"]), [Part(**part) for part in state["parts"]]

    def write_operator_environment(self, environment: dict[str, str]) -> None:
        """NAME=value lines that salesctl reads; holds secrets, so only the owner can."""
        lines = (f"{name}={value}\n" for name, value in sorted(environment.items()) if "\n" not in value)
        write_secret(self.operator_environment, "".join(lines))

    def read_operator_environment(self) -> dict[str, str]:
        """What was written for salesctl."""
        lines = self.operator_environment.read_text().splitlines()
        return {name: value for name, _, value in (line.partition("=") for line in lines)}
