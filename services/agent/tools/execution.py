"""Runs tool calls as gRPC calls. Each write carries a key made of turn, step and call, so it happens once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

import grpc
import structlog
from google.protobuf import field_mask_pb2
from sales.customers.v1 import customers_pb2, customers_pb2_grpc
from sales.orders.v1 import catalog_pb2, catalog_pb2_grpc, orders_pb2, orders_pb2_grpc
from sales.tenants.v1 import tenants_pb2, tenants_pb2_grpc

from services.agent.customer_profiles import CustomerProfiles
from services.agent.facts import (
    FULFILLMENTS,
    Facts,
    business_facts,
    order_facts,
    product_facts,
    profile_facts,
    quote_facts,
)
from services.agent.recent_orders import RecentOrders
from services.agent.tools import definitions as tool
from services.agent.tools.calls import Input, Seen, Session, ToolResult, ToolUnavailableError
from services.common.auth import TokenSigner
from services.common.errors import DomainError, from_rpc_error, invalid, is_transient
from services.common.faults import fault_point

log = structlog.get_logger()

_PROFILE_FIELDS = ("name", "phone", "address", "language", "notes")
_NOTHING_KNOWN: Mapping[str, ToolResult] = MappingProxyType({})


class Tools:
    """The tools of one agent process."""

    def __init__(
        self,
        orders: orders_pb2_grpc.OrdersServiceAsyncStub,
        catalogs: catalog_pb2_grpc.CatalogServiceAsyncStub,
        recent_orders: RecentOrders,
        profiles: CustomerProfiles,
        customers: customers_pb2_grpc.CustomersServiceAsyncStub,
        tenants: tenants_pb2_grpc.TenantsServiceAsyncStub,
        signer: TokenSigner,
        timeout_seconds: float,
    ) -> None:
        self._orders = orders
        self._catalogs = catalogs
        self._recent_orders = recent_orders
        self._profiles = profiles
        self._customers = customers
        self._tenants = tenants
        self._signer = signer
        self._timeout = timeout_seconds
        self._tools: dict[str, Callable[[Session, str, Input, Seen], Awaitable[Facts]]] = {
            tool.CREATE_ORDER: self._create_order,
            tool.UPDATE_ORDER: self._update_order,
            tool.CANCEL_ORDER: self._cancel_order,
            tool.GET_CUSTOMER_ORDERS: self._get_customer_orders,
            tool.QUOTE_ORDER: self._quote_order,
            tool.SEARCH_PRODUCTS: self._search_products,
            tool.UPDATE_CUSTOMER_PROFILE: self._update_customer_profile,
            tool.GET_BUSINESS_INFO: self._get_business_info,
            tool.REQUEST_HUMAN: self._request_human,
        }

    async def run(
        self,
        session: Session,
        step: int,
        uses: list[dict[str, Any]],
        seen: Seen,
        known: Mapping[str, ToolResult] = _NOTHING_KNOWN,
    ) -> list[ToolResult]:
        """Run the calls of one response: reads at once, writes in order, each building on what the last one wrote.

        known: results, by the calls' ids, of writes that an earlier attempt saw end: they are not made again. Raises
        ToolUnavailableError when a service is down; calls made before it are repeated with the same keys.
        """
        if not any(use["name"] in tool.WRITES for use in uses):
            return list(await asyncio.gather(*(self._run_one(session, step, use, seen) for use in uses)))
        results: list[ToolResult] = []
        for use in uses:
            try:
                result = known.get(use["id"]) or await self._run_one(session, step, use, seen)
            except ToolUnavailableError as error:
                error.finished = results
                raise
            if use["name"] in tool.ORDER_WRITES and not result.is_error:
                # What a refusal or a read showed, the model had not seen when it asked for the next call.
                seen = Seen(seen.catalog_version, {**seen.etags, **result.etags})
            results.append(result)
        return results

    async def _run_one(self, session: Session, step: int, use: dict[str, Any], seen: Seen) -> ToolResult:
        key = f"{session.turn_id}:{step}:{use['id']}"
        name, given = use["name"], use["input"]
        fault_point("agent.before_tool")
        try:
            run = self._tools.get(name)
            if run is None:
                raise invalid("name", "UNKNOWN_TOOL", f"there is no tool {name!r}; there are {', '.join(self._tools)}")
            try:
                facts = await run(session, key, given if isinstance(given, Mapping) else {}, seen)
            finally:
                if name in tool.ORDER_WRITES:  # also when it failed: it may have been written all the same
                    self._recent_orders.forget(session.tenant_id, session.customer_id)
        except grpc.aio.AioRpcError as error:
            return await self._failed(session, use, from_rpc_error(error))
        except DomainError as error:
            return await self._failed(session, use, error)
        fault_point("agent.after_tool")
        etags = facts.pop("etags", {})
        return ToolResult(use["id"], name, given, facts, etags=etags)

    async def _failed(self, session: Session, use: dict[str, Any], error: DomainError) -> ToolResult:
        """A readable error for the model; with a stale order comes the order as it is now."""
        if is_transient(error):
            raise ToolUnavailableError(f"{use['name']}: {error.code.name}") from error
        log.info("tool_refused", tool=use["name"], reason=error.reason, field=error.field)
        told: Facts = {"reason": error.reason, "message": error.message}
        if error.field:
            told["field"] = error.field
        facts: Facts = {"error": told | error.metadata}
        etags: dict[int, str] = {}
        if error.reason == "STALE_ETAG":
            current = await self._orders_now(session, use)
            etags = current.pop("etags")
            facts |= current
        return ToolResult(use["id"], use["name"], use["input"], facts, is_error=True, etags=etags)

    async def _orders_now(self, session: Session, use: dict[str, Any]) -> Facts:
        try:
            return await self._get_customer_orders(session, "", {}, Seen(0, {}))
        except grpc.aio.AioRpcError as error:
            raise ToolUnavailableError(f"{use['name']}: {error.code().name}") from error

    def _call(self, session: Session) -> dict[str, Any]:
        return {"metadata": self._signer.metadata(session.tenant_id), "timeout": self._timeout}

    async def _create_order(self, session: Session, key: str, given: Input, seen: Seen) -> Facts:
        request = orders_pb2.CreateOrderRequest(
            customer_id=session.customer_id,
            conversation_id=str(session.conversation_id),
            items=_items(given),
            fulfillment=_fulfillment(given),
            delivery_address=_text(given, "delivery_address"),
            notes=_text(given, "notes"),
            wanted_date=_text(given, "wanted_date"),
            seen_catalog_version=seen.catalog_version,
            actor=_actor(session),
            request_id=key,
        )
        return _one_order(session, await self._orders.CreateOrder(request, **self._call(session)))

    async def _update_order(self, session: Session, key: str, given: Input, seen: Seen) -> Facts:
        number = _order_number(given)
        request = orders_pb2.UpdateOrderRequest(
            number=number,
            customer_id=session.customer_id,
            items=_items(given) if given.get("items") is not None else [],
            seen_catalog_version=seen.catalog_version,
            etag=seen.etags.get(number, ""),
            actor=_actor(session),
            request_id=key,
        )
        if given.get("fulfillment") is not None:
            request.fulfillment = _fulfillment(given)
        for name in ("delivery_address", "notes", "wanted_date"):
            if given.get(name) is not None:  # an empty text takes a note or date away, null says nothing
                setattr(request, name, _text(given, name))
        return _one_order(session, await self._orders.UpdateOrder(request, **self._call(session)))

    async def _cancel_order(self, session: Session, key: str, given: Input, seen: Seen) -> Facts:
        number = _order_number(given)
        request = orders_pb2.CancelOrderRequest(
            number=number,
            customer_id=session.customer_id,
            reason=_text(given, "reason")[:500],
            etag=seen.etags.get(number, ""),
            actor=_actor(session),
            request_id=key,
        )
        return _one_order(session, await self._orders.CancelOrder(request, **self._call(session)))

    async def _get_customer_orders(self, session: Session, _key: str, _given: Input, _seen: Seen) -> Facts:
        request = orders_pb2.ListOrdersRequest(customer_id=session.customer_id, page_size=20)
        answer = await self._orders.ListOrders(request, **self._call(session))
        return {
            "orders": [order_facts(order, session.time_zone) for order in answer.orders],
            "etags": {order.number: order.etag for order in answer.orders},
        }

    async def _quote_order(self, session: Session, _key: str, given: Input, _seen: Seen) -> Facts:
        request = orders_pb2.QuoteOrderRequest(
            items=_items(given), wanted_date=_text(given, "wanted_date"), fulfillment=_fulfillment(given)
        )
        return {"quote": quote_facts(await self._orders.QuoteOrder(request, **self._call(session)))}

    async def _search_products(self, session: Session, _key: str, given: Input, _seen: Seen) -> Facts:
        request = catalog_pb2.SearchProductsRequest(query=_text(given, "query")[:200])
        answer = await self._catalogs.SearchProducts(request, **self._call(session))
        return {"products": [product_facts(product) for product in answer.products]}

    async def _update_customer_profile(self, session: Session, key: str, given: Input, _seen: Seen) -> Facts:
        # An empty text clears what was known: "forget my phone number".
        told = {name: _text(given, name) for name in _PROFILE_FIELDS if given.get(name) is not None}
        if not told:
            raise invalid("name", "NOTHING_GIVEN", f"give at least one of {', '.join(_PROFILE_FIELDS)}")
        source = customers_pb2.FactSource(kind=customers_pb2.FactSource.KIND_CUSTOMER, reference=session.message_id)
        if session.said:  # not when the tool runs: what staff entered since is newer
            source.observe_time.FromDatetime(session.said)
        request = customers_pb2.UpdateCustomerRequest(
            customer_id=session.customer_id,
            profile=customers_pb2.Profile(**told),
            update_mask=field_mask_pb2.FieldMask(paths=list(told)),
            source=source,
            request_id=key,
        )
        answer = await self._customers.UpdateCustomer(request, **self._call(session))
        self._profiles.forget(session.tenant_id, session.customer_id)
        facts: Facts = {"profile": profile_facts(answer.customer)}
        if answer.kept_fields:
            kept = list(answer.kept_fields)
            facts |= {"kept_fields": kept, "saved_fields": [name for name in told if name not in kept]}
        return facts

    async def _get_business_info(self, session: Session, _key: str, _given: Input, _seen: Seen) -> Facts:
        info = await self._tenants.GetBusinessInfo(tenants_pb2.GetBusinessInfoRequest(), **self._call(session))
        return {"business": business_facts(info)}

    async def _request_human(self, _session: Session, _key: str, given: Input, _seen: Seen) -> Facts:
        # The record is written with the turn's commit, so that it exists exactly if the customer is told.
        return {"handed_over": True, "reason": _text(given, "reason")[:500]}


def _items(given: Input) -> list[orders_pb2.BasketItem]:
    items = given.get("items")
    if not isinstance(items, list):
        raise invalid("items", "BAD_ITEMS", 'items must be a list of {"product": sku, "quantity": "2"}')
    basket = []
    for index, item in enumerate(items):
        if not isinstance(item, Mapping) or "product" not in item or "quantity" not in item:
            raise invalid(f"items[{index}]", "BAD_ITEMS", "each item needs product and quantity")
        basket.append(orders_pb2.BasketItem(product=str(item["product"]), quantity=str(item["quantity"])))
    return basket


def _text(given: Input, name: str) -> str:
    value = given.get(name)
    return "" if value is None else str(value).strip()


def _order_number(given: Input) -> int:
    number = str(given.get("order_number", "")).strip().lstrip("#")
    if not (number.isascii() and number.isdigit() and 0 < int(number) < 2**62):
        raise invalid("order_number", "BAD_ORDER_NUMBER", "order_number must be the order's number, such as 124")
    return int(number)


def _fulfillment(given: Input) -> orders_pb2.Fulfillment.ValueType:
    value = _text(given, "fulfillment")
    if value and value not in FULFILLMENTS:
        raise invalid("fulfillment", "BAD_FULFILLMENT", "fulfillment must be delivery or pickup")
    return FULFILLMENTS.get(value, orders_pb2.FULFILLMENT_UNSPECIFIED)


def _actor(session: Session) -> orders_pb2.Actor:
    return orders_pb2.Actor(kind=orders_pb2.Actor.KIND_CUSTOMER, actor_id=session.customer_id)


def _one_order(session: Session, order: orders_pb2.Order) -> Facts:
    return {"order": order_facts(order, session.time_zone), "etags": {order.number: order.etag}}
