"""What a turn knows before it asks the model: conversation, history, customer, orders, tenant."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sales.customers.v1 import customers_pb2, customers_pb2_grpc
from sales.orders.v1 import orders_pb2

from services.agent.conversations.history import load_history
from services.agent.customer_profiles import CustomerProfiles
from services.agent.facts import Facts, order_facts, profile_facts
from services.agent.prompt import ModelMessage, clock_text, context_block, customer_message, window_start
from services.agent.recent_orders import RecentOrders
from services.agent.reference import Reference, TenantView
from services.agent.texts import language_of
from services.agent.turns import journal
from services.agent.turns.claims import Claim
from services.agent.turns.journal import Conversation, PendingMessage, Step
from services.agent.turns.window import written_by_customer
from services.common.auth import TokenSigner
from services.common.clock import Clock
from services.common.db import Database

_DEADLINE_SECONDS = 5.0


@dataclass(frozen=True)
class Context:
    """All that a turn starts from. steps: what an earlier attempt of the same turn journalled; age: how long ago."""

    conversation: Conversation
    pending: list[PendingMessage]
    history: list[ModelMessage]
    window_start: int
    steps: list[Step]
    age: timedelta
    view: TenantView
    customer_id: str
    profile: Facts
    orders: list[Facts]
    etags: dict[int, str]
    now: datetime

    def block(self) -> dict[str, Any]:
        """The changing part of the prompt."""
        return context_block(
            clock_text(self.now, self.view.tenant.settings.time_zone),
            self.profile,
            self.orders,
            self.conversation.summary,
            self.conversation.summary_through,
        )

    @property
    def local_now(self) -> datetime:
        return self.now.astimezone(ZoneInfo(self.view.tenant.settings.time_zone))


def fenced(pending: list[PendingMessage]) -> list[dict[str, Any]]:
    """Customer messages as blocks of a user message."""
    return [customer_message(message.kind, message.content, edited=message.edited) for message in pending]


def _profile(customer: customers_pb2.Customer, said: list[ModelMessage]) -> Facts:
    """What is known of the customer, with the channel's hint of a language while no words of theirs tell more."""
    profile = profile_facts(customer)
    if customer.profile.language and language_of(written_by_customer(said)) is None:
        profile.setdefault("language", customer.profile.language)
    return profile


class ContextReader:
    """Reads the context of claimed conversations."""

    def __init__(
        self,
        database: Database,
        reference: Reference,
        profiles: CustomerProfiles,
        customers: customers_pb2_grpc.CustomersServiceAsyncStub,
        recent_orders: RecentOrders,
        signer: TokenSigner,
        clock: Clock,
    ) -> None:
        self._database = database
        self._reference = reference
        self._profiles = profiles
        self._customers = customers
        self._recent_orders = recent_orders
        self._signer = signer
        self._clock = clock

    async def read(self, claim: Claim) -> Context:
        """One read transaction, then customer, orders and tenant at once, from memory where it knows them; no
        connection is held meanwhile.

        Raises grpc.aio.AioRpcError when a service does not answer.
        """
        async with self._database.transaction(claim.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
            start = window_start(conversation.message_count)
            history = await load_history(tx, claim.conversation_id, start) if conversation.message_count > 0 else []
            again = claim.attempts > 1
            steps = await journal.load_steps(tx, claim.turn_id) if again else []
            age = await journal.age(tx, claim.turn_id) if again else timedelta()
        if conversation.customer_id:
            view, customer, orders = await asyncio.gather(
                self._reference.view(claim.tenant_id),
                self._profiles.get(claim.tenant_id, conversation.customer_id),
                self._orders_of(claim, conversation.customer_id),
            )
        else:
            view, customer = await asyncio.gather(
                self._reference.view(claim.tenant_id), self._resolve(claim.tenant_id, conversation)
            )
            orders = await self._orders_of(claim, customer.customer_id)
        return Context(
            conversation=conversation,
            pending=pending,
            history=history,
            window_start=start,
            steps=steps,
            age=age,
            view=view,
            customer_id=customer.customer_id,
            profile=_profile(customer, [*history, {"role": "user", "content": fenced(pending)}]),
            orders=[order_facts(order, view.tenant.settings.time_zone) for order in orders],
            etags={order.number: order.etag for order in orders},
            now=self._clock(),
        )

    async def late_messages(self, claim: Claim, taken: set[uuid.UUID]) -> tuple[int, list[PendingMessage]]:
        """Messages that came since the context was read, with the count of arrivals at that moment."""
        async with self._database.transaction(claim.tenant_id) as tx:
            conversation, pending = await journal.load(tx, claim)
        return conversation.arrivals, [message for message in pending if message.message_id not in taken]

    async def _orders_of(self, claim: Claim, customer_id: str) -> list[orders_pb2.Order]:
        if claim.attempts > 1:  # whoever tried before may have written an order that no event has told of yet
            self._recent_orders.forget(claim.tenant_id, customer_id)
        return await self._recent_orders.get(claim.tenant_id, customer_id)

    async def _resolve(self, tenant_id: str, conversation: Conversation) -> customers_pb2.Customer:
        request = customers_pb2.ResolveCustomerRequest(
            channel=conversation.channel,
            external_id=conversation.sender_id or conversation.external_chat_id,
            display_name=conversation.display_name,
            language_hint=conversation.language_hint,
        )
        return await self._customers.ResolveCustomer(
            request, metadata=self._signer.metadata(tenant_id), timeout=_DEADLINE_SECONDS, wait_for_ready=True
        )
