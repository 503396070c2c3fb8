"""The other services: one stub each, every call with a deadline, this process's token and the person's session."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from typing import TYPE_CHECKING, TypeVar

import grpc
import structlog
from sales.agent.v1.conversations_pb2_grpc import ConversationsServiceStub
from sales.agent.v1.staffing_pb2_grpc import StaffingServiceStub
from sales.customers.v1.customers_pb2_grpc import CustomersServiceStub
from sales.orders.v1.catalog_pb2_grpc import CatalogServiceStub
from sales.orders.v1.orders_pb2_grpc import OrdersServiceStub
from sales.tenants.v1.staff_pb2_grpc import StaffServiceStub
from sales.tenants.v1.tenants_pb2_grpc import TenantsServiceStub

from services.common.auth import TokenSigner
from services.common.errors import DomainError, from_rpc_error, unavailable
from services.common.staff import METADATA_KEY, StaffSession

if TYPE_CHECKING:
    from grpc.aio import UnaryUnaryMultiCallable

log = structlog.get_logger()
Q = TypeVar("Q")
R = TypeVar("R")
T = TypeVar("T")

MAIN_SECONDS = 5.0
# A part is waited for while the rest of the page is already there.
PART_SECONDS = 2.5
REPORT_SECONDS = 10.0
# One channel carries about a thousand calls; beyond that they are cancelled.
_SIMULTANEOUS_CALLS = 500


class Peers:
    """Stubs of the other services."""

    def __init__(
        self,
        signer: TokenSigner,
        *,
        tenants: grpc.aio.Channel,
        customers: grpc.aio.Channel,
        orders: grpc.aio.Channel,
        agent: grpc.aio.Channel,
    ) -> None:
        self._signer = signer
        self._slots = asyncio.Semaphore(_SIMULTANEOUS_CALLS)
        self.tenants = TenantsServiceStub(tenants)
        self.staff = StaffServiceStub(tenants)
        self.customers = CustomersServiceStub(customers)
        self.orders = OrdersServiceStub(orders)
        self.catalog = CatalogServiceStub(orders)
        self.conversations = ConversationsServiceStub(agent)
        self.staffing = StaffingServiceStub(agent)

    async def call(
        self,
        method: "UnaryUnaryMultiCallable[Q, R]",
        request: Q,
        session: StaffSession | None = None,
        seconds: float = MAIN_SECONDS,
    ) -> R:
        """Call for a person; without one only what opens sessions can be called. Raises DomainError."""
        metadata = self._signer.metadata(session.staff.tenant_id if session else None)
        if session:
            metadata += ((METADATA_KEY, session.token),)
        try:
            async with asyncio.timeout(seconds), self._slots:
                return await method(request, metadata=metadata, timeout=seconds)
        except grpc.aio.AioRpcError as error:
            raise from_rpc_error(error) from None
        except TimeoutError:
            raise unavailable(f"no answer within {seconds:g} seconds") from None


class StaffServices:
    """The other services, called for one member of staff."""

    def __init__(self, peers: Peers, session: StaffSession) -> None:
        self._peers = peers
        self.session = session
        self.tenants = peers.tenants
        self.customers = peers.customers
        self.orders = peers.orders
        self.catalog = peers.catalog
        self.conversations = peers.conversations
        self.staffing = peers.staffing

    async def call(self, method: "UnaryUnaryMultiCallable[Q, R]", request: Q, seconds: float = MAIN_SECONDS) -> R:
        """Call one method. Raises DomainError."""
        return await self._peers.call(method, request, self.session, seconds)


@contextlib.asynccontextmanager
async def side_by_side() -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that fails as the first of its tasks fails, with that error itself."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def part(name: str, answer: Awaitable[T]) -> T | None:
    """A part of a page that the page can do without: None when it cannot be had."""
    try:
        return await answer
    except DomainError as error:
        log.warning("part_missing", part=name, code=error.code.name, reason=error.reason)
        return None
