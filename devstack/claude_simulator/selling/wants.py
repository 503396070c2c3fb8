"""Wishes turned into order items: what is clear, what is only inferred, and what has to be asked."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.understanding.hearing import Clause, Heard
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.understanding.wishes import Wish

_QUESTIONS = (
    Intent.DISCOUNT,
    Intent.PRICE,
    Intent.ABOUT,
    Intent.MILD,
    Intent.RECOMMEND,
    Intent.PAST_ORDER,
    Intent.MY_ORDERS,
)
_SHRINKS = (Intent.REMOVE, Intent.CANCEL, Intent.SWAP, Intent.CHANGE)
_GRAMS_FROM = 50


@dataclass(frozen=True)
class Item:
    """A product and its quantity in the product's unit; `inferred` when the customer did not say it in full."""

    product: Product
    quantity: Decimal
    inferred: bool

    def as_input(self) -> dict[str, Any]:
        """The item as the order tools take it."""
        return {"product": self.product.sku, "quantity": plain(self.quantity)}


@dataclass(frozen=True)
class Wanted:
    """All wishes of a customer, sorted by what can be done with them."""

    items: tuple[Item, ...] = ()
    unclear: tuple[Wish, ...] = ()
    amountless: tuple[Wish, ...] = ()
    wrong_unit: tuple[Wish, ...] = ()
    unavailable: tuple[Product, ...] = ()

    @property
    def incomplete(self) -> bool:
        """Whether something has to be asked first."""
        return bool(self.unclear or self.amountless or self.wrong_unit)


def plain(quantity: Decimal) -> str:
    """A decimal string without trailing zeros or exponent."""
    return format(quantity.normalize(), "f")


def is_order(clause: Clause) -> bool:
    """Whether a clause wants its products, rather than asking about them or taking them away."""
    # "Add it to my order" names the order, it does not ask about it.
    asks = any(clause.has(q) for q in _QUESTIONS if not (q is Intent.MY_ORDERS and clause.has(Intent.ADD)))
    if asks or clause.has(*_SHRINKS, Intent.SUPPOSE) or (clause.has(Intent.TOTAL) and clause.question):
        return False
    asked = clause.has(Intent.HAVE) and not clause.has(Intent.ORDER, Intent.ADD)
    return bool(clause.wishes) and not asked


def is_question(clause: Clause) -> bool:
    """Whether a clause with products only asks, in words that no pattern knows: nothing is ordered on a question."""
    return clause.question and not clause.has(Intent.ORDER, Intent.ADD, Intent.PLEASE)


def ordered_wishes(heard: Heard, *, changed: bool = False) -> tuple[Wish, ...]:
    """Wishes that are to be ordered: those with a verb of wanting or with an amount.

    changed: words of changing count too, for when nothing is there that could be changed; the last amount holds.
    """
    found: list[Wish] = []
    for clause in heard.clauses:
        corrects = changed and clause.has(Intent.CHANGE) and not clause.has(*_QUESTIONS, Intent.CANCEL, Intent.REMOVE)
        if not is_order(clause) and not corrects:
            continue
        wishes = [_corrected(wish, clause) if corrects else wish for wish in clause.wishes]
        wanted = clause.has(Intent.ORDER, Intent.ADD, Intent.PLEASE) or _told_with(heard, clause)
        wanted = wanted or any(wish.value is not None for wish in wishes)  # what stands beside it is wanted as well
        found += [wish for wish in wishes if wish.singular or wanted]
    return tuple(found)


def _told_with(heard: Heard, clause: Clause) -> bool:
    """ "Chocolate cake for Friday": a product with a day or a way of delivery is wanted, if nothing is asked."""
    details = heard.details
    told = bool(details.wanted_date or details.fulfillment or details.address)
    return told and not clause.question and not clause.has(Intent.BUSINESS, Intent.COMPLAINT, Intent.NO)


def _corrected(wish: Wish, clause: Clause) -> Wish:
    last = clause.loose[-1] if clause.loose and len(clause.wishes) == 1 else None
    return replace(wish, value=last.value, unit=last.unit) if last else wish


