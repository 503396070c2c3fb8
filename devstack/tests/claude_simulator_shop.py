"""A small shop for tests of the simulator of Claude: executes its tools, and talks to it as the agent does."""

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from html import escape
from pathlib import Path
from typing import Any

import httpx2
from anthropic import AsyncAnthropic
from anthropic.types import Message
from fastapi import FastAPI

RECORDED = Path(__file__).parent / "recorded"
CLOCK = "Monday 2026-11-23 14:05 Asia/Jerusalem"
Json = dict[str, Any]


def recorded_request() -> Json:
    """A request as the agent sends it, recorded; a fresh copy."""
    found: Json = json.loads((RECORDED / "claude_request.json").read_text())
    return found


def recorded_catalog(name: str) -> list[Json]:
    """The products of a seeded business."""
    rows: list[Json] = json.loads((RECORDED / f"claude_catalog_{name}.json").read_text())
    return rows


def catalog_text(rows: list[Json], currency: str = "ILS") -> str:
    """The catalog as it stands in the system prompt."""
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'<catalog version="17" currency="{currency}">\n{lines}\n</catalog>'


def basket_of(given: Json) -> dict[str, str]:
    """Products and quantities of what a tool was given."""
    return {item["product"]: item["quantity"] for item in given["items"]}


class RefusedError(Exception):
    """A tool error with the facts that the order service would give."""

    def __init__(self, reason: str, message: str, *, item: str = "", valid: str = "") -> None:
        super().__init__(message)
        self.facts = {"reason": reason, "field": item, "message": message, "valid": valid}


@dataclass
class Shop:
    """Orders in memory, priced from the catalog rows."""

    rows: list[Json]
    orders: list[Json] = field(default_factory=list)
    profile: Json = field(default_factory=dict)
    calls: list[tuple[str, Json]] = field(default_factory=list)
    first_number: int = 124
    handed_over: bool = False

    def run(self, name: str, given: Json) -> tuple[Json, bool]:
        """The result of a tool and whether it is an error."""
        self.calls.append((name, given))
        try:
            return getattr(self, f"_{name}")(given), False
        except RefusedError as refused:
            return {"error": refused.facts}, True

    @property
    def names(self) -> list[str]:
        """Names of the tools called so far."""
        return [name for name, _ in self.calls]

    def product(self, sku: str) -> Json:
        """The catalog row."""
        return next(row for row in self.rows if row["sku"] == sku)

    def _lines(self, items: list[Json]) -> list[Json]:
        return [self._line(index, item) for index, item in enumerate(items)]

    def _line(self, index: int, item: Json) -> Json:
        row = next((row for row in self.rows if row["sku"] == item["product"]), None)
        if row is None:
            raise RefusedError("UNKNOWN_PRODUCT", f"unknown product {item['product']}", item=f"items[{index}].product")
        quantity, step = Decimal(item["quantity"]), Decimal(row["step"])
        if quantity % step:
            message = f"{row['sku']} is sold in steps of {step}"
            raise RefusedError("QUANTITY_STEP", message, item=f"items[{index}].quantity", valid=str(step))
        if quantity > 100:
            raise RefusedError("QUANTITY_TOO_LARGE", "at most 100", item=f"items[{index}].quantity", valid="100")
        price = Decimal(row["price"])
        return {
            "sku": row["sku"], "name": row["name"], "quantity": item["quantity"], "unit": row["unit"],
            "unit_price": row["price"], "line_total": f"{quantity * price:.2f}",
        }  # fmt: skip

    def _create_order(self, given: Json) -> Json:
        if given.get("wanted_date", "9999") < "2026-11-23":
            raise RefusedError(
                "DATE_IN_PAST", "the date is in the past", item="wanted_date", valid="2026-11-23 or later"
            )
        order: Json = {"number": self.first_number + len(self.orders), "status": "pending", "currency": "ILS",
                       "created_date": "2026-11-23"}  # fmt: skip
        self._fill(order, given)
        self.orders.insert(0, order)
        return {"order": order}

    def _fill(self, order: Json, given: Json) -> None:
        if "items" in given:
            lines = self._lines(given["items"])
            order |= {"items": lines, "total": f"{sum(Decimal(line['line_total']) for line in lines):.2f}"}
        for key in ("fulfillment", "delivery_address", "notes", "wanted_date"):
            order[key] = given.get(key, order.get(key))

    def _pending(self, given: Json) -> Json:
        order = next((order for order in self.orders if order["number"] == given["order_number"]), None)
        if order is None:
            raise RefusedError("NOT_FOUND", "order was not found")
        if order["status"] != "pending":
            raise RefusedError("ORDER_NOT_PENDING", f"order is {order['status']}")
        return order

    def _update_order(self, given: Json) -> Json:
        order = self._pending(given)
        self._fill(order, given)
        return {"order": order}

    def _cancel_order(self, given: Json) -> Json:
        order = self._pending(given)
        order["status"] = "cancelled"
        return {"order": order}

    def _get_customer_orders(self, _given: Json) -> Json:
        return {"orders": self.orders}

    def _quote_order(self, given: Json) -> Json:
        lines = self._lines(given["items"])
        total = sum(Decimal(line["line_total"]) for line in lines)
        return {"quote": {"items": lines, "total": f"{total:.2f}", "currency": "ILS"}}

    def _search_products(self, given: Json) -> Json:
        return {"products": [row for row in self.rows if given["query"].lower() in row["name"]["en"].lower()]}

    def _update_customer_profile(self, given: Json) -> Json:
        self.profile |= given
        return {"profile": self.profile}

    def _get_business_info(self, _given: Json) -> Json:
        hours = [{"weekday": day, "opens": "08:00", "closes": "18:00"} for day in (7, 1, 2, 3, 4)]
        return {
            "business": {
                "display_name": {"en": "Valdman", "he": "ולדמן"},
                "opening_hours": [*hours, {"weekday": 5, "opens": "07:00", "closes": "14:00"}],
                "open_now": True,
                "contact": {"phone": "+972 3 555 0100", "address": {"en": "12 Market St", "he": "רחוב השוק 12"}},
                "delivery_terms": {"en": "same day in the city", "he": "באותו יום בתוך העיר"},
                "delivery_offered": True,
                "pickup_offered": True,
            }
        }

    def _request_human(self, _given: Json) -> Json:
        self.handed_over = True
        return {"handed_over": True}


