"""docker-compose.yml as docker compose reads it, with the values that `.env` gives."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

REPOSITORY = Path(__file__).parents[2]
_BRACED = re.compile(r"\$\$|\$\{(\w+)(?:(:-|:\?)((?:[^{}]|\$\{[^{}]*\})*))?\}")


class NotSetError(Exception):
    """Compose would refuse to start; the text names the variable and says what to do."""


def compose(variables: Mapping[str, str]) -> dict[str, Any]:
    """The whole file with every variable replaced. Raises NotSetError for one that must be set."""
    read = yaml.safe_load((REPOSITORY / "docker-compose.yml").read_text())
    parts = {key: part for key, part in read.items() if not key.startswith("x-")}
    return {key: _replaced(part, variables) for key, part in parts.items()}


def environment(service: Mapping[str, Any], variables: Mapping[str, str]) -> dict[str, str]:
    """What its process finds in its environment. A variable without a value is handed on where it is set."""
    declared: dict[str, str | None] = service.get("environment", {})
    handed_on = {name: variables.get(name) if value is None else value for name, value in declared.items()}
    return {name: value for name, value in handed_on.items() if value is not None}


def _replaced(part: Any, variables: Mapping[str, str]) -> Any:
    match part:
        case str():
            return expand(part, variables)
        case dict():
            return {key: _replaced(value, variables) for key, value in part.items()}
        case list():
            return [_replaced(value, variables) for value in part]
        case _:
            return part


def expand(text: str, variables: Mapping[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?message}`, where empty is as good as unset; `$$` is a dollar sign."""

    def value(found: re.Match[str]) -> str:
        name, operator, rest = found.groups()
        if name is None:
            return "$"
        if given := variables.get(name):
            return given
        if operator == ":-":
            return expand(rest, variables)
        raise NotSetError(f"{name}: {rest or 'not set'}")

    return _BRACED.sub(value, text)
