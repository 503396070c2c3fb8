"""A process under the supervisor: its lines are passed on, it is started again when it dies, it stops when told."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from rich.console import Console

from devstack import processes
from devstack.child import Child
from devstack.components import Component
from devstack.console import Voices
from devstack.run_files import AlreadyRunningError, RunFiles

_MODULES = {
    "says_and_waits": "import signal\nprint('here I am', flush=True)\nsignal.pause()\n",
    "stubborn": "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('no', flush=True)\n"
    "while True: signal.pause()\n",
    "fails": "raise SystemExit(3)\n",
}


class Screen(io.StringIO):
    """A terminal whose next line can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._written = asyncio.Event()

    def write(self, text: str) -> int:
        self._written.set()
        return super().write(text)

    async def until(self, text: str, times: int = 1) -> None:
        """Return once `text` stands there `times` times."""
        async with asyncio.timeout(60):
            while self.getvalue().count(text) < times:
                self._written.clear()
                await self._written.wait()


class ClosedPipe(Screen):
    """What nobody reads any more."""

    def write(self, text: str) -> int:
        super().write(text)
        raise BrokenPipeError


class Stage:
    """A child with what it writes to."""

    def __init__(self, folder: Path, module: str, screen: Screen | None = None) -> None:
        (folder / f"{module}.py").write_text(_MODULES[module])
        self.screen = screen or Screen()
        self.files = RunFiles(folder)
        self.files.folder.mkdir(exist_ok=True)
        self.voices = Voices(Console(file=self.screen, width=200), self.files.logs)
        component = Component(
            name="actor", module=module, arguments=(), environment={}, where="", what="", stage=1, check=""
        )
        inherited = {"PYTHONPATH": str(folder), "PATH": os.environ["PATH"]}
        self.child = Child(component, inherited, self.voices, self.files)


@asynccontextmanager
async def on_stage(folder: Path, module: str, screen: Screen | None = None) -> AsyncIterator[Stage]:
    """A child that runs `module` while the block does."""
    stage = Stage(folder, module, screen)
    stage.child.start()
    try:
        yield stage
    finally:
        await stage.child.stop()
        stage.voices.close()


async def test_lines_are_shown_with_the_name_and_kept_in_a_file(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "says_and_waits") as stage:
        await stage.screen.until("actor │ here I am")
        assert stage.voices.log_end("actor") == "here I am"
        assert processes.read_pid(tmp_path / "run/actor.pid") == stage.child.pid
    assert stage.child.pid is None
    assert not (tmp_path / "run/actor.pid").exists()


async def test_a_killed_process_is_named_and_started_again(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "says_and_waits") as stage:
        await stage.screen.until("here I am")
        first = stage.child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await stage.screen.until("actor was killed by SIGKILL; starting it again")
        await stage.screen.until("here I am", times=2)
        assert stage.child.pid not in (None, first)


async def test_the_statuses_of_ended_runs_are_known(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "fails") as stage:
        await stage.screen.until("actor ended with status 3; starting it again")
        assert stage.child.ends == [3]


async def test_a_process_that_ignores_sigterm_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("devstack.child._STOP_SECONDS", 0.05)
    async with on_stage(tmp_path, "stubborn") as stage:
        await stage.screen.until("no")
    assert "does not stop; killing it" in stage.screen.getvalue()


async def test_a_log_that_cannot_be_written_does_not_stop_a_process_from_being_kept_running(tmp_path: Path) -> None:
    (tmp_path / "logs/actor.log").mkdir(parents=True)
    async with on_stage(tmp_path, "says_and_waits") as stage:
        await stage.screen.until("here I am")
        first = stage.child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await stage.screen.until("here I am", times=2)
    assert stage.child.pid is None
    assert stage.child.stopped_with == -signal.SIGTERM


@pytest.mark.usefixtures("spare_stdout")
async def test_a_process_is_kept_running_when_nobody_reads_its_lines(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "says_and_waits", ClosedPipe()) as stage:
        await stage.screen.until("here I am")
    assert stage.voices.log_end("actor") == "here I am"
    assert stage.child.stopped_with == -signal.SIGTERM


async def test_only_leftovers_that_are_ours_are_stopped(tmp_path: Path) -> None:
    async with on_stage(tmp_path, "says_and_waits") as stage:
        await stage.screen.until("here I am")
        pid = stage.child.pid
        assert pid is not None
        assert RunFiles(tmp_path).stop_leftovers({"actor": "another_module"}) == []
        stage.files.write_pid("actor", pid)
        stopping = asyncio.to_thread(RunFiles(tmp_path).stop_leftovers, {"actor": "says_and_waits"})
        assert await stopping == ["actor"]
        await stage.screen.until("actor was killed by SIGTERM")


def test_one_data_directory_has_one_stack(tmp_path: Path) -> None:
    first, second = RunFiles(tmp_path), RunFiles(tmp_path)
    first.take_lock()
    assert second.is_running()
    with pytest.raises(AlreadyRunningError, match=str(os.getpid())):
        second.take_lock()
    first.release_lock()
    assert not second.is_running()


def test_the_operators_environment_is_for_the_owner_alone(tmp_path: Path) -> None:
    files = RunFiles(tmp_path)
    files.write_operator_environment({"NATS_URL": "nats://127.0.0.1:1", "MANY": "a\nb"})
    assert files.operator_environment.read_text() == "NATS_URL=nats://127.0.0.1:1\n"
    assert files.operator_environment.stat().st_mode & 0o777 == 0o600
