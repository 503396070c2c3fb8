"""Orders over HTTP: the queue, what it comes to, one order, and what staff do with it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import grpc
from fastapi import APIRouter, Query, Response
from sales.orders.v1 import orders_pb2 as pb

from services.admin_bff.customers.people import find_customer
from services.admin_bff.dependencies import TENANT, AppParts, RequestId, Services
from services.admin_bff.orders.export import CsvResponse, OrdersExport
from services.admin_bff.orders.schemas import (
    Cancellation,
    Etag,
    ExportQuery,
    Order,
    OrderConflict,
    OrderDetail,
    OrderFilterQuery,
    OrderPage,
    OrdersQuery,
    OrderSummary,
    StatusTotal,
    TimelineEntry,
)
from services.admin_bff.peers import REPORT_SECONDS, StaffServices, part
from services.admin_bff.problems import ConflictError, documented
from services.admin_bff.shapes import Money, next_cursor
from services.common.errors import DomainError

router = APIRouter(prefix=TENANT, tags=["orders"])
_ONE = "/orders/{order_id}"
_CONFLICTS = documented(409, conflict=OrderConflict)


@router.get("/orders")
async def list_orders(services: Services, query: Annotated[OrdersQuery, Query()]) -> OrderPage:
    """A page of orders, in the order asked for."""
    answer = await services.call(
        services.orders.ListOrders,
        pb.ListOrdersRequest(
            page_size=query.limit, page_token=query.cursor, filter=query.to_proto(), sort=query.sort_proto
        ),
    )
    items = [Order.of(each) for each in answer.orders]
    return OrderPage(items=items, next_cursor=next_cursor(answer.next_page_token))


@router.get("/orders/summary")
async def summarize_orders(
    services: Services, parts: AppParts, query: Annotated[OrderFilterQuery, Query()]
) -> OrderSummary:
    """How many orders fit a filter and what they come to, by status; cancelled ones count but come to nothing."""
    answer = await services.call(
        services.orders.SummarizeOrders, pb.SummarizeOrdersRequest(filter=query.to_proto()), REPORT_SECONDS
    )
    kept = [each for each in answer.statuses if each.status != pb.ORDER_STATUS_CANCELLED]
    currency = answer.statuses[0].total.currency_code if answer.statuses else (await parts.facts.get(services)).currency
    return OrderSummary(
        statuses=[StatusTotal.of(each) for each in answer.statuses],
        count=sum(each.order_count for each in answer.statuses),
        total=Money(currency=currency, amount_minor=sum(each.total.amount_minor for each in kept)),
    )


@router.get("/orders.csv", response_class=CsvResponse)
async def export_orders(services: Services, parts: AppParts, query: Annotated[ExportQuery, Query()]) -> Response:
    """All orders that fit the filter, as a table in UTF-8 for spreadsheets."""
    export = OrdersExport(services, await parts.facts.get(services), query)
    return await export.response()


@router.get(_ONE)
async def get_order(services: Services, order_id: str) -> OrderDetail:
    """One order with its customer and its timeline."""
    order = await _get(services, order_id)
    customer, known = await find_customer(services, order.customer_id)
    return OrderDetail(
        **dict(Order.of(order)),
        customer=customer,
        timeline=[TimelineEntry.of(entry) for entry in order.timeline],
        missing=[] if known else ["customer"],
    )


@router.post(f"{_ONE}/confirm", responses=_CONFLICTS)
async def confirm_order(services: Services, order_id: str, body: Etag, request_id: RequestId) -> Order:
    """Accept a pending order."""
    return await _act(
        services,
        order_id,
        lambda number: services.call(
            services.orders.ConfirmOrder,
            pb.ConfirmOrderRequest(number=number, etag=body.etag, request_id=request_id),
        ),
    )


@router.post(f"{_ONE}/complete", responses=_CONFLICTS)
async def complete_order(services: Services, order_id: str, body: Etag, request_id: RequestId) -> Order:
    """A confirmed order was handed over."""
    return await _act(
        services,
        order_id,
        lambda number: services.call(
            services.orders.CompleteOrder,
            pb.CompleteOrderRequest(number=number, etag=body.etag, request_id=request_id),
        ),
    )


@router.post(f"{_ONE}/cancel", responses=_CONFLICTS)
async def cancel_order(services: Services, order_id: str, body: Cancellation, request_id: RequestId) -> Order:
    """Give up an order that is not completed."""
    return await _act(
        services,
        order_id,
        lambda number: services.call(
            services.orders.CancelOrder,
            pb.CancelOrderRequest(number=number, etag=body.etag, reason=body.reason, request_id=request_id),
        ),
    )


async def _act(services: StaffServices, order_id: str, act: Callable[[int], Awaitable[pb.Order]]) -> Order:
    """Do something to an order, which the contract names by its number. Whoever is too late sees how it now is."""
    order = await _get(services, order_id)
    try:
        return Order.of(await act(order.number))
    except DomainError as error:
        if error.code not in (grpc.StatusCode.ABORTED, grpc.StatusCode.FAILED_PRECONDITION):
            raise
        fresh = await part("current", _get(services, order_id))
        raise ConflictError(error, Order.of(fresh) if fresh else None) from error


async def _get(services: StaffServices, order_id: str) -> pb.Order:
    return await services.call(services.orders.GetOrder, pb.GetOrderRequest(order_id=order_id))
