"""`.env.example` explains every variable that any settings class reads, with its default."""

import ast
import json
import re
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[2]
_FILES = (
    *_ROOT.glob("services/*/settings.py"),
    *(_ROOT / name for name in ("services/common/config.py", "devstack/settings.py", "salesctl/settings.py")),
)
_EXAMPLE = (_ROOT / ".env.example").read_text()
_UNKNOWN = object()  # a default that is made by code


def _default(value: ast.expr | None) -> Any:
    """The literal default of a field, given as it is or first in `Field(...)`."""
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Field" and value.args:
        value = value.args[0]
    return ast.literal_eval(value) if isinstance(value, ast.Constant | ast.Tuple) else _UNKNOWN


def _variables() -> list[tuple[str, Any]]:
    """Name and default of the fields of all settings classes; a name may come several times."""
    classes = (node for path in _FILES for node in ast.walk(ast.parse(path.read_text())))
    return [
        (field.target.id.upper(), _default(field.value))
        for node in classes
        if isinstance(node, ast.ClassDef) and node.name.endswith("Settings")
        for field in node.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    ]


def test_every_variable_is_explained_and_nothing_else() -> None:
    read = {name for name, _ in _variables()}
    explained = set(re.findall(r"^(?:# )?([A-Z][A-Z_]+)=", _EXAMPLE, re.MULTILINE))
    assert len(read) > 40
    assert read == explained


def test_the_example_changes_nothing_when_it_is_copied() -> None:
    given = dict(re.findall(r"^([A-Z][A-Z_]+)=(.+)$", _EXAMPLE, re.MULTILINE))
    wrong = {
        name: (text, default)
        for name, default in _variables()
        if (text := given.get(name)) is not None and default is not _UNKNOWN
        if text != (json.dumps(default, separators=(",", ":")) if isinstance(default, tuple) else str(default))
    }
    assert wrong == {}
