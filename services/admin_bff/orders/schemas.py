"""Orders as the API shows them, and what may be asked and done of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from pydantic import Field
from sales.orders.v1 import orders_pb2 as pb

from services.admin_bff.customers.schemas import Customer
from services.admin_bff.problems import Problem
from services.admin_bff.shapes import Answer, Body, LocalDate, Money, Page, PageQuery, Query, Text, Words, moment

Status = Literal["pending", "confirmed", "completed", "cancelled"]
Fulfillment = Literal["delivery", "pickup"]
Sort = Literal["newest", "oldest", "total_desc", "total_asc", "wanted_date"]
ActorKind = Literal["customer", "staff", "system"]
Action = Literal["created", "updated", "confirmed", "completed", "cancelled"]

STATUSES: Mapping[int, Status] = {
    pb.ORDER_STATUS_PENDING: "pending",
    pb.ORDER_STATUS_CONFIRMED: "confirmed",
    pb.ORDER_STATUS_COMPLETED: "completed",
    pb.ORDER_STATUS_CANCELLED: "cancelled",
}
STATUS_NAMES: Mapping[str, Status] = {status: status for status in get_args(Status)}
ACTIONS: Mapping[str, Action] = {action: action for action in get_args(Action)}
_FULFILLMENTS: Mapping[int, Fulfillment] = {pb.FULFILLMENT_DELIVERY: "delivery", pb.FULFILLMENT_PICKUP: "pickup"}
_ACTORS: Mapping[int, ActorKind] = {
    pb.Actor.KIND_CUSTOMER: "customer",
    pb.Actor.KIND_STAFF: "staff",
    pb.Actor.KIND_SYSTEM: "system",
}
_SORTS: Mapping[Sort, pb.OrderSort.ValueType] = {
    "newest": pb.ORDER_SORT_UNSPECIFIED,
    "oldest": pb.ORDER_SORT_OLDEST,
    "total_desc": pb.ORDER_SORT_TOTAL_DESC,
    "total_asc": pb.ORDER_SORT_TOTAL_ASC,
    "wanted_date": pb.ORDER_SORT_WANTED_DATE,
}


class OrderItem(Answer):
    """One product of an order as the catalog had it."""

    sku: str
    name: Words
    quantity: str = Field(description='a decimal without trailing zeros: "0.5"')
    unit: str
    unit_price: Money
    line_total: Money

    @classmethod
    def of(cls, line: pb.OrderLine) -> "OrderItem":
        return cls(
            sku=line.sku,
            name=dict(line.display_name),
            quantity=line.quantity,
            unit=line.unit,
            unit_price=Money.of(line.unit_price),
            line_total=Money.of(line.line_total),
        )


class Order(Answer):
    """An order."""

    id: str
    number: int
    customer_id: str
    customer_name: str = Field(description="empty while unknown")
    conversation_id: str = Field(description="empty when staff entered it")
    status: Status
    items: list[OrderItem]
    total: Money
    fulfillment: Fulfillment | None
    delivery_address: str
    notes: str
    wanted_date: str | None = Field(description='local date "YYYY-MM-DD"; null: as soon as possible')
    cancel_reason: str
    etag: str
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, order: pb.Order) -> "Order":
        return cls(
            id=order.order_id,
            number=order.number,
            customer_id=order.customer_id,
            customer_name=order.customer_name,
            conversation_id=order.conversation_id,
            status=STATUSES.get(order.status, "pending"),
            items=[OrderItem.of(line) for line in order.lines],
            total=Money.of(order.total),
            fulfillment=_FULFILLMENTS.get(order.fulfillment),
            delivery_address=order.delivery_address,
            notes=order.notes,
            wanted_date=order.wanted_date or None,
            cancel_reason=order.cancel_reason,
            etag=order.etag,
            created_at=moment(order.create_time),
            updated_at=moment(order.update_time),
        )


class Actor(Answer):
    """Who acted on an order."""

    kind: ActorKind
    name: str


class Change(Answer):
    """One field before and after, as readable text."""

    field: str
    before: str
    after: str


class TimelineEntry(Answer):
    """One change of an order."""

    version: int
    action: Action
    actor: Actor
    changes: list[Change]
    at: datetime

    @classmethod
    def of(cls, entry: pb.TimelineEntry) -> "TimelineEntry":
        return cls(
            version=entry.version,
            action=ACTIONS.get(entry.action, "updated"),
            actor=Actor(kind=_ACTORS.get(entry.actor.kind, "system"), name=entry.actor.display_name),
            changes=[Change(field=each.field, before=each.before, after=each.after) for each in entry.changes],
            at=moment(entry.create_time),
        )


class OrderDetail(Order):
    """An order with its customer and all that happened to it. What `missing` names could not be had."""

    customer: Customer | None
    timeline: list[TimelineEntry] = Field(description="oldest first")
    missing: list[Literal["customer"]]


class OrderPage(Page[Order]):
    """In the order asked for."""


class StatusTotal(Answer):
    """Orders of one status."""

    status: Status
    count: int
    total: Money

    @classmethod
    def of(cls, summary: pb.StatusSummary) -> "StatusTotal":
        return cls(
            status=STATUSES.get(summary.status, "pending"), count=summary.order_count, total=Money.of(summary.total)
        )


class OrderSummary(Answer):
    """How many orders fit a filter and what they come to."""

    statuses: list[StatusTotal]
    count: int
    total: Money


class OrderFilterQuery(Query):
    """Which orders; every condition that is given must hold."""

    status: list[Status] = Field([], max_length=4)
    customer_id: Text = Field("", max_length=100)
    customer: Text = Field("", max_length=200, description="in the customer's name")
    product: Text = Field("", max_length=100, description="sku of a product in the order")
    conversation_id: Text = Field("", max_length=100)
    from_: LocalDate | None = Field(None, alias="from", description="placed on this local date or later")
    to: LocalDate | None = Field(None, description="placed on this local date or earlier")
    number: int | None = Field(None, ge=1, le=2**53)

    def to_proto(self) -> pb.OrderFilter:
        return pb.OrderFilter(
            statuses=[pb.OrderStatus.ValueType(number) for number, name in STATUSES.items() if name in self.status],
            customer_id=self.customer_id,
            customer_name=self.customer,
            sku=self.product,
            conversation_id=self.conversation_id,
            start_date=self.from_.isoformat() if self.from_ else "",
            end_date=self.to.isoformat() if self.to else "",
            number=self.number or 0,
        )


class OrdersQuery(OrderFilterQuery, PageQuery):
    """Which orders, in which order, which page."""

    sort: Sort = "newest"

    @property
    def sort_proto(self) -> pb.OrderSort.ValueType:
        return _SORTS[self.sort]


class ExportQuery(OrderFilterQuery):
    """Which orders, in which order, in which language."""

    sort: Sort = "newest"
    lang: Literal["en", "he"] | None = Field(None, description="of the headings; without it the tenant's first one")

    @property
    def sort_proto(self) -> pb.OrderSort.ValueType:
        return _SORTS[self.sort]


class Etag(Body):
    """The order as it was seen."""

    etag: Text = Field(min_length=1, max_length=200)


class Cancellation(Etag):
    """Why the order is given up."""

    reason: Text = Field(min_length=1, max_length=500)


class OrderConflict(Problem):
    """The order was changed meanwhile, or is in a state that does not allow this."""

    current: Order | None = Field(None, description="as it now is")
