"""Every amount that the evidence holds, by what it is an amount of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache

from services.agent.truth.amounts import Amount, amounts_in
from services.agent.truth.catalog import Mention
from services.agent.truth.facts import Evidence, LineFact
from services.agent.truth.figures import quantities, readings
from services.agent.truth.order_numbers import OrderNumber
from services.agent.truth.text import fold

# Numbers of a text that are no money: times, phones, dates, percentages, years.
_RULED_OUT = re.compile(
    r"\d+\s*[:]\s*\d+|\+?\d[\d\- ]{6,}\d|\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?|\d+(?:\.\d+)?\s*%|(?<!\d)(?:19|20)\d\d(?!\d)"
)


@dataclass(frozen=True)
class Ledger:
    """The evidence as amounts, each set computed when it is first needed."""

    evidence: Evidence

    @cached_property
    def lines(self) -> tuple[LineFact, ...]:
        """The lines of all orders and quotes."""
        orders = tuple(line for order in self.evidence.orders for line in order.lines)
        return orders + tuple(line for quote in self.evidence.quotes for line in quote.lines)

    @cached_property
    def totals(self) -> frozenset[Decimal]:
        """The totals of orders and quotes, and of the open and all orders together."""
        orders = self.evidence.orders
        still_open = sum((order.total for order in orders if order.status in ("pending", "confirmed")), Decimal(0))
        together = {still_open, sum((order.total for order in orders), Decimal(0))} - {Decimal(0)}
        return frozenset(basket.total for basket in orders) | {quote.total for quote in self.evidence.quotes} | together

    @cached_property
    def business(self) -> frozenset[Decimal]:
        """The amounts that the business names itself."""
        return _numbers_of(self.evidence.business_text)

    @cached_property
    def unit_prices(self) -> frozenset[Decimal]:
        """Unit prices, those of order lines included (an unchanged line keeps its price)."""
        return self.evidence.catalog.prices | {line.unit_price for line in self.lines}

    @cached_property
    def said_quantities(self) -> frozenset[Decimal]:
        """Quantities in the window, 1 included."""
        said = (_quantities_said(utterance.text) for utterance in self.evidence.dialogue)
        return frozenset({Decimal(1)}).union(*said)

    @cached_property
    def said_by_customer(self) -> frozenset[Decimal]:
        """Every number that the customer wrote."""
        return frozenset(quantities(fold(self.evidence.customer_text))) | _numbers_of(self.evidence.customer_text)

    @cached_property
    def said_by_agent(self) -> frozenset[Decimal]:
        """The amounts of money that earlier replies named; those were checked when they were sent."""
        texts = (fold(utterance.text) for utterance in self.evidence.dialogue if utterance.speaker == "agent")
        return frozenset(value for text in texts for amount in amounts_in(text) for value in amount.values)

    @cached_property
    def asked_products(self) -> tuple[Mention, ...]:
        """The products that the customer's newest messages name."""
        return tuple(self.evidence.catalog.mentions(fold(self.evidence.asked)))

    @cached_property
    def asked_sum(self) -> Decimal | None:
        """What the products and quantities of the customer's newest messages come to."""
        asked = fold(self.evidence.asked)
        return self.basket_sum(blanked(asked, amounts_in(asked)), list(self.asked_products))

    def unit_prices_of(self, skus: Iterable[str]) -> set[Decimal]:
        """Unit prices of these products."""
        wanted = set(skus)
        prices = {line.unit_price for line in self.lines if line.sku in wanted}
        return prices | {product.unit_price for product in self.evidence.catalog.products if product.sku in wanted}

    def moved_prices_of(self, skus: Iterable[str]) -> dict[Decimal, Decimal]:
        """The present price by the former one, of those of these products whose price moved."""
        products = (self.evidence.catalog.by_sku[sku] for sku in skus if sku in self.evidence.catalog.by_sku)
        return {product.former_price: product.unit_price for product in products if product.former_price is not None}

    def basket_sum(self, text: str, mentions: list[Mention], offset: int = 0) -> Decimal | None:
        """Quantity × price over the products named in `text` (without money), each with the quantity beside it.

        `offset` is where `text` starts in what the mentions point into. None if a price is unclear.
        """
        total, previous = Decimal(0), 0
        for i, mention in enumerate(mentions):
            start, end = mention.start - offset, mention.end - offset
            following = mentions[i + 1].start - offset if i + 1 < len(mentions) else min(len(text), end + 20)
            before, after = quantities(text[previous:start]), quantities(text[end:following])
            prices = self.unit_prices_of(mention.skus)
            if len(prices) != 1:
                return None
            quantity = before[-1] if before else after[0] if after and i == len(mentions) - 1 else Decimal(1)
            total, previous = total + quantity * prices.pop(), end
        return total if mentions else None


def blanked(text: str, found: Iterable[Amount | OrderNumber]) -> str:
    """`text` with what was found in it blanked out, so that a price or a number is not taken for a quantity."""
    for one in found:
        text = text[: one.start] + " " * (one.end - one.start) + text[one.end :]
    return text


@lru_cache(maxsize=4096)
def _quantities_said(text: str) -> frozenset[Decimal]:
    return frozenset(quantities(fold(text)))


@lru_cache(maxsize=256)
def _numbers_of(text: str) -> frozenset[Decimal]:
    """The numbers of a text that may be money: not times, dates, phones, years or percentages."""
    plain = _RULED_OUT.sub(" ", fold(text))
    values = {value for number in re.findall(r"\d[\d.,]*\d|\d", plain) for value in readings(number)}
    return frozenset(values)
