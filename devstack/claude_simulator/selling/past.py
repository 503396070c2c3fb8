"""What the customer ordered before."""

from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.reading.orders import Order, orders_from
from devstack.claude_simulator.selling.failures import explain
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.lists import order_contents, order_lines
from devstack.claude_simulator.selling.ordering import quote
from devstack.claude_simulator.selling.scene import Scene, call, product_in
from devstack.claude_simulator.selling.wants import Item
from devstack.claude_simulator.understanding.intents import Intent

_SHOWN = 5


def my_orders(scene: Scene, claimed: tuple[Product, ...]) -> Flow:
    """Show the orders; say plainly when there is none with a product that the customer remembers."""
    orders = scene.orders or ()
    if scene.can("get_customer_orders"):
        (outcome,) = yield call("get_customer_orders")
        if outcome.failed:
            return explain(scene, outcome)
        orders = orders_from(outcome.result.get("orders"))
    number = scene.heard.order_number
    if number is not None:
        orders = tuple(order for order in orders if order.number == number)
        if not orders:
            return Part(scene.say("order_unknown", number=number), scene.say("ask_something_else"))
    claims = [_claim(scene, product, orders) for product in claimed]
    if not orders:
        return Part(" ".join(claims) or scene.say("no_orders"), _offer(scene, claimed, orders))
    shown = order_lines(scene, orders[:_SHOWN])
    text = "\n".join([scene.say("your_orders"), shown, *(["", *claims] if claims else [])])
    return Part(text, _offer(scene, claimed, orders))


def total(scene: Scene) -> Flow:
    """What the open order comes to (the newest, or the one named), else the basket that was priced last."""
    orders = scene.pending
    if not orders and scene.memory.proposal:
        rows = [(scene.catalog.get(str(row.get("product"))), row) for row in scene.memory.proposal.items]
        items = [Item(product, Decimal(str(row.get("quantity"))), inferred=True) for product, row in rows if product]
        return (yield from quote(scene, tuple(items), {}))
    if scene.can("get_customer_orders"):
        (outcome,) = yield call("get_customer_orders")
        if outcome.failed:
            return explain(scene, outcome)
        orders = tuple(order for order in orders_from(outcome.result.get("orders")) if order.pending)
    number = scene.heard.order_number
    meant = [order for order in orders if number is None or order.number == number]
    told = [_comes_to(scene, order) for order in (meant if scene.heard.has(Intent.ALL) else meant[:1])]
    return Part(" ".join(told) or scene.say("no_open_order"), scene.say("ask_something_else"))


def _comes_to(scene: Scene, order: Order) -> str:
    shown = scene.money(order.total, order.currency) if order.total is not None else ""
    return scene.say("order_total", number=order.number, total=shown, items=order_contents(scene, order))


def repeat(scene: Scene) -> Flow:
    """The same as last time: priced first, since the customer did not spell it out."""
    known = scene.orders or ()
    last = next((order for order in known if order.status != "cancelled"), next(iter(known), None))
    items = _items(scene, last) if last else ()
    if last is None or not items:
        return Part(scene.say("no_order_to_repeat"), scene.say("ask_what_to_order"))
    return (yield from quote(scene, items, {}))


def _items(scene: Scene, order: Order) -> tuple[Item, ...]:
    found = [(scene.catalog.get(line.sku), line.quantity) for line in order.lines]
    return tuple(Item(product, quantity, inferred=True) for product, quantity in found if product and product.available)


def _claim(scene: Scene, product: Product, orders: tuple[Order, ...]) -> str:
    match = next((order for order in orders if product_in(order, product)), None)
    name = product.name(scene.language)
    if match is None:
        return scene.say("no_order_with", product=name)
    return scene.say("order_with", product=name, number=match.number)


def _offer(scene: Scene, claimed: tuple[Product, ...], orders: tuple[Order, ...]) -> str:
    missing = [product for product in claimed if not any(product_in(order, product) for order in orders)]
    if len(missing) == 1:
        return scene.say("ask_hear_about", product=missing[0].name(scene.language))
    return scene.say("ask_something_else") if orders else scene.say("ask_what_to_order")
