"""Forgetting customers: a handler of `customer_forgotten` that erases what was said and keeps what is counted.

A conversation is let go of its chat, its due row is deleted, and then everything in it that is text. Without the due
row a turn that runs, wherever it does, can neither journal nor commit, so it writes nothing back. What the person
wrote since goes to a new conversation, as whatever comes later: that is a new customer.
"""

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from sales.customers.v1 import events_pb2

from services.agent.deliveries.outlet import DeliveryOutlet
from services.agent.following import erasure
from services.agent.staffing import messages as thread
from services.agent.tables import plumbing
from services.agent.watchers import STATE, Watchers
from services.common.db import Database
from services.common.events import Subscription
from services.common.idempotency import IdempotencyKeys

log = structlog.get_logger()

Stop = Callable[[uuid.UUID], None]
Wake = Callable[[float], None]


class ForgettingCustomers:
    """Erases conversations. stop: ends a turn of this process; wake: tells the worker that a conversation is due."""

    def __init__(self, database: Database, outlet: DeliveryOutlet, watchers: Watchers, stop: Stop, wake: Wake) -> None:
        self._database = database
        self._outlet = outlet
        self._watchers = watchers
        self._stop = stop
        self._wake = wake
        self._keys = IdempotencyKeys(plumbing)
        self.subscription = Subscription(
            "CUSTOMERS",
            "sales.customers.v1.customer_forgotten",
            "agent_forgetting",
            self.forgotten,
            max_deliver=Subscription.UNTIL_IT_EXPIRES,
        )

    async def forgotten(self, data: bytes) -> None:
        """Handle an event `customer_forgotten`; told again, it erases whatever is left."""
        event = events_pb2.CustomerForgotten.FromString(data)
        async with self._database.transaction(event.tenant_id) as tx:
            await erasure.erase_name(tx, event)
            conversation_ids = await erasure.conversations_of(tx, event)
        for conversation_id in conversation_ids:
            await self._forget(event, conversation_id)
        log.info(
            "customer_erased",
            tenant=event.tenant_id,
            customer=event.customer_id,
            conversations=[str(conversation_id) for conversation_id in conversation_ids],
        )

    async def _forget(self, event: events_pb2.CustomerForgotten, conversation_id: uuid.UUID) -> None:
        """One conversation in one transaction, which begins by locking it, as all others do."""
        async with self._database.transaction(event.tenant_id) as tx:
            conversation = await thread.lock(tx, conversation_id)
            if conversation is None:
                return  # somebody was faster
            unsent = await erasure.erase(tx, conversation, event)
            await self._keys.forget_answers(tx, str(conversation_id))
            moved = await erasure.move_later_messages(tx, conversation, event)
            tx.after_commit(partial(self._tell, event.tenant_id, conversation_id, unsent, moved))

    def _tell(self, tenant_id: str, conversation_id: uuid.UUID, unsent: list[Any], moved: uuid.UUID | None) -> None:
        self._stop(conversation_id)
        for delivery_id in unsent:
            self._outlet.forget(delivery_id)
        self._watchers.touched(tenant_id, conversation_id, STATE)
        if moved is not None:
            self._watchers.touched(tenant_id, moved, STATE)
            self._wake(0)
