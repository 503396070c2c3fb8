"""The web application: the Bot API and the controls over one simulator."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from devstack.telegram_simulator import bot_api, controls
from devstack.telegram_simulator.responses import ASGIApp, remember_connection
from devstack.telegram_simulator.simulator import Simulator
from devstack.telegram_simulator.webhooks import RetryPolicy


def create_app(retry: RetryPolicy | None = None) -> ASGIApp:
    """The simulator as an ASGI application, to be served by uvicorn. `retry`: waits between webhook attempts."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.simulator = Simulator(retry or RetryPolicy())
        yield
        await app.state.simulator.close()

    app = FastAPI(title="Simulator of the Telegram Bot API", lifespan=lifespan)
    app.include_router(controls.router)
    app.include_router(bot_api.router)
    return remember_connection(app)
