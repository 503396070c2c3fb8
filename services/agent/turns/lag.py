"""For how long conversations that are due wait for a worker: the number by which agents are added and taken away."""

import asyncio

from services.agent.turns import claims
from services.common import telemetry
from services.common.db import Database, one_pass

_LOOK_SECONDS = 5.0


class DueLag:
    """Looks every few seconds and tells Prometheus. Every agent tells the same: it is asked of the common table."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.count = 0
        self.seconds = 0.0
        telemetry.measured("agent.due_turns", "Conversations that are due and that no worker has.", lambda: self.count)
        telemetry.measured("agent.due_lag_seconds", "How long the first of them has waited.", lambda: self.seconds)

    async def run(self) -> None:
        """Look until cancelled. While the database is away the last numbers stand."""
        while True:
            with one_pass("due_lag_failed"):
                await self.look()
            await asyncio.sleep(_LOOK_SECONDS)

    async def look(self) -> None:
        """Look once."""
        self.count, age = await claims.backlog(self._database)
        self.seconds = max(0.0, age.total_seconds())
