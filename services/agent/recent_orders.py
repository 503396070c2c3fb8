"""The latest orders of customers, as a turn's prompt shows them, kept between turns.

They may lag behind by the moment that an event takes. A write that builds on them carries their etags, so it is refused
where they are old, and `get_customer_orders` always asks the orders service.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from sales.orders.v1 import events_pb2, orders_pb2

from services.agent.customer_profiles import forgotten
from services.agent.kept import Kept, Key

if TYPE_CHECKING:
    from nats.aio.client import Client
    from sales.orders.v1 import orders_pb2_grpc

    from services.common.auth import TokenSigner

RECENT_ORDERS = 10
MAX_AGE_SECONDS = 30.0
_DEADLINE_SECONDS = 5.0


class RecentOrders(Kept[list[orders_pb2.Order]]):
    """Gives the ten latest orders of a customer, newest first; raises grpc.aio.AioRpcError when they are not in memory
    and not to be had."""

    def __init__(
        self,
        orders: orders_pb2_grpc.OrdersServiceAsyncStub,
        signer: TokenSigner,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(self._read, MAX_AGE_SECONDS, now)
        self._orders = orders
        self._signer = signer

    async def _read(self, tenant_id: str, customer_id: str) -> list[orders_pb2.Order]:
        answer = await self._orders.ListOrders(
            orders_pb2.ListOrdersRequest(customer_id=customer_id, page_size=RECENT_ORDERS),
            metadata=self._signer.metadata(tenant_id),
            timeout=_DEADLINE_SECONDS,
            wait_for_ready=True,
        )
        return list(answer.orders)

    async def follow_events(self, nats: Client) -> None:
        """Forget the orders of whoever an event says has a changed one, or is to be forgotten."""
        await self.follow(nats, "sales.orders.v1.order_changed", _changed)
        await self.follow(nats, "sales.customers.v1.customer_forgotten", forgotten)


def _changed(data: bytes) -> Key:
    event = events_pb2.OrderChanged.FromString(data)
    return event.tenant_id, event.order.customer_id
