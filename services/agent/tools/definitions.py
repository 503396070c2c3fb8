"""The tools as the model sees them. No tool takes a price, a total, a tenant or a customer."""

from typing import Any

_ITEMS: dict[str, Any] = {
    "type": "array",
    "minItems": 1,
    "maxItems": 50,
    "items": {
        "type": "object",
        "properties": {
            "product": {"type": "string", "description": "The product's sku from the catalog."},
            "quantity": {
                "type": "string",
                "description": 'Units of the catalog as a decimal: "2", "0.5" (500 g is 0.5 kg).',
            },
        },
        "required": ["product", "quantity"],
        "additionalProperties": False,
    },
}

_DETAILS: dict[str, Any] = {
    "fulfillment": {"type": "string", "enum": ["delivery", "pickup"], "description": "Only if the customer said."},
    "delivery_address": {"type": "string", "description": "Where to deliver, as the customer said it."},
    "notes": {"type": "string", "description": "Remarks of the customer on this order, such as 'ring the bell'."},
    "wanted_date": {
        "type": "string",
        "description": "The day it is wanted for, YYYY-MM-DD by the clock in <context>; only if the customer said.",
    },
}
_ORDER_NUMBER: dict[str, Any] = {"type": "integer", "minimum": 1, "description": "The number customers see: #124."}


def _tool(name: str, description: str, properties: dict[str, Any], required: list[str]) -> dict[str, Any]:
    return {
        "name": name,
        "description": description,
        "input_schema": {
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        },
    }


CREATE_ORDER = "create_order"
UPDATE_ORDER = "update_order"
CANCEL_ORDER = "cancel_order"
GET_CUSTOMER_ORDERS = "get_customer_orders"
QUOTE_ORDER = "quote_order"
SEARCH_PRODUCTS = "search_products"
UPDATE_CUSTOMER_PROFILE = "update_customer_profile"
GET_BUSINESS_INFO = "get_business_info"
REQUEST_HUMAN = "request_human"

TOOLS: tuple[dict[str, Any], ...] = (
    _tool(
        CREATE_ORDER,
        "Place a new order of the customer you talk to. The system takes prices from the catalog and answers with the "
        "stored order. Use it when the customer has named products and quantities and wants to order.",
        {"items": _ITEMS, **_DETAILS},
        ["items"],
    ),
    _tool(
        UPDATE_ORDER,
        "Change a pending order: give the complete new list of items (what is not in it is removed) and only those "
        "other fields that change.",
        {"order_number": _ORDER_NUMBER, "items": _ITEMS, **_DETAILS},
        ["order_number"],
    ),
    _tool(
        CANCEL_ORDER,
        "Cancel a pending order.",
        {"order_number": _ORDER_NUMBER, "reason": {"type": "string", "description": "In the customer's words."}},
        ["order_number"],
    ),
    _tool(
        GET_CUSTOMER_ORDERS,
        "Orders of the customer you talk to, the newest 20, with their state. Use it before you say anything about "
        "earlier orders.",
        {},
        [],
    ),
    _tool(
        QUOTE_ORDER,
        "Price a basket without ordering it.",
        {"items": _ITEMS, "fulfillment": _DETAILS["fulfillment"], "wanted_date": _DETAILS["wanted_date"]},
        ["items"],
    ),
    _tool(
        SEARCH_PRODUCTS,
        "Find products by words of the customer when the catalog does not show at once what is meant.",
        {"query": {"type": "string", "description": "The customer's words."}},
        ["query"],
    ),
    _tool(
        UPDATE_CUSTOMER_PROFILE,
        "Remember what the customer says of himself or herself. Give only what was said now; an empty text forgets. "
        "`kept_fields` in the answer names what stayed as it was, because something newer is known.",
        {
            "name": {"type": "string"},
            "phone": {"type": "string"},
            "address": {"type": "string", "description": "The customer's usual address for deliveries."},
            "language": {"type": "string", "description": "Language of the answers as a BCP 47 tag: he, en, ru, ar."},
            "notes": {"type": "string", "description": "Lasting wishes: allergies, habits. All of them, old and new."},
        },
        [],
    ),
    _tool(GET_BUSINESS_INFO, "Opening hours, address, contact and delivery terms of the business.", {}, []),
    _tool(
        REQUEST_HUMAN,
        "Ask the staff of the business to take over this conversation.",
        {"reason": {"type": "string", "description": "What the person should know, one sentence."}},
        ["reason"],
    ),
)

ORDER_WRITES = frozenset({CREATE_ORDER, UPDATE_ORDER, CANCEL_ORDER})
WRITES = ORDER_WRITES | {UPDATE_CUSTOMER_PROFILE, REQUEST_HUMAN}
"""Tools with an effect; the calls of one response run in order when one of these is among them."""
