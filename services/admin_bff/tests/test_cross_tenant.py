"""A session sees its own tenant only, on every route there is; and the check itself sees a route that leaks."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from services.admin_bff.app import create_api, create_app
from services.admin_bff.dependencies import TENANT
from services.admin_bff.tests.conftest import Browser, Dashboard, http_of
from services.admin_bff.tests.cross_tenant import entered, every_path, ids_of, reached, secrets_of, tenant_routes
from services.common.staff import Role


@pytest.fixture
async def foreigner(dashboard: Dashboard, other_tenant: str) -> Browser:
    """The owner of another business."""
    browser = await dashboard.log_in(Role.OWNER, other_tenant)
    dashboard.world.seen.clear()
    return browser


async def test_another_tenants_paths_are_not_there_whatever_is_asked_of_them(
    dashboard: Dashboard, foreigner: Browser
) -> None:
    assert await entered(create_api(), foreigner, dashboard.tenant_id, ids_of(dashboard.business)) == []
    assert dashboard.world.seen == []  # no service was even asked


async def test_another_tenants_things_are_not_there_on_ones_own_paths(dashboard: Dashboard, foreigner: Browser) -> None:
    assert await reached(create_api(), foreigner, ids_of(dashboard.business), secrets_of(dashboard.business)) == []
    asked_for = {seen.tenant_id for seen in dashboard.world.seen}
    assert asked_for == {foreigner.tenant_id}


def test_whatever_is_of_a_tenant_is_behind_the_guard() -> None:
    api = create_api()
    assert all(route.path.startswith(f"{TENANT}/") for route in tenant_routes(api))
    rest = {path for path in every_path(api) if not path.startswith(TENANT)}
    assert rest == {"/openapi.json", "/admin/session", "/healthz", "/readyz"}
    assert len(tenant_routes(api)) == 22


async def test_keys_of_scripts_are_held_to_their_tenant_too(dashboard: Dashboard, other_tenant: str) -> None:
    headers = {"Authorization": f"Bearer {dashboard.world.key_of(other_tenant, Role.OWNER)}"}
    for path in ("orders", "conversations", "products"):
        answer = await dashboard.http.get(f"/admin/{dashboard.tenant_id}/{path}", headers=headers)
        assert answer.status_code == 404


async def test_a_route_outside_the_guard_is_found(dashboard: Dashboard, foreigner: Browser) -> None:
    api = create_api()

    async def leak(tenant_id: str) -> PlainTextResponse:
        return PlainTextResponse(tenant_id)

    api.add_api_route("/admin-reports/{tenant_id}", leak, include_in_schema=False)
    leaky = browser_of(dashboard, foreigner, api)
    found = await entered(api, leaky, dashboard.tenant_id, ids_of(dashboard.business))
    assert [entry for entry in found if "200" in entry] == ["GET /admin-reports/{tenant_id}: 200"]


async def test_a_route_that_does_not_ask_for_its_tenant_is_found(dashboard: Dashboard, foreigner: Browser) -> None:
    api = create_api()

    async def leak(tenant_id: str, conversation_id: str) -> dict[str, Any]:
        everywhere = [business.conversations for business in dashboard.world.businesses.values()]
        return {"there": any(conversation_id in known for known in everywhere)}

    async def list_leak(tenant_id: str) -> list[str]:
        return [key for business in dashboard.world.businesses.values() for key in business.orders]

    api.add_api_route(f"{TENANT}/peek/{{conversation_id}}", leak)
    api.add_api_route(f"{TENANT}/all-orders", list_leak)
    leaky = browser_of(dashboard, foreigner, api)
    found = await reached(api, leaky, ids_of(dashboard.business), secrets_of(dashboard.business))
    assert found == [f"GET {TENANT}/peek/{{conversation_id}}: 200", f"GET {TENANT}/all-orders: 200"]


def browser_of(dashboard: Dashboard, browser: Browser, api: FastAPI) -> Browser:
    """The same person at an application with more routes."""
    return Browser(http_of(create_app(dashboard.parts, api)), browser.cookie, browser.session)
