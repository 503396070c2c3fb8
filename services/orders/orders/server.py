"""OrdersService: one method is one use case is one transaction; what only reads is in `queries`."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

import structlog
from sales.orders.v1 import events_pb2, orders_pb2

from services.common.clock import Clock
from services.common.db import Database, Transaction
from services.common.errors import not_found
from services.common.grpc_server import Access, current_call
from services.common.idempotency import IdempotencyKeys
from services.common.outbox import Outbox
from services.common.staff import Role
from services.orders.catalog.search import SearchIndexes
from services.orders.orders import requests, store
from services.orders.orders.basket import price_basket
from services.orders.orders.forgetting import settle_ended
from services.orders.orders.messages import actor_message, line_messages, order_message
from services.orders.orders.models import (
    Action,
    Actor,
    Order,
    Status,
    Terms,
    TimelineEntry,
    changes_between,
    total_of,
)
from services.orders.orders.queries import OrderQueries
from services.orders.schema import ORDER_CHANGED
from services.orders.tenant_facts import TenantDirectory, TenantFacts
from services.orders.texts import check_id

log = structlog.get_logger()
_CUSTOMER_SIDE = ("agent", "admin_bff", "operator")
_BUSINESS_SIDE = ("admin_bff", "operator")
ACCESS = {
    "sales.orders.v1.OrdersService": Access(
        callers={
            "QuoteOrder": _CUSTOMER_SIDE,
            "CreateOrder": _CUSTOMER_SIDE,
            "GetOrder": _CUSTOMER_SIDE,
            "ListOrders": _CUSTOMER_SIDE,
            "SummarizeOrders": _BUSINESS_SIDE,
            "GetSalesReport": _BUSINESS_SIDE,
            "UpdateOrder": _CUSTOMER_SIDE,
            "CancelOrder": _CUSTOMER_SIDE,
            "ConfirmOrder": _BUSINESS_SIDE,
            "CompleteOrder": _BUSINESS_SIDE,
        },
        roles={
            "QuoteOrder": Role.VIEWER,
            "CreateOrder": Role.MANAGER,
            "GetOrder": Role.VIEWER,
            "ListOrders": Role.VIEWER,
            "SummarizeOrders": Role.VIEWER,
            "GetSalesReport": Role.VIEWER,
            "UpdateOrder": Role.MANAGER,
            "CancelOrder": Role.MANAGER,
            "ConfirmOrder": Role.MANAGER,
            "CompleteOrder": Role.MANAGER,
        },
    )
}
Mutation = (
    orders_pb2.CreateOrderRequest
    | orders_pb2.UpdateOrderRequest
    | orders_pb2.CancelOrderRequest
    | orders_pb2.ConfirmOrderRequest
    | orders_pb2.CompleteOrderRequest
)
Verb = Callable[[Order, datetime], Order]


class OrdersServicer(OrderQueries):
    """The orders of the calling tenant."""

    def __init__(
        self,
        database: Database,
        keys: IdempotencyKeys,
        outbox: Outbox,
        tenants: TenantDirectory,
        clock: Clock,
        indexes: SearchIndexes,
    ) -> None:
        super().__init__(database, tenants)
        self._keys = keys
        self._outbox = outbox
        self._clock = clock
        self._indexes = indexes

    async def QuoteOrder(self, request: orders_pb2.QuoteOrderRequest, context: object) -> orders_pb2.Quote:
        tenant_id = current_call().tenant_id
        facts = await self._tenants.facts(tenant_id)
        requests.check_wanted_date(request.wanted_date, facts, self._clock())
        requests.check_offered(requests.check_fulfillment(request.fulfillment), facts)
        async with self._database.transaction(tenant_id) as tx:
            basket = await price_basket(tx, request.items, facts.currency_code, self._indexes)
        return orders_pb2.Quote(
            lines=line_messages(basket.lines),
            total=total_of(basket.lines).to_proto(),
            catalog_version=basket.catalog_version,
        )

    async def CreateOrder(self, request: orders_pb2.CreateOrderRequest, context: object) -> orders_pb2.Order:
        call = current_call()
        facts = await self._tenants.facts(call.tenant_id)
        async with self._database.transaction(call.tenant_id) as tx:
            # Claimed before anything is checked: a repeat gets the first answer even when its date has passed since.
            known = await self._keys.claim(tx, request.request_id, request, orders_pb2.Order)
            if known is not None:
                return known
            actor = requests.check_actor(call, request.actor, request.customer_id)
            now = self._clock()
            order = Order(
                order_id=uuid4(),
                number=0,
                customer_id=requests.check_customer(request.customer_id),
                conversation_id=request.conversation_id and check_id(request.conversation_id, "conversation_id"),
                status=Status.PENDING,
                terms=await self._ordered_terms(tx, request, facts, now),
                cancel_reason="",
                version=1,
                create_time=now,
                update_time=now,
            )
            entry = _entry(None, order, Action.CREATED, actor)
            return await self._finish(tx, request, await store.insert_order(tx, order, entry), entry)

    async def UpdateOrder(self, request: orders_pb2.UpdateOrderRequest, context: object) -> orders_pb2.Order:
        call = current_call()
        facts = await self._tenants.facts(call.tenant_id)
        async with self._database.transaction(call.tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, orders_pb2.Order)
            if known is not None:
                return known
            actor = requests.check_actor(call, request.actor, request.customer_id)
            requests.check_says_something(request)
            before = await _lock(tx, request.number, request.customer_id)
            before.require_pending("changed")
            before.check_unchanged(request.etag)
            now = self._clock()
            after = before.revised(await self._revised_terms(tx, before, request, facts, now), now)
            return await self._change(tx, request, before, after, Action.UPDATED, actor)

    async def CancelOrder(self, request: orders_pb2.CancelOrderRequest, context: object) -> orders_pb2.Order:
        call = current_call()
        async with self._database.transaction(call.tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, orders_pb2.Order)
            if known is not None:
                return known
            actor = requests.check_actor(call, request.actor, request.customer_id)
            reason = requests.check_reason(request.reason, actor)
            before = await _lock(tx, request.number, request.customer_id)
            after = before.cancelled(actor.kind, reason, self._clock())
            before.check_unchanged(request.etag)
            return await self._change(tx, request, before, after, Action.CANCELLED, actor)

    async def ConfirmOrder(self, request: orders_pb2.ConfirmOrderRequest, context: object) -> orders_pb2.Order:
        return await self._advance(request, Action.CONFIRMED, Order.confirmed)

    async def CompleteOrder(self, request: orders_pb2.CompleteOrderRequest, context: object) -> orders_pb2.Order:
        return await self._advance(request, Action.COMPLETED, Order.completed)

    async def _advance(
        self, request: orders_pb2.ConfirmOrderRequest | orders_pb2.CompleteOrderRequest, action: Action, verb: Verb
    ) -> orders_pb2.Order:
        call = current_call()
        async with self._database.transaction(call.tenant_id) as tx:
            known = await self._keys.claim(tx, request.request_id, request, orders_pb2.Order)
            if known is not None:
                return known
            actor = requests.check_business_actor(call, request.actor)
            before = await _lock(tx, request.number, "")
            after = verb(before, self._clock())
            before.check_unchanged(request.etag)
            return await self._change(tx, request, before, after, action, actor)

    async def _ordered_terms(
        self, tx: Transaction, request: orders_pb2.CreateOrderRequest, facts: TenantFacts, now: datetime
    ) -> Terms:
        address = requests.check_address(request.delivery_address)
        notes = requests.check_notes(request.notes)
        wanted_date = requests.check_wanted_date(request.wanted_date, facts, now)
        wanted = requests.check_fulfillment(request.fulfillment)
        fulfillment, address = requests.settle_fulfillment(wanted, address)
        requests.check_offered(fulfillment, facts)
        basket = await price_basket(
            tx, request.items, facts.currency_code, self._indexes, seen_catalog_version=request.seen_catalog_version
        )
        return Terms(basket.lines, fulfillment, address, notes, wanted_date)

    async def _revised_terms(
        self, tx: Transaction, before: Order, request: orders_pb2.UpdateOrderRequest, facts: TenantFacts, now: datetime
    ) -> Terms:
        terms = before.terms
        if request.HasField("notes"):
            terms = replace(terms, notes=requests.check_notes(request.notes))
        if request.HasField("wanted_date"):
            terms = replace(terms, wanted_date=requests.check_wanted_date(request.wanted_date, facts, now))
        terms = requests.revise_fulfillment(terms, request, facts)
        if request.items:
            kept = {line.sku: line for line in before.terms.lines}
            basket = await price_basket(
                tx,
                request.items,
                facts.currency_code,
                self._indexes,
                seen_catalog_version=request.seen_catalog_version,
                kept=kept,
            )
            terms = replace(terms, lines=basket.lines)
        return terms

    async def _change(
        self, tx: Transaction, request: Mutation, before: Order, after: Order, action: Action, actor: Actor
    ) -> orders_pb2.Order:
        if after is before:
            response = order_message(before)
            await self._keys.store(tx, request.request_id, request, response)
            return response
        entry = _entry(before, after, action, actor)
        await store.save_order(tx, after, entry, with_lines=after.terms.lines != before.terms.lines)
        return await self._finish(tx, request, await settle_ended(tx, self._keys, after), entry)

    async def _finish(self, tx: Transaction, request: Mutation, order: Order, entry: TimelineEntry) -> orders_pb2.Order:
        action = entry.action.value
        tx.after_commit(
            lambda: log.info(f"order_{action}", tenant_id=tx.tenant_id, number=order.number, version=order.version)
        )
        response = order_message(order)
        event = events_pb2.OrderChanged(order=response, action=action, actor=actor_message(entry.actor))
        event.event_time.FromDatetime(entry.create_time)
        await self._outbox.add(tx, ORDER_CHANGED, event)
        await self._keys.store(tx, request.request_id, request, response)
        return response


async def _lock(tx: Transaction, number: int, customer_id: str) -> Order:
    order = await store.lock_order(tx, number)
    if order is None or (customer_id and order.customer_id != customer_id):
        raise not_found("order", f"#{number}")
    return order


def _entry(before: Order | None, after: Order, action: Action, actor: Actor) -> TimelineEntry:
    return TimelineEntry(after.version, action, actor, changes_between(before, after), after.update_time)
