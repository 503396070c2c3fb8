"""Customers kept in memory between turns: forgotten when an event says they changed, and by age."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING

from sales.customers.v1 import customers_pb2, events_pb2

from services.common.events import watch

if TYPE_CHECKING:
    from nats.aio.client import Client
    from sales.customers.v1 import customers_pb2_grpc

    from services.common.auth import TokenSigner

MAX_AGE_SECONDS = 60.0  # an event can be missed
_MOST = 10_000
_DEADLINE_SECONDS = 5.0

Key = tuple[str, str]
"""Tenant and customer."""


class CustomerProfiles:
    """Gives customers by id; what this process changes it must `forget`, so that its next turn reads it anew."""

    def __init__(
        self,
        customers: customers_pb2_grpc.CustomersServiceAsyncStub,
        signer: TokenSigner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._customers = customers
        self._signer = signer
        self._now = now
        self._known: OrderedDict[Key, tuple[customers_pb2.Customer, float]] = OrderedDict()
        self._outdated: set[Key] = set()
        self._loading: dict[Key, int] = {}

    async def get(self, tenant_id: str, customer_id: str) -> customers_pb2.Customer:
        """The customer; raises grpc.aio.AioRpcError when it is not in memory and not to be had."""
        key = (tenant_id, customer_id)
        known = self._known.get(key)
        if known is not None and self._now() - known[1] < MAX_AGE_SECONDS:
            return known[0]
        self._loading[key] = self._loading.get(key, 0) + 1
        try:
            customer = await self._customers.GetCustomer(
                customers_pb2.GetCustomerRequest(customer_id=customer_id),
                metadata=self._signer.metadata(tenant_id),
                timeout=_DEADLINE_SECONDS,
                wait_for_ready=True,
            )
            if key not in self._outdated:  # else it changed while it was being read
                self._keep(key, customer)
        finally:
            self._loading[key] -= 1
            if not self._loading[key]:
                del self._loading[key]
                self._outdated.discard(key)
        return customer

    def _keep(self, key: Key, customer: customers_pb2.Customer) -> None:
        self._known[key] = (customer, self._now())
        if len(self._known) > _MOST:
            self._known.popitem(last=False)

    def forget(self, tenant_id: str, customer_id: str) -> None:
        """Read the customer anew at the next use."""
        key = (tenant_id, customer_id)
        self._known.pop(key, None)
        if key in self._loading:
            self._outdated.add(key)

    async def follow_events(self, nats: Client) -> None:
        """Forget whoever an event says has changed."""

        async def changed(data: bytes) -> None:
            event = events_pb2.CustomerChanged.FromString(data)
            self.forget(event.tenant_id, event.customer_id)

        await watch(nats, "sales.customers.v1.customer_changed", changed)
