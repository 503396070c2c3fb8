"""Imports everything that an image has, also what its code imports only when it needs it. Runs inside the image.

Arguments: packages. Prints each module that cannot be imported, and why; exits with 1 if there is one.
"""

import ast
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path

# Runs only as what Alembic calls it.
_NOT_IMPORTED = ("env",)


def _modules(package: str) -> Iterator[str]:
    found = importlib.util.find_spec(package)
    for place in (found and found.submodule_search_locations) or ():
        for module in pkgutil.walk_packages([place], f"{package}."):
            if module.name.rpartition(".")[2] not in _NOT_IMPORTED:
                yield module.name
    yield package


def _named(path: Path) -> Iterator[str]:
    """What a file imports anywhere in its text."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def main() -> int:
    wrong: dict[str, str] = {}
    for module in {name for package in sys.argv[1:] for name in _modules(package)}:
        try:
            loaded = importlib.import_module(module)
            for name in _named(Path(loaded.__file__)) if loaded.__file__ else ():
                importlib.import_module(name)
        except ImportError as error:
            wrong[module] = str(error)
    for module, why in sorted(wrong.items()):
        print(f"{module}: {why}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
