"""The table of all variables in docs/operations.md: `python -m tests.deployment.configuration` writes it anew."""

import json
import sys
import types
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

from devstack.settings import StackSettings
from salesctl.settings import Settings as SalesctlSettings
from services.common.development_secrets import is_for_development
from services.common.health_check import Which
from services.common.migrate import MigrationSettings
from tests.deployment.settings_classes import SERVICES, settings_of

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"
_BEGIN = "<!-- written by python -m tests.deployment.configuration -->\n"
_END = "<!-- end of what it writes -->\n"
_TYPES = {str: "text", SecretStr: "secret", int: "whole number", float: "number", bool: "true or false", Path: "path"}
_HEAD = "| variable | read by | type | default | meaning |\n|---|---|---|---|---|\n"


def classes() -> dict[str, type[BaseSettings]]:
    """Every settings class by who reads it."""
    found = {service: settings_of(service) for service in SERVICES}
    found |= {"health check": Which, "migrations": MigrationSettings}
    return found | {"salesctl": SalesctlSettings, "make up": StackSettings}


def table() -> str:
    """One row for each variable, more where readers differ in its default or meaning."""
    found = sorted(
        (name.upper(), _type(field), _default(field), field.description or "", reader)
        for reader, settings in classes().items()
        for name, field in settings.model_fields.items()
    )
    return _HEAD + "".join(_rows(found))


def _rows(found: list[tuple[str, str, str, str, str]]) -> Iterator[str]:
    for (name, kind, default, meaning), same in groupby(found, key=lambda row: row[:4]):
        readers = [row[4] for row in same]
        told = "every service" if set(readers) >= set(SERVICES) else ""
        others = [reader for reader in classes() if reader in readers and not (told and reader in SERVICES)]
        yield f"| `{name}` | {', '.join(filter(None, [told, *others]))} | {kind} | {default} | {meaning} |\n"


def _type(field: FieldInfo) -> str:
    kind: Any = field.annotation
    if get_origin(kind) in (Union, types.UnionType):
        kind = next(part for part in get_args(kind) if part is not type(None))
    return "list" if get_origin(kind) is tuple else _TYPES[kind]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**must be set**"
    default = field.default
    if isinstance(default, SecretStr):
        secret = default.get_secret_value()
        if is_for_development(secret):
            return "a development value"
        return f"`{secret}`" if secret else "unset"
    if default is None or default == "":
        return "unset"
    if isinstance(default, Path):
        built = default.is_absolute()
        return f"`{default.relative_to(PAGE.parents[1]) if built else default}`"
    return f"`{json.dumps(default, separators=(',', ':')) if not isinstance(default, str) else default}`"


def around(page: str) -> tuple[str, str, str]:
    """What stands before the table, the table, what stands after it. Raises ValueError for a page without."""
    begin, end = page.index(_BEGIN) + len(_BEGIN), page.index(_END)
    return page[:begin], page[begin:end], page[end:]


def main() -> int:
    """Write the table into the page."""
    before, _, after = around(PAGE.read_text())
    PAGE.write_text(f"{before}\n{table()}\n{after}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
