"""The dashboard's client and the API fit: the client is made from the API as it is, and the pages are type-checked."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from services.admin_bff.app import create_api

_ROOT = Path(__file__).parents[3]
_UI = _ROOT / "services" / "admin_bff" / "ui"
_NODE = Path(sys.executable).with_name("node")
_TOOLS = _ROOT / "node_modules" / ".bin"

Check = Callable[[dict[str, Any]], subprocess.CompletedProcess[str]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Makes the client from a description, in a copy of the pages, and type-checks them with it."""
    pages = tmp_path / "ui"
    shutil.copytree(_UI, pages, ignore=shutil.ignore_patterns("node_modules", "dist", "schema.d.ts", "*.tsbuildinfo"))
    (pages / "node_modules").symlink_to(_ROOT / "node_modules")

    def run(description: dict[str, Any]) -> subprocess.CompletedProcess[str]:
        (pages / "openapi.json").write_text(json.dumps(description))
        client = [str(_NODE), str(_TOOLS / "openapi-typescript"), "openapi.json", "--output", "src/api/schema.d.ts"]
        subprocess.run(client, cwd=pages, check=True, capture_output=True)
        types = [str(_NODE), str(_TOOLS / "tsc"), "--noEmit", "--incremental", "false"]
        return subprocess.run(types, cwd=pages, check=False, capture_output=True, text=True)

    return run


def test_the_pages_ask_for_nothing_that_the_api_does_not_have(check: Check) -> None:
    done = check(create_api().openapi())
    assert done.returncode == 0, done.stdout


def test_pages_that_the_api_has_left_behind_are_found(check: Check) -> None:
    description = json.loads(json.dumps(create_api().openapi()))
    order = description["components"]["schemas"]["Order"]
    order["properties"]["version"] = order["properties"].pop("etag")
    order["required"] = list(order["properties"])
    done = check(description)
    assert done.returncode != 0
    assert "'etag' does not exist" in done.stdout
