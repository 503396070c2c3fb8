"""The gateway's HTTP routes."""

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from services.common.http.readiness import Readiness
from services.gateway.webhooks import Webhooks


def create_app(webhooks: Webhooks, readiness: Readiness, *, documented: bool) -> FastAPI:
    """The application. `documented`: whether /docs and /openapi.json are served, which the outside need not see."""
    app = FastAPI(
        title="AI Sales Agents gateway",
        openapi_url="/openapi.json" if documented else None,
        redoc_url=None,
        redirect_slashes=False,
    )

    @app.post("/webhooks/{channel}/{tenant_id}")
    async def receive_webhook(channel: str, tenant_id: str, request: Request) -> Response:
        """A channel's provider delivers an update."""
        return await webhooks.receive(channel, tenant_id, request)

    @app.head("/healthz", include_in_schema=False)
    @app.get("/healthz")
    async def healthz() -> Response:
        """The process is alive."""
        return JSONResponse({"alive": True})

    @app.head("/readyz", include_in_schema=False)
    @app.get("/readyz")
    async def readyz() -> Response:
        """Whether the process can work, 503 if not; and the names of what is missing, needed or not."""
        state = await readiness.state()
        content = {"ready": state.ready, "missing": state.missing}
        return JSONResponse(content, status_code=200 if state.ready else 503)

    return app
