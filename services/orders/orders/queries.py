"""What of OrdersService only reads: one order, lists, sums and the sales report."""

from uuid import UUID

from sales.orders.v1 import orders_pb2, orders_pb2_grpc

from services.common.days import check_range
from services.common.db import Database, Transaction
from services.common.errors import not_found
from services.common.grpc_server import current_call
from services.common.pagination import page_size
from services.orders.orders import filters, requests, store
from services.orders.orders.messages import order_message, sales_message, status_messages
from services.orders.orders.models import Order
from services.orders.orders.sorts import Listing, check_sort
from services.orders.tenant_facts import TenantDirectory


class OrderQueries(orders_pb2_grpc.OrdersServiceServicer):
    """Readings of the calling tenant's orders."""

    def __init__(self, database: Database, tenants: TenantDirectory) -> None:
        self._database = database
        self._tenants = tenants

    async def GetOrder(self, request: orders_pb2.GetOrderRequest, context: object) -> orders_pb2.Order:
        key = request.order_id if request.WhichOneof("key") == "order_id" else f"#{request.number}"
        async with self._database.transaction(current_call().tenant_id) as tx:
            order = await _read(tx, request)
            if order is None:
                raise not_found("order", key[:80])
            timeline = await store.read_timeline(tx, order.order_id)
        return order_message(order, timeline)

    async def ListOrders(self, request: orders_pb2.ListOrdersRequest, context: object) -> orders_pb2.ListOrdersResponse:
        call = current_call()
        wanted = filters.listed(request)
        if call.caller == "agent":
            requests.check_customer(wanted.customer_id)
        listing = Listing(call.tenant_id, wanted, check_sort(request.sort))
        size = page_size(request.page_size, 50, 200)
        position = listing.position(request.page_token)
        # Without days the list stands on its own: it is there while the tenants service is not.
        facts = await self._tenants.facts(call.tenant_id) if wanted.needs_clock else None
        async with self._database.transaction(call.tenant_id) as tx:
            found = await store.list_orders(tx, wanted.values(facts), listing.sort, position, size + 1)
        page, more = found[:size], len(found) > size
        return orders_pb2.ListOrdersResponse(
            orders=[order_message(order) for order in page],
            next_page_token=listing.token(page[-1]) if more else "",
        )

    async def SummarizeOrders(
        self, request: orders_pb2.SummarizeOrdersRequest, context: object
    ) -> orders_pb2.SummarizeOrdersResponse:
        tenant_id = current_call().tenant_id
        wanted = filters.check_filter(request.filter)
        facts = await self._tenants.facts(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            rows = await store.summarize(tx, wanted.values(facts), facts.currency_code)
        return orders_pb2.SummarizeOrdersResponse(statuses=status_messages(rows, facts.currency_code))

    async def GetSalesReport(
        self, request: orders_pb2.GetSalesReportRequest, context: object
    ) -> orders_pb2.SalesReport:
        tenant_id = current_call().tenant_id
        first, last = check_range(request.start_date, request.end_date)
        facts = await self._tenants.facts(tenant_id)
        async with self._database.transaction(tenant_id) as tx:
            figures = await store.read_sales(tx, facts, first, last)
        return sales_message(figures, facts.currency_code, first, last)


async def _read(tx: Transaction, request: orders_pb2.GetOrderRequest) -> Order | None:
    if request.WhichOneof("key") != "order_id":
        return await store.read_order_by_number(tx, request.number)
    try:
        order_id = UUID(request.order_id)
    except ValueError:
        return None
    return await store.read_order(tx, order_id)
