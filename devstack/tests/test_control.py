"""`up` stays until it is told to stop, and then stops in order, whoever listens."""

import errno
import io
import os
import signal
from pathlib import Path

import pytest
from rich.console import Console

from devstack import control
from devstack.console import Voices
from devstack.run_files import Part, RunFiles
from devstack.settings import StackSettings


class Terminal(io.StringIO):
    """A terminal that can be closed."""

    closed_with: OSError | None = None

    def write(self, text: str) -> int:
        if self.closed_with:
            raise self.closed_with
        return super().write(text)


class BriefStack:
    """A stack of nothing; as soon as it is up it is told to stop, and its output is gone."""

    gone: OSError
    stopped: list[str]

    def __init__(self, settings: StackSettings, console: Console) -> None:
        self.settings, self.data_dir, self._console = settings, settings.data_dir, console
        self.voices, self.files = Voices(console, self.data_dir / "logs"), RunFiles(self.data_dir)

    async def start(self) -> None:
        terminal = self._console.file
        assert isinstance(terminal, Terminal)
        terminal.closed_with = self.gone
        os.kill(os.getpid(), signal.SIGINT)

    def parts(self) -> list[Part]:
        return [Part("agent", "127.0.0.1:1", "gRPC service", "")]

    async def stop(self) -> None:
        self.voices.announce("agent does not stop; killing it")
        self.stopped.append("in order")


@pytest.mark.usefixtures("spare_stdout")
@pytest.mark.parametrize("gone", [BrokenPipeError(), OSError(errno.EIO, "the terminal was closed")])
def test_a_stack_whose_output_is_gone_stops_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gone: OSError
) -> None:
    monkeypatch.setattr(control, "Stack", BriefStack)
    monkeypatch.setattr(BriefStack, "gone", gone, raising=False)
    monkeypatch.setattr(BriefStack, "stopped", [], raising=False)
    settings = StackSettings(_env_file=None, data_dir=tmp_path)
    assert control.up(settings, Console(file=Terminal()), links=False) == 0
    assert BriefStack.stopped == ["in order"]


def test_a_stack_that_ends_while_it_is_told_to_counts_as_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = RunFiles(tmp_path)
    running.take_lock()

    def kill(pid: int, number: int) -> None:
        running.release_lock()
        raise ProcessLookupError

    monkeypatch.setattr(os, "kill", kill)
    assert control.down(StackSettings(_env_file=None, data_dir=tmp_path), Console(file=io.StringIO())) == 0
