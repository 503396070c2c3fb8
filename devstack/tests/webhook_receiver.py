"""A small webhook endpoint for tests: answers as it is told and keeps what it got."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response

from devstack.telegram_simulator.server import listen


class Receiver:
    """What arrived, and which statuses to answer next (200 when none is left)."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.statuses: list[int] = []
        self.updates: list[dict[str, Any]] = []
        self.secrets: list[str | None] = []
        self.hold = asyncio.Event()
        self.hold.set()
        self.at_once = 0
        self.most_at_once = 0

    async def take(self, request: Request) -> Response:
        """One delivery."""
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        self.updates.append(await request.json())
        await self.hold.wait()
        self.at_once -= 1
        return Response(status_code=self.statuses.pop(0) if self.statuses else 200)


@asynccontextmanager
async def running_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port, in the test's own event loop."""
    listener = listen("127.0.0.1", 0)
    receiver = Receiver(f"http://127.0.0.1:{listener.getsockname()[1]}/hook")
    app = FastAPI()
    app.post("/hook")(receiver.take)
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield receiver
    finally:
        receiver.hold.set()
        server.should_exit = True
        await task