@dataclass
class Chat:
    """A conversation with the simulator, kept the way the agent keeps it."""

    client: AsyncAnthropic
    shop: Shop
    history: list[Any] = field(default_factory=list)
    rounds: list[Message] = field(default_factory=list)
    tools: list[Any] = field(default_factory=lambda: recorded_request()["tools"])

    async def say(self, *texts: str, **attributes: str) -> str:
        """Send messages as one turn, run the tools, return the reply. Attributes are the fence's (`kind`)."""
        content = [customer_message(text, **attributes) for text in texts]
        turn = [*self.history, {"role": "user", "content": [*content, self.context()]}]
        self.history.append({"role": "user", "content": content})
        self.rounds = []
        while True:
            answer = await self.ask(turn)
            self.rounds.append(answer)
            spoken = {"role": "assistant", "content": [block.model_dump(exclude_none=True) for block in answer.content]}
            turn.append(spoken)
            self.history.append(spoken)
            if answer.stop_reason != "tool_use":
                return "".join(block.text for block in answer.content if block.type == "text")
            results = {"role": "user", "content": self.run_tools(answer)}
            turn.append(results)
            self.history.append(results)

    async def ask(self, messages: list[Any], **options: Any) -> Message:
        """One request."""
        answer: Message = await self.client.messages.create(
            model="claude-sonnet-5-5",
            max_tokens=2048,
            system=[
                {"type": "text", "text": "You sell for Valdman."},
                {"type": "text", "text": catalog_text(self.shop.rows), "cache_control": {"type": "ephemeral"}},
            ],
            tools=self.tools,
            messages=messages,
            **options,
        )
        return answer

    def run_tools(self, answer: Message) -> list[Json]:
        """The tool_result blocks of an answer."""
        blocks = []
        for use in answer.content:
            if use.type == "tool_use":
                result, failed = self.shop.run(use.name, dict(use.input))
                text = json.dumps(result, ensure_ascii=False)
                blocks.append({"type": "tool_result", "tool_use_id": use.id, "content": text, "is_error": failed})
        return blocks

    def context(self) -> Json:
        """The context block of the newest message."""
        return {"type": "text", "text": context_text(self.shop.profile, self.shop.orders)}


def customer_message(text: str, **attributes: str) -> Json:
    """A customer's message in its fence."""
    head = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return {"type": "text", "text": f"<customer_message{head}>\n{escape(text, quote=False)}\n</customer_message>"}


@asynccontextmanager
async def sdk_client(app: FastAPI) -> AsyncIterator[AsyncAnthropic]:
    """The real SDK, talking to an app in this process."""
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app))
    async with AsyncAnthropic(base_url="http://simulator", api_key="key", max_retries=0, http_client=http) as client:
        yield client


@asynccontextmanager
async def plain_client(app: FastAPI) -> AsyncIterator[httpx2.AsyncClient]:
    """Plain HTTP to an app in this process, with the headers of the API."""
    headers = {"x-api-key": "key", "anthropic-version": "2023-06-01"}
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://simulator", headers=headers) as client:
        yield client


def amounts_in(text: str) -> set[Decimal]:
    """All amounts of money in a reply."""
    found = re.findall(r"₪\s?(\d+(?:\.\d+)?)|(\d+(?:\.\d+)?)\s?₪", text)
    return {Decimal(before or after) for before, after in found}


def context_text(profile: Mapping[str, Any], orders: list[Json]) -> str:
    """The context block for a profile and orders."""
    return (
        f"<context>\n<clock>{CLOCK}</clock>\n<customer>{json.dumps(profile, ensure_ascii=False)}</customer>\n"
        f"<orders>{json.dumps(orders, ensure_ascii=False)}</orders>\n</context>"
    )
