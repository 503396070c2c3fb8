"""The built dashboard: one page for all its addresses, files that last, and nothing beside them."""

import asyncio
import json
from pathlib import Path

import pytest

from services.admin_bff.tests.conftest import Dashboard
from services.common import money

_PAGE = "<!doctype html><title>Dashboard</title>"
_SCRIPT = "export const x = 1;\n" * 200


@pytest.fixture
def ui_folder(tmp_path: Path) -> Path:
    """As the build writes it, with a secret beside it."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(_PAGE)
    (folder / "icon.svg").write_text("<svg/>")
    (folder / "assets" / "index-Ab12.js").write_text(_SCRIPT)
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "assets" / "link.js").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.mark.parametrize(
    "path", ["/", "/login", "/conversations", "/conversations/1a-2b", "/orders/print", "/index.html"]
)
async def test_every_address_of_the_dashboard_is_its_page_asked_for_each_time(dashboard: Dashboard, path: str) -> None:
    answer = await dashboard.http.get(path)
    assert (answer.status_code, answer.text) == (200, _PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["cache-control"] == "no-cache"
    etag = {"If-None-Match": answer.headers["etag"]}
    again = await dashboard.http.get(path, headers=etag)
    assert (again.status_code, again.headers["cache-control"]) == (304, "no-cache")


async def test_hashed_files_last_for_ever_and_come_compressed(dashboard: Dashboard) -> None:
    answer = await dashboard.http.get("/assets/index-Ab12.js", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.text) == (200, _SCRIPT)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-encoding"] == "gzip"
    assert "javascript" in answer.headers["content-type"]
    assert (await dashboard.http.get("/icon.svg")).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", ["/assets/gone-Cd34.js", "/favicon.ico", "/assets/", "/assets", "/.env"])
async def test_a_file_that_is_not_there_is_not_the_page(dashboard: Dashboard, path: str) -> None:
    answer = await dashboard.http.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-store")


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/assets/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/..%2fsecret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/%2e%2e%5csecret.txt",
        "//secret.txt",
        "/%2fetc/passwd",
        "/assets/link.js",
        "/%00",
        "/" + "x" * 5_000,
    ],
)
async def test_nothing_outside_its_folder_is_served(dashboard: Dashboard, path: str) -> None:
    answer = await dashboard.http.get(path)
    assert answer.text == _PAGE or answer.status_code == 404
    assert "root:" not in answer.text
    assert answer.text != "secret"


async def test_pages_are_read_and_nothing_else(dashboard: Dashboard) -> None:
    assert (await dashboard.http.post("/login")).status_code == 405
    assert (await dashboard.http.head("/login")).status_code == 200


async def test_a_dashboard_that_is_not_built_says_how_to_build_it(dashboard: Dashboard, ui_folder: Path) -> None:
    await asyncio.to_thread(ui_folder.rename, ui_folder.with_name("elsewhere"))
    answer = await dashboard.http.get("/conversations")
    assert (answer.status_code, "make" in answer.text) == (503, True)


def test_the_dashboard_knows_the_digits_of_each_currency_as_the_services_do() -> None:
    known = json.loads((Path(__file__).parents[1] / "ui/src/format/currency_digits.json").read_text())
    assert known == money.EXPONENTS
