"""What the supervisor shows: lines with the name of who speaks, and the table of what is where."""

import contextlib
import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from devstack.run_files import Part

_COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan", "bright_green", "bright_magenta")
_NAME_WIDTH = 18
_LARGEST_LOG = 10_000_000  # bytes; a larger one is set aside at the start


class Voices:
    """Lines of many processes in one terminal and in a file each. Quiet: files only.

    What cannot be written there is left out: whoever speaks goes on.
    """

    def __init__(self, console: Console, logs: Path, *, quiet: bool = False) -> None:
        self.console = console
        self._logs = logs
        self._quiet = quiet
        self._colours: dict[str, str] = {}
        self._next_colour = itertools.cycle(_COLOURS)
        self._files: dict[str, IO[str]] = {}

    def say(self, name: str, line: str) -> None:
        """One line of process `name`."""
        with contextlib.suppress(OSError):
            if name not in self._files:
                self._files[name] = _open_log(self._logs / f"{name}.log")
            self._files[name].write(f"{line}\n")
            self._files[name].flush()
        if not self._quiet:
            self._show(name, line)

    def announce(self, line: str) -> None:
        """One line of the supervisor itself; shown even when the others are quiet."""
        self._show("supervisor", line)

    def log_end(self, name: str, lines: int = 15) -> str:
        """The last lines that process `name` wrote."""
        path = self._logs / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def close(self) -> None:
        """Close the files."""
        for file in self._files.values():
            with contextlib.suppress(OSError):
                file.close()
        self._files.clear()

    def _show(self, name: str, line: str) -> None:
        colour = self._colours.setdefault(name, next(self._next_colour)) if name != "supervisor" else "bold"
        text = Text.assemble((f"{name:>{_NAME_WIDTH}} │ ", colour), Text.from_ansi(line))
        with until_unheard(self.console):
            self.console.print(text, soft_wrap=True)


@contextlib.contextmanager
def until_unheard(console: Console) -> Iterator[None]:
    """Print in the block; once that fails, as when a pipe or the terminal is closed, nothing is printed any more.

    rich ends the process at a closed pipe; what it could not write elsewhere it keeps, and writes again with each line.
    """
    try:
        yield
    except (OSError, UnicodeError, SystemExit):
        console.quiet = True


def parts_table(parts: Sequence[Part], states: Sequence[str] | None = None) -> Table:
    """What is where, with a column for the state of each if given."""
    table = Table(title="AI Sales Agents on this machine", title_justify="left", title_style="bold")
    for heading in ("part", "where", "what", *(["state"] if states else [])):
        table.add_column(heading, overflow="fold")
    for index, part in enumerate(parts):
        cells = [part.name, part.where, part.what]
        if states:
            up = states[index] == "up"
            cells.append(f"[{'green' if up else 'bold red'}]{states[index]}[/]")
        table.add_row(*cells)
    return table


def _open_log(path: Path) -> IO[str]:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > _LARGEST_LOG:
        path.replace(path.with_suffix(".log.1"))
    return path.open("a", encoding="utf-8")
