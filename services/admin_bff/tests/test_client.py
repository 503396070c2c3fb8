"""The dashboard's client and the API fit: the client is made from the API as it is, and the pages are type-checked."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.admin_bff.app import create_api

_UI = Path(__file__).parents[1] / "ui"
_NODE = Path(sys.executable).with_name("node")

Messages = list[str]


@pytest.fixture(scope="module")
def checked() -> tuple[Messages, Messages]:
    """What the type check says of the pages: with the API as it is, and with one that went on without them."""
    description = create_api().openapi()
    ahead: dict[str, Any] = json.loads(json.dumps(description))
    order = ahead["components"]["schemas"]["Order"]
    order["properties"]["version"] = order["properties"].pop("etag")
    order["required"] = list(order["properties"])
    asked = json.dumps([{"description": description}, {"description": ahead, "mentioning": "etag"}])
    command = [str(_NODE), "scripts/type_check.mjs"]
    done = subprocess.run(command, cwd=_UI, input=asked, check=True, stdout=subprocess.PIPE, text=True)
    with_it, with_the_one_ahead = json.loads(done.stdout)
    return with_it, with_the_one_ahead


def test_the_pages_ask_for_nothing_that_the_api_does_not_have(checked: tuple[Messages, Messages]) -> None:
    assert checked[0] == []


def test_pages_that_the_api_has_left_behind_are_found(checked: tuple[Messages, Messages]) -> None:
    assert [message for message in checked[1] if "'etag' does not exist" in message]
