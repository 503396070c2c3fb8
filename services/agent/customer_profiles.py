"""Customers as the customers service knows them, kept between turns."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sales.customers.v1 import customers_pb2, events_pb2

from services.agent.kept import Kept, Key

if TYPE_CHECKING:
    from nats.aio.client import Client
    from sales.customers.v1 import customers_pb2_grpc

    from services.common.auth import TokenSigner

MAX_AGE_SECONDS = 60.0
_DEADLINE_SECONDS = 5.0


class CustomerProfiles(Kept[customers_pb2.Customer]):
    """Gives customers by id; raises grpc.aio.AioRpcError for one that is not in memory and not to be had."""

    def __init__(
        self,
        customers: customers_pb2_grpc.CustomersServiceAsyncStub,
        signer: TokenSigner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(self._read, MAX_AGE_SECONDS, now)
        self._customers = customers
        self._signer = signer

    async def _read(self, tenant_id: str, customer_id: str) -> customers_pb2.Customer:
        return await self._customers.GetCustomer(
            customers_pb2.GetCustomerRequest(customer_id=customer_id),
            metadata=self._signer.metadata(tenant_id),
            timeout=_DEADLINE_SECONDS,
            wait_for_ready=True,
        )

    async def follow_events(self, nats: Client) -> None:
        """Forget whoever an event says has changed, or is to be forgotten."""
        await self.follow(nats, "sales.customers.v1.customer_changed", _changed)
        await self.follow(nats, "sales.customers.v1.customer_forgotten", forgotten)


def _changed(data: bytes) -> Key:
    event = events_pb2.CustomerChanged.FromString(data)
    return event.tenant_id, event.customer_id


def forgotten(data: bytes) -> Key:
    """Who an event `customer_forgotten` is about."""
    event = events_pb2.CustomerForgotten.FromString(data)
    return event.tenant_id, event.customer_id
