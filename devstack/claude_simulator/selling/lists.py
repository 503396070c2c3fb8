"""Lists in a reply: the catalog, prices, orders."""

from collections.abc import Iterable

from devstack.claude_simulator.reading.catalog import Product, pick
from devstack.claude_simulator.reading.orders import Order
from devstack.claude_simulator.selling.scene import Scene
from devstack.claude_simulator.wording.amounts import line, per_unit
from devstack.claude_simulator.wording.joining import join_names

_STATES = ("pending", "confirmed", "completed", "cancelled")


def catalog_list(scene: Scene) -> str:
    """All products under their categories."""
    groups: dict[str, list[Product]] = {}
    for product in scene.catalog.products:
        groups.setdefault(pick(product.category, scene.language), []).append(product)
    blocks = []
    for title, products in groups.items():
        rows = price_lines(scene, products)
        blocks.append(f"{title}:\n{rows}" if title else rows)
    return "\n\n".join(blocks)


def price_lines(scene: Scene, products: Iterable[Product]) -> str:
    """A line for each product with its price."""
    return "\n".join(_price_line(scene, product) for product in products)


def order_lines(scene: Scene, orders: Iterable[Order]) -> str:
    """A line for each order: number, state, contents, total."""
    return "\n".join(_order_line(scene, order) for order in orders)


def _price_line(scene: Scene, product: Product) -> str:
    price = per_unit(scene.money(product.price), product.unit, scene.language)
    text = f"• {product.name(scene.language)} – {price}"
    return text if product.available else f"{text} ({scene.say('sold_out')})"


def _order_line(scene: Scene, order: Order) -> str:
    contents = order_contents(scene, order)
    status = scene.say(f"status_{order.status}") if order.status in _STATES else order.status
    total = f", {scene.money(order.total, order.currency)}" if order.total is not None else ""
    return f"• #{order.number} ({status}): {contents}{total}"


def order_contents(scene: Scene, order: Order) -> str:
    """What is in an order, in one line."""
    return join_names([_contents(scene, order, at) for at in range(len(order.lines))], scene.language)


def _contents(scene: Scene, order: Order, at: int) -> str:
    row = order.lines[at]
    product = scene.catalog.get(row.sku)
    name = scene.product_name(row.sku, row.name)
    return line(name, row.quantity, product.unit if product else "kg" if row.quantity % 1 else "each", scene.language)
