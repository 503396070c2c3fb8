"""The terminal: its consoles, and commands that end with a readable error and a status."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from rich.console import Console

T = TypeVar("T")


def stdout() -> Console:
    """Where answers go."""
    return Console()


def stderr() -> Console:
    """Where errors go."""
    return Console(stderr=True)


def run(command: Coroutine[Any, Any, T]) -> T:
    """Run a command to its end."""
    return asyncio.run(command)