def go_on(basket: tuple[Wish, ...], heard: Heard) -> tuple[Wish, ...]:
    """The unfinished wishes and what is said now, unless an order of other things replaces them."""
    ordered = ordered_wishes(heard)
    asked = {product for wish in basket for product in wish.products}
    complete = bool(ordered) and all(wish.product and wish.value is not None for wish in ordered)
    other = not any(product in asked for wish in heard.wishes for product in wish.products)
    nothing_settled = not sort_wishes(basket, ()).items
    if complete and other and nothing_settled and not heard.has(Intent.ADD):
        return ordered
    return join_basket(basket, heard)


def join_basket(basket: tuple[Wish, ...], heard: Heard) -> tuple[Wish, ...]:
    """The unfinished wishes of before, completed by what is said now, and the new ones."""
    basket = tuple(_without_wrong_unit(wish) for wish in basket)
    new = [wish for clause in heard.clauses if not clause.has(*_QUESTIONS) for wish in clause.wishes]
    joined: list[Wish] = []
    for old in basket:
        match = next((wish for wish in new if set(wish.products) & set(old.products)), None)
        if match:
            new.remove(match)
            joined.append(_completed(old, match))
        else:
            joined.append(old)
    amount = heard.amount
    open_places = [at for at, wish in enumerate(joined) if wish.value is None]
    if amount and len(open_places) == 1:
        joined[open_places[0]] = replace(joined[open_places[0]], value=amount[0], unit=amount[1])
    extra = [wish for wish in new if wish in ordered_wishes(heard)]
    return (*joined, *extra)


def _without_wrong_unit(wish: Wish) -> Wish:
    fits = wish.product is None or _fits(wish.unit, wish.product)
    return wish if fits else replace(wish, value=None, unit=None)


def sort_wishes(wishes: tuple[Wish, ...], focus: tuple[Product, ...]) -> Wanted:
    """Decide for each wish whether it can be ordered; a doubt between products is settled by the one talked about."""
    wanted = Wanted()
    for wish in wishes:
        in_focus = [product for product in wish.products if product in focus]
        if len(wish.products) > 1 and len(in_focus) == 1:
            wish = replace(wish, products=(in_focus[0],), guessed=True)  # noqa: PLW2901 - the same wish without doubt
        wanted = _sorted_in(wanted, wish)
    return wanted


def _sorted_in(wanted: Wanted, wish: Wish) -> Wanted:
    product = wish.product
    if product is None:
        return replace(wanted, unclear=(*wanted.unclear, wish))
    if not product.available:
        return replace(wanted, unavailable=(*wanted.unavailable, product))
    if wish.value is None:
        if not product.by_weight and (wish.singular or not wish.plural):
            return _with_item(wanted, Item(product, Decimal(1), inferred=not wish.singular))
        return replace(wanted, amountless=(*wanted.amountless, wish))
    if not _fits(wish.unit, product):
        return replace(wanted, wrong_unit=(*wanted.wrong_unit, _without_wrong_unit(wish)))
    item = _item(product, wish.value, wish.unit)
    return _with_item(wanted, replace(item, inferred=True) if wish.guessed else item)


def _fits(unit: str | None, product: Product) -> bool:
    """Whether the product is sold by that unit; whole things are not sold by the slice."""
    if unit == "slice":
        return product.unit.lower() == "slice"
    return unit is None or (unit != "other" and product.by_weight != (unit == "piece"))


def _item(product: Product, value: Decimal, unit: str | None) -> Item:
    if not product.by_weight:
        return Item(product, value, inferred=False)
    grams = unit == "g" or (unit is None and value >= _GRAMS_FROM)
    return Item(product, value / 1000 if grams else value, inferred=unit is None)


def _with_item(wanted: Wanted, item: Item) -> Wanted:
    """Add an item; the same product twice is added up."""
    for at, old in enumerate(wanted.items):
        if old.product is item.product:
            merged = Item(old.product, old.quantity + item.quantity, old.inferred or item.inferred)
            return replace(wanted, items=(*wanted.items[:at], merged, *wanted.items[at + 1 :]))
    return replace(wanted, items=(*wanted.items, item))


def _completed(old: Wish, new: Wish) -> Wish:
    narrowed = tuple(product for product in old.products if product in new.products)
    value, unit = (new.value, new.unit) if new.value is not None else (old.value, old.unit)
    return replace(old, products=narrowed, value=value, unit=unit, singular=old.singular or new.singular)
