"""The terminal: its consoles, what commands have in common, and how times are said."""

import asyncio
from collections.abc import Coroutine
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console

T = TypeVar("T")
Tenant = Annotated[str, typer.Option("--tenant", help="The tenant's id.")]


def stdout() -> Console:
    """Where answers go."""
    return Console()


def stderr() -> Console:
    """Where errors go."""
    return Console(stderr=True)


def run(command: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end."""
    return asyncio.run(command)


def ago(seconds: float) -> str:
    """A span of time in its largest unit: "3 min"."""
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= length:
            return f"{int(seconds // length)} {unit}"
    return f"{max(0, int(seconds))} s"
