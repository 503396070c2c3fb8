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
        """The process can work; otherwise 503 with the names of what is missing."""
        missing = await readiness.missing()
        return JSONResponse({"ready": not missing, "missing": missing}, status_code=503 if missing else 200)

    return app
