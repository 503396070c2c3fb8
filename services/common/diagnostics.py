"""DiagnosticsService: how far a service's background work lags."""

from collections.abc import Awaitable, Callable

from sales.common.v1 import diagnostics_pb2, diagnostics_pb2_grpc

from services.common.events import DeadLetters
from services.common.grpc_server import Access
from services.common.outbox import Outbox

ACCESS = {
    "sales.common.v1.DiagnosticsService": Access(callers={"GetBacklog": ("operator",)}, tenantless=("GetBacklog",))
}
More = Callable[[diagnostics_pb2.Backlog], Awaitable[None]]


class DiagnosticsServicer(diagnostics_pb2_grpc.DiagnosticsServiceServicer):
    """Numbers every service has; `more` adds the service's own."""

    def __init__(self, outbox: Outbox, dead_letters: DeadLetters, more: More | None = None) -> None:
        self._outbox = outbox
        self._dead_letters = dead_letters
        self._more = more

    async def GetBacklog(self, request: diagnostics_pb2.GetBacklogRequest, context: object) -> diagnostics_pb2.Backlog:
        count, age = await self._outbox.backlog()
        backlog = diagnostics_pb2.Backlog(outbox_count=count, dead_letter_count=await self._dead_letters.count())
        backlog.outbox_age.FromTimedelta(age)
        if self._more:
            await self._more(backlog)
        return backlog
