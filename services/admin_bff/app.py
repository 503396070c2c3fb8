"""The application: the API with its problems and its guard, then the dashboard's files."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp

from services.admin_bff import problems
from services.admin_bff.analytics.routes import router as analytics
from services.admin_bff.bodies import BoundedBodies
from services.admin_bff.catalog.routes import router as catalog
from services.admin_bff.conversations.routes import router as conversations
from services.admin_bff.customers.routes import router as customers
from services.admin_bff.description import describe
from services.admin_bff.headers import SecurityHeaders
from services.admin_bff.health import router as health
from services.admin_bff.live.routes import router as live
from services.admin_bff.orders.routes import router as orders
from services.admin_bff.parts import Parts
from services.admin_bff.session.guard import Guard
from services.admin_bff.session.routes import router as session
from services.admin_bff.ui_files import UiFiles

_OF_A_TENANT = (conversations, orders, customers, catalog, analytics, live)


def create_api() -> FastAPI:
    """The API alone: its routes and what goes wrong in them. It answers nothing before `create_app` gave it parts."""
    api = FastAPI(
        title="AI Sales Agents: dashboard",
        description="What the owner's dashboard shows and does. Lists answer `{items, next_cursor}`.",
        version="1",
        docs_url=None,  # its page would load scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=lambda route: route.name,
    )
    problems.answer_problems(api)
    api.include_router(session)
    for router in _OF_A_TENANT:
        api.include_router(router, responses=problems.documented(401, 403, 404, 422, 429, 500, 503))
    api.include_router(health)
    describe(api)
    return api


def create_app(parts: Parts, api: FastAPI | None = None) -> ASGIApp:
    """The whole application, as a server runs it. `api`: one with more routes."""
    https_only = not parts.development
    api = api or create_api()
    api.state.parts = parts
    api.add_middleware(BoundedBodies)
    api.add_middleware(
        Guard,
        sessions=parts.sessions,
        api_keys=parts.api_keys,
        standing=parts.standing,
        https_only=https_only,
    )
    # Not mounted: a mount would match before a route that has the path but not the method says so.
    api.router.default = GZipMiddleware(UiFiles(parts.ui), minimum_size=1024)
    return SecurityHeaders(api, https_only=https_only)
