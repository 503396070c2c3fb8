"""Requests that nobody would think of, made from the API's description: each is answered as the description says."""

import asyncio
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from services.admin_bff.app import create_api, create_app
from services.admin_bff.tests.conftest import Time, make_parts
from services.admin_bff.tests.cross_tenant import ids_of
from services.admin_bff.tests.doubles import serve
from services.admin_bff.tests.world import World, add_business
from services.common.grpc_client import channel
from services.common.http.server import http_server, listen
from services.common.staff import Role

_TENANT = "fuzzed"
_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
]
schema = schemathesis.openapi.from_dict(create_api().openapi())
# A stream has no end to wait for; logins are limited after the first few guesses.
_OPERATIONS = [
    (method, path, mode)
    for path, methods in schema.raw_schema["paths"].items()
    for method, operation in methods.items()
    for mode in GenerationMode
    if not path.endswith(("/events", "/session"))
    if mode.is_positive or "requestBody" in operation or "query" in str(operation.get("parameters"))
]


@dataclass
class Running:
    """The application on a loop of its own, because the requests of these tests block."""

    world: World
    url: str = ""


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    running, started, stop = Running(World()), threading.Event(), asyncio.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    async def run() -> None:
        loops.append(asyncio.get_running_loop())
        add_business(running.world, _TENANT)
        async with serve(running.world) as server, channel(f"127.0.0.1:{server.port}") as peer:
            app = create_app(make_parts(running.world, peer, Time()))
            listener = listen("ADMIN_PORT", "127.0.0.1", 0)
            running.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            http = http_server(app, connections=100, grace_seconds=5)
            serving = asyncio.create_task(http.serve(sockets=[listener]))
            started.set()
            await stop.wait()
            http.should_exit = True
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(run()))
    thread.start()
    assert started.wait(20)
    yield running
    loops[0].call_soon_threadsafe(stop.set)
    thread.join()


@pytest.mark.parametrize(("method", "path", "mode"), _OPERATIONS)
def test_every_request_is_answered_as_described(running: Running, method: str, path: str, mode: GenerationMode) -> None:
    business = running.world.businesses[_TENANT]
    key = running.world.key_of(_TENANT, Role.OWNER)

    @settings(max_examples=8, derandomize=True, database=None, phases=[Phase.generate])
    @given(case=schema[path][method].as_strategy(generation_mode=mode))
    def ask(case: "schemathesis.Case[Any]") -> None:
        case.path_parameters = dict(case.path_parameters or {}) | {"tenant_id": _TENANT} | ids_of(business)
        case.headers["Authorization"] = f"Bearer {key}"
        case.call_and_validate(base_url=running.url, checks=_CHECKS)

    ask()
