"""Puts together what a reply may rest on, from the prompt, the window and this turn's tools."""

import json
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, get_args

from services.agent.facts import Facts
from services.agent.prompt import ModelMessage
from services.agent.reference import TenantView
from services.agent.tools import definitions as tool
from services.agent.truth.catalog import Catalog
from services.agent.truth.facts import (
    ActionDone,
    ActionKind,
    Evidence,
    LineFact,
    OrderFact,
    OrderStatus,
    Quote,
    Utterance,
)
from services.agent.turns.window import Done, Said, history_of, read

_ORDER_ACTIONS: dict[str, ActionKind] = {
    tool.CREATE_ORDER: "created",
    tool.UPDATE_ORDER: "updated",
    tool.CANCEL_ORDER: "cancelled",
}
_OTHER_ACTIONS: dict[str, ActionKind] = {
    tool.UPDATE_CUSTOMER_PROFILE: "profile_saved",
    tool.REQUEST_HUMAN: "handed_over",
}


def evidence_for(
    view: TenantView,
    today: date,
    orders: Sequence[Facts],
    history: Sequence[ModelMessage],
    current: Sequence[ModelMessage],
) -> Evidence:
    """Evidence for the reply of a turn.

    orders: the customer's orders as the prompt showed them; history: the window before the turn; current: this
    turn's messages, tool results included.
    """
    # A draft that was refused was never said: the turn keeps it for the model alone.
    before, now = list(read(history)), list(read(history_of(current)))
    done_before = [item for item in before if isinstance(item, Done) and not item.is_error]
    done_now = [item for item in now if isinstance(item, Done)]
    done = [item for item in done_now if not item.is_error]
    # Later states replace earlier ones: the window, then the prompt, then what this turn's tools showed.
    earlier = {facts["number"]: order_fact(facts) for facts in (*_orders_in(done_before), *orders)}
    known = earlier | {facts["number"]: order_fact(facts) for facts in _orders_in(done_now)}
    dialogue = [item for item in (*before, *now) if isinstance(item, Said)]
    # What staff said in this chat is as true as what the business says of itself.
    by_staff = [item.text for item in dialogue if item.speaker == "staff"]
    return Evidence(
        catalog=_at_prices(view.truth_catalog, _prices_in(done_now)),
        today=today,
        currency=view.catalog.currency_code,
        orders=tuple(known.values()),
        actions=tuple(_actions(done)),
        earlier_actions=tuple(_actions(done_before)),
        earlier_orders=tuple(earlier.values()),
        quotes=tuple(_quotes([*done_before, *done])),
        dialogue=tuple(
            Utterance("customer" if item.speaker == "customer" else "agent", item.text) for item in dialogue
        ),
        business_text="\n".join([view.business_text, *_business_texts([*done_before, *done]), *by_staff]),
    )


def _prices_in(done: Iterable[Done]) -> dict[str, Decimal]:
    """Unit prices by sku as tools tell them: where a price moved meanwhile, where products were found, in a quote."""
    prices: dict[str, Decimal] = {}
    for item in done:
        error = item.facts.get("error", {})
        if error.get("reason") == "PRICE_CHANGED":
            moved = (told.rpartition("=") for told in error["prices"].split(", "))
            prices |= {sku: Decimal(price) for sku, _, price in moved}
        prices |= {product["sku"]: Decimal(product["price"]) for product in item.facts.get("products", [])}
        prices |= {line.sku: line.unit_price for quote in _quotes([item]) for line in quote.lines}
    return prices


def _at_prices(catalog: Catalog, prices: dict[str, Decimal]) -> Catalog:
    """The catalog at newer prices; the same one if none of them differs, because its indexes are costly."""
    if all(prices.get(product.sku, product.unit_price) == product.unit_price for product in catalog.products):
        return catalog
    return Catalog(tuple(product.at(prices.get(product.sku, product.unit_price)) for product in catalog.products))


def order_fact(facts: Facts) -> OrderFact:
    """An order in the form the truth check reads."""
    status: OrderStatus = facts["status"] if facts["status"] in get_args(OrderStatus) else "pending"
    return OrderFact(
        number=facts["number"],
        status=status,
        lines=_lines(facts["items"]),
        total=Decimal(facts["total"]),
        wanted_date=date.fromisoformat(facts["wanted_date"]) if facts["wanted_date"] else None,
        created_date=date.fromisoformat(facts["created_date"]),
    )


def _lines(items: Iterable[Facts]) -> tuple[LineFact, ...]:
    return tuple(
        LineFact(
            sku=item["sku"],
            names=tuple(item["name"].values()),
            quantity=Decimal(item["quantity"]),
            unit_price=Decimal(item["unit_price"]),
            line_total=Decimal(item["line_total"]),
        )
        for item in items
    )


def _orders_in(done: Iterable[Done]) -> list[Facts]:
    found: list[Facts] = []
    for item in done:
        found += item.facts.get("orders", [])
        if "order" in item.facts:
            found.append(item.facts["order"])
    return found


def _actions(done: Iterable[Done]) -> list[ActionDone]:
    actions = []
    for item in done:
        if item.name in _ORDER_ACTIONS and "order" in item.facts:
            actions.append(ActionDone(_ORDER_ACTIONS[item.name], item.facts["order"]["number"]))
        elif item.name in _OTHER_ACTIONS and item.facts.get("saved_fields") != []:
            actions.append(ActionDone(_OTHER_ACTIONS[item.name]))
    return actions


def _quotes(done: Iterable[Done]) -> list[Quote]:
    quotes: list[Any] = [item.facts["quote"] for item in done if "quote" in item.facts]
    return [Quote(_lines(quote["items"]), Decimal(quote["total"])) for quote in quotes]


def _business_texts(done: Iterable[Done]) -> list[str]:
    return [json.dumps(item.facts["business"], ensure_ascii=False) for item in done if "business" in item.facts]
