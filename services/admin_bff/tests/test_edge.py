"""What holds for every request: headers, bounded bodies, problems, and what nobody has foreseen."""

import json
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from services.admin_bff.app import create_app
from services.admin_bff.bodies import LARGEST
from services.admin_bff.tests.conftest import Browser, Dashboard, http_of

_PROBLEM = {"type", "title", "status", "detail", "reason", "field"}


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/admin/session", "/admin/x/orders", "/openapi.json", "/assets/none.js"]
)
async def test_browsers_are_held_to_what_pages_are_for(dashboard: Dashboard, path: str) -> None:
    headers = (await dashboard.http.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["connect-src"] == policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "strict-transport-security" not in headers


async def test_outside_development_browsers_come_by_https_only(dashboard: Dashboard) -> None:
    parts = dashboard.parts.__class__(**{**vars(dashboard.parts), "development": False})
    async with http_of(create_app(parts), "https://dashboard") as http:
        headers = (await http.get("/healthz")).headers
        assert headers["strict-transport-security"].startswith("max-age=63072000")
        key = {"api_key": "asa_x_" + "0" * 64}
        plain = await http.post("/admin/session", json=key, headers={"Origin": "http://dashboard"})
        assert (plain.status_code, plain.json()["reason"]) == (403, "FOREIGN_ORIGIN")


async def test_a_body_is_bounded_whether_or_not_it_tells_its_length(dashboard: Dashboard) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(1000):
            yield b" " * 1024

    whole = json.dumps({"api_key": "x" * 10}).encode()
    fits = await dashboard.http.post("/admin/session", content=whole + b" " * (LARGEST - len(whole)), headers=_JSON)
    assert fits.status_code == 401
    for content in (b" " * (LARGEST + 1), endless()):
        answer = await dashboard.http.post("/admin/session", content=content, headers=_JSON)
        assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")
        assert answer.headers["content-type"] == "application/problem+json"
        assert set(answer.json()) == _PROBLEM


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"{", "BAD_JSON"), (b"", "BAD_FIELD"), (b"null", "BAD_FIELD"), (b"\xff\xfe", "BAD_JSON"), (b"[" * 60_000, None)],
)
async def test_what_is_no_json_is_a_bad_request(dashboard: Dashboard, content: bytes, reason: str | None) -> None:
    answer = await dashboard.http.post("/admin/session", content=content, headers=_JSON)
    assert answer.status_code in (400, 422)
    assert set(answer.json()) == _PROBLEM
    if reason:
        assert answer.json()["reason"] == reason


@pytest.mark.parametrize(
    ("code", "status"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, 422),
        (grpc.StatusCode.NOT_FOUND, 404),
        (grpc.StatusCode.ALREADY_EXISTS, 409),
        (grpc.StatusCode.ABORTED, 409),
        (grpc.StatusCode.FAILED_PRECONDITION, 409),
        (grpc.StatusCode.PERMISSION_DENIED, 403),
        (grpc.StatusCode.UNAUTHENTICATED, 401),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, 429),
        (grpc.StatusCode.UNAVAILABLE, 503),
        (grpc.StatusCode.DEADLINE_EXCEEDED, 503),
        (grpc.StatusCode.UNIMPLEMENTED, 503),
        (grpc.StatusCode.INTERNAL, 500),
        (grpc.StatusCode.UNKNOWN, 500),
        (grpc.StatusCode.DATA_LOSS, 500),
    ],
)
async def test_each_error_of_a_service_has_one_status(
    dashboard: Dashboard, owner: Browser, code: grpc.StatusCode, status: int
) -> None:
    dashboard.world.fail("GetCatalog", code=code, reason="SOMETHING")
    answer = await owner.get("products")
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert set(problem) == _PROBLEM
    assert problem["status"] == status
    if status == 429:
        assert answer.headers["retry-after"] == "5"
    if status >= 500:  # what failed inside is nobody's business outside
        assert "as the test wants it" not in answer.text


@pytest.mark.parametrize("reason", ["CALLER_NOT_ALLOWED", "TOKEN_INVALID"])
async def test_what_a_service_holds_against_this_process_is_not_the_persons_fault(
    dashboard: Dashboard, owner: Browser, reason: str
) -> None:
    dashboard.world.fail("GetCatalog", code=grpc.StatusCode.PERMISSION_DENIED, reason=reason)
    answer = await owner.get("products")
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")


async def test_a_service_that_is_down_is_said_to_be_away(dashboard: Dashboard, owner: Browser) -> None:
    held = dashboard.parts.peers.catalog

    class Broken:
        async def GetCatalog(self, *_: Any, **__: Any) -> None:
            raise RuntimeError("a secret of ours")

    dashboard.parts.peers.catalog = Broken()  # type: ignore[assignment]
    answer = await owner.get("products")
    dashboard.parts.peers.catalog = held
    assert (answer.status_code, answer.json()["reason"]) == (500, "INTERNAL")
    assert "secret" not in answer.text
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("path", ["/admin/", "/admin/x", "/admin/session/", "/admin/session/x/y", "/admin//orders"])
async def test_below_admin_there_is_nothing_but_the_api(dashboard: Dashboard, owner: Browser, path: str) -> None:
    assert (await dashboard.http.get(path)).status_code == 401
    answer = await owner.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["nonsense", "orders/", "orders/x/y/z", "conversations/x/delete"])
async def test_ones_own_tenant_has_nothing_but_its_routes(owner: Browser, path: str) -> None:
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = await owner.request(method, path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


async def test_a_method_that_a_route_does_not_have_is_a_problem(owner: Browser) -> None:
    answer = await owner.request("DELETE", "orders")
    assert (answer.status_code, answer.json()["reason"]) == (405, "METHOD_NOT_ALLOWED")
    assert "GET" in answer.headers["allow"]


async def test_health_says_alive_and_readiness_names_what_is_missing(dashboard: Dashboard) -> None:
    assert (await dashboard.http.get("/healthz")).json() == {"alive": True}
    ready = await dashboard.http.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "missing": []})
    for path in ("/healthz", "/readyz"):
        assert (await dashboard.http.head(path)).status_code == 200
    dashboard.parts.readiness.stop()
    assert (await dashboard.http.head("/readyz")).status_code == 503
    stopping = await dashboard.http.get("/readyz")
    assert (stopping.status_code, stopping.json()) == (503, {"ready": False, "missing": ["stopping"]})


_JSON = {"Content-Type": "application/json"}
