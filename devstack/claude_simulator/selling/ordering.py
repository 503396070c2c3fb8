"""Placing an order, pricing one that was only implied, and asking for what is missing."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.reading.conversation import ToolOutcome
from devstack.claude_simulator.reading.orders import Order, decimal_from, order_from
from devstack.claude_simulator.selling.failures import explain
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.lists import price_lines
from devstack.claude_simulator.selling.memory import Proposal, merge_details
from devstack.claude_simulator.selling.scene import Scene, call, details_input, items_input
from devstack.claude_simulator.selling.wants import Item, Wanted
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.understanding.wishes import Wish
from devstack.claude_simulator.wording.amounts import line, per_unit
from devstack.claude_simulator.wording.joining import join_names


def order(scene: Scene, wanted: Wanted, unknown: tuple[str, ...], *, adds: bool, sure: bool = True) -> Flow:
    """Do what can be done with the wishes: ask, price first, or order at once."""
    remarks = [remark_unavailable(scene, product) for product in wanted.unavailable]
    remarks += [scene.say("unknown_product", thing=thing) for thing in unknown]
    if scene.heard.details.other_date and wanted.items:
        return Part("", scene.say("ask_one_day"))
    if wanted.incomplete:
        return Part(" ".join(remarks), _question(scene, wanted))
    if not wanted.items:
        return Part(" ".join(remarks), scene.say("ask_something_else"))
    items = [item.as_input() for item in wanted.items]
    fields = details_input(scene, merge_details(scene.memory.details, scene.heard.details))
    # Who names a sum of their own may expect another price than ours: they hear ours first.
    if remarks or not sure or scene.heard.names_money or any(item.inferred for item in wanted.items):
        part = yield from quote(scene, wanted.items, fields)
        return Part(" ".join([*remarks, part.text]), part.ask)
    target = scene.pending[0] if adds and scene.pending else None
    if target and not _other_day(target, fields):
        return (yield from add(scene, target, items, fields))
    return (yield from create(scene, items, fields))


def extend(scene: Scene, proposal: Proposal, wanted: Wanted, unknown: tuple[str, ...]) -> Flow:
    """More of something for a basket that was priced but not ordered yet: price it as a whole."""
    offered = [
        (scene.catalog.get(str(row.get("product"))), decimal_from(row.get("quantity"))) for row in proposal.items
    ]
    items = tuple(Item(product, amount, inferred=True) for product, amount in offered if product and amount)
    return (yield from order(scene, replace(wanted, items=(*items, *wanted.items)), unknown, adds=False))


def correct(scene: Scene, proposal: Proposal, wanted: Wanted, unknown: tuple[str, ...]) -> Flow:
    """Other amounts for a basket that was priced but not ordered yet: price it anew."""
    anew = {item.product.sku for item in wanted.items}
    rows = tuple(row for row in proposal.items if row.get("product") not in anew)
    return (yield from extend(scene, replace(proposal, items=rows), wanted, unknown))


def create(scene: Scene, items: list[dict[str, Any]], fields: dict[str, Any]) -> Flow:
    """Place an order and say so only if it was placed."""
    if not scene.can("create_order"):
        return Part(scene.say("cannot_now"))
    (outcome,) = yield call("create_order", items=items, **fields)
    placed = order_from(outcome.result.get("order"))
    if outcome.failed or placed is None:
        return explain(scene, outcome)
    key = "order_placed_beside" if scene.pending else "order_placed"
    text = scene.say(key, number=placed.number, total=_total(scene, placed))
    return Part(text, ask_where(scene, placed))


def add(scene: Scene, target: Order, items: list[dict[str, Any]], fields: dict[str, Any]) -> Flow:
    """Add items to an open order; the tool takes the whole new list."""
    merged = {row["product"]: row["quantity"] for row in items_input(target)}
    for row in items:
        old = decimal_from(merged.get(row["product"])) or Decimal(0)
        merged[row["product"]] = format((old + Decimal(row["quantity"])).normalize(), "f")
    rows = [{"product": sku, "quantity": amount} for sku, amount in merged.items()]
    names = join_names([scene.product_name(row["product"]) for row in items], scene.language)
    return (yield from update(scene, target, rows, fields, key="items_added", names=names))


def update(
    scene: Scene, target: Order, rows: list[dict[str, Any]] | None, fields: dict[str, Any], *, key: str, names: str = ""
) -> Flow:
    """Change an open order and say so only if it was changed."""
    if not scene.can("update_order"):
        return Part(scene.say("cannot_now"))
    given = {"items": rows} if rows is not None else {}
    if "notes" in fields and target.notes and not scene.heard.has(Intent.CHANGE):
        fields = {**fields, "notes": f"{target.notes}, {fields['notes']}"}  # a new note replaces the old one
    (outcome,) = yield call("update_order", order_number=target.number, **given, **fields)
    changed = order_from(outcome.result.get("order"))
    if outcome.failed or changed is None:
        return explain(scene, outcome)
    text = scene.say(key, names=names, number=changed.number, total=_total(scene, changed))
    asked = rows is None or scene.memory.asked_where
    return Part(text, "" if asked else ask_where(scene, changed))


def quote(scene: Scene, items: tuple[Item, ...], fields: dict[str, Any]) -> Flow:
    """Price items without ordering them; `fields` are checked along with them where the tool takes them."""
    if not scene.can("quote_order"):
        return Part("", scene.say("ask_order_items", items=_item_names(scene, items)))
    (outcome,) = yield call("quote_order", items=[item.as_input() for item in items], **fields)
    total = _quoted(outcome)
    if outcome.failed or total is None:
        return explain(scene, outcome)
    text = scene.say("quoted", items=_item_names(scene, items), total=scene.money(total))
    return Part(text, scene.say("ask_order_it"))


def confirm(scene: Scene, proposal: Proposal) -> Flow:
    """The customer said yes to a priced basket."""
    fields = details_input(scene, merge_details(scene.memory.details, scene.heard.details))
    rows = [dict(row) for row in proposal.items]
    if proposal.adds and scene.pending and not _other_day(scene.pending[0], fields):
        names = join_names([scene.product_name(str(row.get("product"))) for row in rows], scene.language)
        if any(row["product"] in {line.sku for line in scene.pending[0].lines} for row in rows):
            return (yield from update(scene, scene.pending[0], rows, fields, key="order_changed"))
        return (
            yield from update(
                scene, scene.pending[0], [*items_input(scene.pending[0]), *rows], fields, key="items_added", names=names
            )
        )
    return (yield from create(scene, rows, fields))


def _other_day(target: Order, fields: dict[str, Any]) -> bool:
    """Whether what comes to an order is wanted on another day than the rest of it: it is an order of its own then."""
    day = fields.get("wanted_date")
    return bool(day and target.wanted_date and day != target.wanted_date)


def ask_where(scene: Scene, placed: Order) -> str:
    """Delivery or pickup, as long as the order does not say."""
    if not placed.fulfillment:
        return scene.say("ask_where")
    if placed.fulfillment == "delivery" and not placed.delivery_address:
        return scene.say("ask_address")
    return ""


def remark_unavailable(scene: Scene, product: Product) -> str:
    """A product is out, with what else its category has."""
    others = [
        other.name(scene.language)
        for other in scene.catalog.products
        if other.available and other is not product and other.category == product.category
    ]
    key = "unavailable_instead" if others else "unavailable"
    return scene.say(
        key, product=product.name(scene.language), others=join_names(others[:3], scene.language, last="or")
    )


def _question(scene: Scene, wanted: Wanted) -> str:
    """The one question that helps most."""
    if wanted.unclear:
        return f"{scene.say('ask_which')}\n{price_lines(scene, list(wanted.unclear[0].products))}"
    if wanted.wrong_unit:
        product = wanted.wrong_unit[0].product
        key = "ask_kilos" if product and product.by_weight else "ask_pieces"
        return scene.say(key, product=product.name(scene.language) if product else "")
    return _ask_amount(scene, wanted.amountless)


def _ask_amount(scene: Scene, wishes: tuple[Wish, ...]) -> str:
    products = [wish.product for wish in wishes if wish.product]
    if len(products) > 1:
        return scene.say("ask_amounts", names=join_names([p.name(scene.language) for p in products], scene.language))
    product = products[0]
    key = "ask_how_much" if product.by_weight else "ask_how_many"
    price = per_unit(scene.money(product.price), product.unit, scene.language)
    return scene.say(key, product=product.name(scene.language), price=price)


def _item_names(scene: Scene, items: tuple[Item, ...]) -> str:
    shown = [
        line(item.product.name(scene.language), item.quantity, item.product.unit, scene.language) for item in items
    ]
    return join_names(shown, scene.language)


def _total(scene: Scene, placed: Order) -> str:
    return scene.money(placed.total, placed.currency) if placed.total is not None else ""


def _quoted(outcome: ToolOutcome) -> Any:
    priced = outcome.result.get("quote")
    return decimal_from(priced.get("total")) if isinstance(priced, dict) else None
