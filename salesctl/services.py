"""Calls to the services as the operator: one channel a service, a deadline on each call, refusals as DomainError."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from sales.agent.v1 import conversations_pb2_grpc, messaging_pb2_grpc, staffing_pb2_grpc
from sales.common.v1 import diagnostics_pb2_grpc
from sales.customers.v1 import customers_pb2_grpc
from sales.orders.v1 import catalog_pb2_grpc, orders_pb2_grpc
from sales.tenants.v1 import staff_pb2_grpc, tenants_pb2_grpc

from salesctl.errors import ServiceDownError, ServiceSlowError
from salesctl.settings import Settings
from services.common.auth import TokenSigner
from services.common.errors import from_rpc_error
from services.common.grpc_client import channel

SERVICES = ("tenants", "customers", "orders", "agent")
DEADLINE_SECONDS = 10.0
_POLL_SECONDS = 0.1
_DETAILS = "grpc-status-details-bin"


class Client:
    """Calls the methods of one gRPC service: `await client("GetTenant", request)`."""

    def __init__(self, service: str, address: str, stub: Any, metadata: tuple[tuple[str, str], ...]) -> None:
        self._service = service
        self._address = address
        self._stub = stub
        self._metadata = metadata

    async def __call__(self, method: str, request: Any, timeout: float = DEADLINE_SECONDS) -> Any:  # noqa: ASYNC109 - gRPC's
        """The response. Raises ServiceDownError, ServiceSlowError or DomainError."""
        try:
            return await getattr(self._stub, method)(request, metadata=self._metadata, timeout=timeout)
        except grpc.aio.AioRpcError as error:
            # A service that answers says why in the details; without them there was no connection.
            told = any(key == _DETAILS for key, _ in error.trailing_metadata() or ())
            if error.code() is grpc.StatusCode.UNAVAILABLE and not told:
                raise ServiceDownError(self._service, self._address) from None
            if error.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise ServiceSlowError(self._service, timeout) from None
            raise from_rpc_error(error) from None


class Services:
    """The services of one platform, called by the operator."""

    def __init__(self, settings: Settings, channels: dict[str, grpc.aio.Channel]) -> None:
        self.settings = settings
        self._signer = TokenSigner("operator", settings.operator_key())
        self._channels = channels

    def tenants(self, tenant_id: str | None) -> Client:
        return self._client("tenants", tenants_pb2_grpc.TenantsServiceStub, tenant_id)

    def staff(self, tenant_id: str) -> Client:
        return self._client("tenants", staff_pb2_grpc.StaffServiceStub, tenant_id)

    def customers(self, tenant_id: str) -> Client:
        return self._client("customers", customers_pb2_grpc.CustomersServiceStub, tenant_id)

    def catalog(self, tenant_id: str) -> Client:
        return self._client("orders", catalog_pb2_grpc.CatalogServiceStub, tenant_id)

    def orders(self, tenant_id: str) -> Client:
        return self._client("orders", orders_pb2_grpc.OrdersServiceStub, tenant_id)

    def messaging(self, tenant_id: str) -> Client:
        return self._client("agent", messaging_pb2_grpc.MessagingServiceStub, tenant_id)

    def conversations(self, tenant_id: str) -> Client:
        return self._client("agent", conversations_pb2_grpc.ConversationsServiceStub, tenant_id)

    def staffing(self, tenant_id: str) -> Client:
        return self._client("agent", staffing_pb2_grpc.StaffingServiceStub, tenant_id)

    def diagnostics(self, service: str) -> Client:
        return self._client(service, diagnostics_pb2_grpc.DiagnosticsServiceStub, None)

    async def is_serving(self, service: str) -> bool:
        """Whether the service says that it is ready."""
        ask = health_pb2_grpc.HealthStub(self._channels[service]).Check
        try:
            answer = await ask(health_pb2.HealthCheckRequest(service=""), timeout=2)
        except grpc.aio.AioRpcError:
            return False
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    async def missing(self, service: str) -> list[str]:
        """Dependencies that the service says are not there; none if it does not answer."""
        try:
            told = await health_pb2_grpc.HealthStub(self._channels[service]).List(
                health_pb2.HealthListRequest(), timeout=2
            )
        except grpc.aio.AioRpcError:
            return []
        absent = (name for name, answer in told.statuses.items() if answer.status != answer.SERVING)
        return sorted(name for name in absent if name and "." not in name)  # with a dot: gRPC services, their own

    async def wait_until_serving(self, service: str, seconds: float) -> None:
        """Wait for a service that is starting. Raises ServiceDownError when it takes longer."""
        try:
            async with asyncio.timeout(seconds):
                while not await self.is_serving(service):  # noqa: ASYNC110 - health is asked, not told
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            raise ServiceDownError(service, self.settings.address(service)) from None

    def _client(self, service: str, stub: Any, tenant_id: str | None) -> Client:
        metadata = self._signer.metadata(tenant_id)
        return Client(service, self.settings.address(service), stub(self._channels[service]), metadata)


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[Services]:
    """Open the channels; nothing is sent before the first call."""
    channels = {service: channel(settings.address(service)) for service in SERVICES}
    try:
        yield Services(settings, channels)
    finally:
        for opened in channels.values():
            await opened.close()
