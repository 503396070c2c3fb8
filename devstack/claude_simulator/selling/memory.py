"""What earlier turns left open, worked out anew from the history in each request."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from devstack.claude_simulator.reading.catalog import EMPTY, Catalog, Product
from devstack.claude_simulator.reading.conversation import ToolOutcome, Turn
from devstack.claude_simulator.selling.wants import go_on, ordered_wishes, sort_wishes
from devstack.claude_simulator.understanding.details import Details
from devstack.claude_simulator.understanding.hearing import Heard, hear
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.understanding.products import find_products
from devstack.claude_simulator.understanding.text import clean, words
from devstack.claude_simulator.understanding.wishes import Wish

_TURNS = 6
_BASKET_LIVES = 2
_WRITES = {"create_order", "update_order", "cancel_order"}
_LONGEST_REPLY = 700
_STAFF_KEPT = 10


@dataclass(frozen=True)
class Proposal:
    """An order that was priced or refused and waits for a yes; `adds` when it is to join the open order."""

    items: tuple[dict[str, Any], ...]
    adds: bool


@dataclass(frozen=True)
class Memory:
    """Open ends of the conversation before the current turn."""

    basket: tuple[Wish, ...] = ()
    basket_adds: bool = False
    basket_age: int = 0
    details: Details = field(default_factory=Details)
    proposal: Proposal | None = None
    focus: tuple[Product, ...] = ()
    asked_where: bool = False
    asked_cancel: bool = False
    offered_human: bool = False
    removing: tuple[Product, ...] = ()
    just_wrote: bool = False
    amount: tuple[Decimal, str | None] | None = None
    staff: tuple[str, ...] = ()
    language: str | None = None
    wanted_language: str | None = None
    turns: int = 0


def remember(past: list[Turn], catalog: Catalog, today: date | None) -> Memory:
    """Fold the last turns into what still matters."""
    memory = Memory(turns=len(past))
    for turn in past[:-_TURNS]:
        memory = _languages(memory, hear(turn.words, EMPTY, None))
    for turn in past[-_TURNS:]:
        memory = _after(memory, turn, hear(turn.words, catalog, today), catalog)
    return memory


def _languages(memory: Memory, heard: Heard) -> Memory:
    return replace(
        memory,
        language=heard.language or memory.language,
        wanted_language=heard.wanted_language or memory.wanted_language,
    )


def _after(memory: Memory, turn: Turn, heard: Heard, catalog: Catalog) -> Memory:
    written = [outcome for outcome in turn.outcomes if outcome.name in _WRITES and not outcome.failed]
    memory = _languages(memory, heard)
    memory = replace(
        memory,
        proposal=_proposal(memory, turn, heard),
        focus=_focus(memory, turn, heard, catalog),
        asked_where=any(map(_without_place, written)) or (memory.asked_where and not turn.outcomes),
        asked_cancel=heard.has(Intent.CANCEL) and not turn.outcomes,
        offered_human=heard.has(Intent.DISCOUNT, Intent.DIET, Intent.WHOLESALE) and not turn.outcomes,
        removing=heard.products if heard.has(Intent.REMOVE, Intent.CANCEL) and not written else (),
        just_wrote=bool(written),
        amount=None if heard.wishes or turn.outcomes or memory.focus or memory.basket else heard.amount,
        staff=(*memory.staff, *turn.staff)[-_STAFF_KEPT:],
    )
    if turn.staff:  # a person dealt with it: nothing of it is still to be asked
        memory = replace(memory, proposal=None, asked_where=False, asked_cancel=False, offered_human=False, removing=())
        return replace(memory, basket=(), basket_age=0, details=Details())
    if written or (heard.has(Intent.NO, Intent.CANCEL) and memory.proposal is None):
        return replace(memory, basket=(), basket_age=0, details=Details())
    return _basket_after(memory, turn, heard, catalog)


def _basket_after(memory: Memory, turn: Turn, heard: Heard, catalog: Catalog) -> Memory:
    wishes = go_on(memory.basket, heard) if memory.basket else ordered_wishes(heard)
    wishes = _without_refused(wishes, turn.outcomes, catalog)
    if memory.proposal or not sort_wishes(wishes, ()).incomplete:
        kept = merge_details(memory.details, heard.details) if memory.proposal else Details()
        return replace(memory, basket=(), basket_age=0, details=kept)
    renewed = wishes != memory.basket
    age = 0 if renewed else memory.basket_age + 1
    if age >= _BASKET_LIVES:
        return replace(memory, basket=(), basket_age=0, details=Details())
    return replace(
        memory,
        basket=wishes,
        basket_age=age,
        basket_adds=heard.has(Intent.ADD) if renewed else memory.basket_adds,
        details=merge_details(memory.details, heard.details),
    )


def merge_details(old: Details, new: Details) -> Details:
    """What is said now, else what was said before."""
    return Details(
        address=new.address or old.address,
        address_is_own=new.address_is_own or old.address_is_own,
        same_address=new.same_address or old.same_address,
        notes=new.notes or old.notes,
        fulfillment=new.fulfillment or old.fulfillment,
        wanted_date=new.wanted_date or old.wanted_date,
        name=new.name,
        phone=new.phone,
    )


def _without_refused(wishes: tuple[Wish, ...], outcomes: Iterable[ToolOutcome], catalog: Catalog) -> tuple[Wish, ...]:
    """Forget amounts that the order service refused, so that a new one takes their place."""
    for outcome in outcomes:
        field_name = str(_error(outcome).get("field") or "")
        items = outcome.input.get("items")
        if not field_name.endswith("quantity") or not isinstance(items, list):
            continue
        index = int("".join(char for char in field_name if char.isdigit()) or 0)
        product = catalog.get(str(items[index].get("product"))) if index < len(items) else None
        wishes = tuple(
            replace(wish, value=None, unit=None, plural=True, singular=False) if product in wish.products else wish
            for wish in wishes
        )
    return wishes


def _proposal(memory: Memory, turn: Turn, heard: Heard) -> Proposal | None:
    changes = heard.has(Intent.CHANGE, Intent.REMOVE, Intent.SWAP, Intent.NO)
    joins = heard.has(Intent.ADD) or (changes and memory.proposal is not None and memory.proposal.adds)
    for outcome in reversed(turn.outcomes):
        quoted = outcome.name == "quote_order" and not outcome.failed
        moved = outcome.name in ("create_order", "update_order") and "PRICE" in str(_error(outcome).get("reason"))
        items = outcome.input.get("items")
        if (quoted or moved) and isinstance(items, list):
            adds = (quoted and joins) or outcome.name == "update_order"
            return Proposal(tuple(items), adds)
    return None


def _focus(memory: Memory, turn: Turn, heard: Heard, catalog: Catalog) -> tuple[Product, ...]:
    """What is talked about: what the customer named, else the few products that the reply named."""
    if heard.products:
        return heard.products
    named = _named_in(turn.reply[:_LONGEST_REPLY], catalog)
    return named if 0 < len(named) <= 3 else memory.focus


@lru_cache(maxsize=1024)
def _named_in(reply: str, catalog: Catalog) -> tuple[Product, ...]:
    """The products that a reply names in full."""
    mentions = find_products(words(clean(reply)), catalog)
    return tuple(dict.fromkeys(mention.products[0] for mention in mentions if mention.exact and mention.product))


def _without_place(outcome: ToolOutcome) -> bool:
    order = outcome.result.get("order")
    return outcome.name != "cancel_order" and isinstance(order, dict) and not order.get("fulfillment")


def _error(outcome: ToolOutcome) -> dict[str, Any]:
    error = outcome.result.get("error")
    return error if isinstance(error, dict) else {}
