"""What other services tell, as the plain JSON that the model reads and the journal keeps."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from sales.common.v1 import money_pb2
from sales.customers.v1 import customers_pb2
from sales.orders.v1 import catalog_pb2, orders_pb2
from sales.tenants.v1 import tenants_pb2

from services.common.money import Money

Facts = dict[str, Any]

STATUS_NAMES: Mapping[int, str] = {
    orders_pb2.ORDER_STATUS_PENDING: "pending",
    orders_pb2.ORDER_STATUS_CONFIRMED: "confirmed",
    orders_pb2.ORDER_STATUS_COMPLETED: "completed",
    orders_pb2.ORDER_STATUS_CANCELLED: "cancelled",
}
FULFILLMENT_NAMES: Mapping[int, str] = {
    orders_pb2.FULFILLMENT_DELIVERY: "delivery",
    orders_pb2.FULFILLMENT_PICKUP: "pickup",
}
FULFILLMENTS: Mapping[str, orders_pb2.Fulfillment.ValueType] = {
    "delivery": orders_pb2.FULFILLMENT_DELIVERY,
    "pickup": orders_pb2.FULFILLMENT_PICKUP,
}


def amount(money: money_pb2.Money) -> str:
    """An amount in major units with the currency's decimals: "37.50"."""
    return str(Money.from_proto(money).to_decimal())


def product_facts(product: catalog_pb2.Product) -> Facts:
    """A product as the catalog in the prompt lists it."""
    facts: Facts = {"sku": product.sku, "name": dict(sorted(product.display_name.values.items()))}
    if product.aliases:
        facts["aliases"] = list(product.aliases)
    if product.category.values:
        facts["category"] = dict(sorted(product.category.values.items()))
    facts |= {
        "price": amount(product.unit_price),
        "unit": product.unit,
        "fractions": product.fractional,
        "min": product.min_quantity,
        "step": product.quantity_step,
        "available": product.available,
    }
    if product.description.values:
        facts["description"] = dict(sorted(product.description.values.items()))
    return facts


def _line_facts(line: orders_pb2.OrderLine) -> Facts:
    return {
        "sku": line.sku,
        "name": dict(sorted(line.display_name.items())),
        "quantity": line.quantity,
        "unit": line.unit,
        "unit_price": amount(line.unit_price),
        "line_total": amount(line.line_total),
    }


def order_facts(order: orders_pb2.Order, time_zone: str) -> Facts:
    """An order as prompt, tool results and receipts show it, by the shop's clock; ids and etags stay outside."""
    created = order.create_time.ToDatetime(UTC).astimezone(ZoneInfo(time_zone))
    return {
        "number": order.number,
        "status": STATUS_NAMES.get(order.status, "unknown"),
        "items": [_line_facts(line) for line in order.lines],
        "total": amount(order.total),
        "currency": order.total.currency_code,
        "fulfillment": FULFILLMENT_NAMES.get(order.fulfillment),
        "delivery_address": order.delivery_address,
        "notes": order.notes,
        "wanted_date": order.wanted_date or None,
        "created_date": created.date().isoformat(),
    }


def quote_facts(quote: orders_pb2.Quote) -> Facts:
    return {
        "items": [_line_facts(line) for line in quote.lines],
        "total": amount(quote.total),
        "currency": quote.total.currency_code,
    }


def profile_facts(customer: customers_pb2.Customer) -> Facts:
    """Only what is known, so not the channel's hint that stands in for a language: a phone set to English does not
    mean that its owner wants English answers."""
    known = {name: getattr(customer.profile, name) for name in ("name", "phone", "address", "language", "notes")}
    return {name: value for name, value in known.items() if value and name in customer.sources}


def business_facts(info: tenants_pb2.BusinessInfo) -> Facts:
    weekdays = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    return {
        "name": dict(info.display_name.values),
        "opening_hours": [
            {"day": weekdays[hours.weekday - 1], "opens": hours.opens, "closes": hours.closes}
            for hours in info.opening_hours
        ],
        "open_now": info.open_now,
        "local_time": info.local_time,
        "contact": {
            "phone": info.contact.phone,
            "email": info.contact.email,
            "address": dict(info.contact.address.values),
            "website": info.contact.website,
        },
        "delivery_offered": info.delivery_offered,
        "pickup_offered": info.pickup_offered,
        "delivery_terms": dict(info.delivery_terms.values),
    }
