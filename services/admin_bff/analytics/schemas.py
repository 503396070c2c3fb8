"""Reports as the API shows them."""

from typing import Literal

from pydantic import Field
from sales.agent.v1 import conversations_pb2 as agent
from sales.orders.v1 import orders_pb2 as orders

from services.admin_bff.orders.schemas import StatusTotal
from services.admin_bff.shapes import Answer, LocalDate, Money, Query, Words


class DailySales(Answer):
    """Sales of one local date."""

    date: str
    revenue: Money
    order_count: int


class ProductSales(Answer):
    """Sales of one product."""

    sku: str
    name: Words
    quantity: str
    unit: str
    revenue: Money
    order_count: int


class HourlyOrders(Answer):
    """Orders placed in one hour of the week, by the tenant's clock."""

    weekday: int = Field(description="1 is Monday, 7 is Sunday")
    hour: int
    count: int


class Sales(Answer):
    """Sales of the orders placed in a range of days. Cancelled orders count in `statuses` and nowhere else."""

    revenue: Money
    order_count: int
    average_order: Money
    customer_count: int
    conversation_count: int
    statuses: list[StatusTotal]
    days: list[DailySales]
    products: list[ProductSales]
    hours: list[HourlyOrders]

    @classmethod
    def of(cls, report: orders.SalesReport) -> "Sales":
        return cls(
            revenue=Money.of(report.revenue),
            order_count=report.order_count,
            average_order=Money.of(report.average_order),
            customer_count=report.customer_count,
            conversation_count=report.conversation_count,
            statuses=[StatusTotal.of(each) for each in report.statuses],
            days=[
                DailySales(date=day.date, revenue=Money.of(day.revenue), order_count=day.order_count)
                for day in report.days
            ],
            products=[
                ProductSales(
                    sku=each.sku,
                    name=dict(each.display_name),
                    quantity=each.quantity,
                    unit=each.unit,
                    revenue=Money.of(each.revenue),
                    order_count=each.order_count,
                )
                for each in report.products
            ],
            hours=[HourlyOrders(weekday=each.weekday, hour=each.hour, count=each.order_count) for each in report.hours],
        )


class NamedCount(Answer):
    """How many of one kind."""

    name: str
    count: int


class DailyUsage(Answer):
    """What the model was used for on one local date."""

    date: str
    turn_count: int
    input_tokens: int
    output_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    cost_micro_usd: int
    customer_message_count: int

    @classmethod
    def of(cls, day: agent.DailyUsage) -> "DailyUsage":
        return cls(
            date=day.date,
            turn_count=day.turn_count,
            input_tokens=day.usage.input_tokens,
            output_tokens=day.usage.output_tokens,
            cache_creation_input_tokens=day.usage.cache_creation_input_tokens,
            cache_read_input_tokens=day.usage.cache_read_input_tokens,
            cost_micro_usd=day.usage.cost_micro_usd,
            customer_message_count=day.customer_message_count,
        )


class Conversations(Answer):
    """How the conversations went in which a customer wrote in a range of days."""

    conversation_count: int
    new_conversation_count: int
    ordering_conversation_count: int
    unassisted_conversation_count: int
    customer_message_count: int
    channels: list[NamedCount]
    languages: list[NamedCount]
    usage: list[DailyUsage]

    @classmethod
    def of(cls, report: agent.ConversationReport) -> "Conversations":
        return cls(
            conversation_count=report.conversation_count,
            new_conversation_count=report.new_conversation_count,
            ordering_conversation_count=report.ordering_conversation_count,
            unassisted_conversation_count=report.unassisted_conversation_count,
            customer_message_count=report.customer_message_count,
            channels=[NamedCount(name=each.name, count=each.count) for each in report.channels],
            languages=[NamedCount(name=each.name, count=each.count) for each in report.languages],
            usage=[DailyUsage.of(day) for day in report.days],
        )


class Analytics(Answer):
    """Both reports of the same days. What `missing` names could not be had."""

    from_date: str = Field(description="first local date of the range")
    to_date: str = Field(description="last local date of the range")
    sales: Sales | None
    conversations: Conversations | None
    missing: list[Literal["sales", "conversations"]]


class AnalyticsQuery(Query):
    """Which days; without `to` until today, without `from` the thirty days before."""

    from_: LocalDate | None = Field(None, alias="from", description="first local date")
    to: LocalDate | None = Field(None, description="last local date, at most 366 days later")
