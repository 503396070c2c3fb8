"""Cancelling orders, and being asked to cancel what is cancelled already."""

from devstack.claude_simulator.api.message import ToolCall
from devstack.claude_simulator.reading.conversation import ToolOutcome
from devstack.claude_simulator.reading.orders import Order, orders_from
from devstack.claude_simulator.selling.failures import explain
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.lists import order_lines
from devstack.claude_simulator.selling.scene import Scene, call, product_in
from devstack.claude_simulator.understanding.intents import Intent


def cancel(scene: Scene) -> Flow:
    """Cancel what is meant; look the orders up first when none is known to be open."""
    targets = _targets(scene)
    named = tuple(dict.fromkeys(product for wish in scene.heard.wishes for product in wish.products))
    if targets and named and not any(product_in(order, product) for order in targets for product in named):
        return Part(scene.say("not_in_order", product=named[0].name(scene.language)), scene.say("ask_something_else"))
    if not targets:
        return (yield from _nothing_to_cancel(scene))
    if len(targets) > 1 and not scene.heard.has(Intent.ALL):
        return Part("", f"{scene.say('ask_which_cancel')}\n{order_lines(scene, targets)}")
    if not scene.can("cancel_order"):
        return Part(scene.say("cannot_now"))
    outcomes = yield [ToolCall("cancel_order", {"order_number": order.number}) for order in targets]
    return _cancelled(scene, outcomes)


def _targets(scene: Scene) -> tuple[Order, ...]:
    number = scene.heard.order_number
    if number is not None:
        return tuple(order for order in scene.pending if order.number == number)
    products = [product for wish in scene.heard.wishes for product in wish.products]
    if products:
        with_them = tuple(o for o in scene.pending if any(product_in(o, product) for product in products))
        return with_them or scene.pending
    if scene.heard.has(Intent.ALL) or not _means_last(scene.heard.text):
        return scene.pending
    return scene.pending[:1]


def _means_last(text: str) -> bool:
    return any(word in text.lower() for word in ("אחרונה", "last", "latest", "последн", "الأخير"))


def _cancelled(scene: Scene, outcomes: list[ToolOutcome]) -> Part:
    done = [outcome for outcome in outcomes if not outcome.failed]
    failed = [outcome for outcome in outcomes if outcome.failed]
    texts = []
    if len(done) == 1:
        texts.append(scene.say("order_cancelled", number=done[0].input.get("order_number")))
    elif done:
        numbers = ", ".join(f"#{outcome.input.get('order_number')}" for outcome in done)
        texts.append(scene.say("orders_cancelled", numbers=numbers))
    texts += [explain(scene, outcome).text for outcome in failed]
    return Part(" ".join(texts), scene.say("ask_something_else"))


def _nothing_to_cancel(scene: Scene) -> Flow:
    orders = scene.orders or ()
    if scene.can("get_customer_orders"):
        (outcome,) = yield call("get_customer_orders")
        orders = orders_from(outcome.result.get("orders"))
    number = scene.heard.order_number
    meant = next((o for o in orders if number is None or o.number == number), None)
    if number is not None and meant is None:
        return Part(scene.say("order_unknown", number=number), scene.say("ask_something_else"))
    if meant is None:
        return Part(scene.say("no_orders"), scene.say("ask_what_to_order"))
    if meant.pending:
        return (yield from _cancel_found(scene, meant))
    key = "already_cancelled" if meant.status == "cancelled" else "too_late_to_cancel"
    return Part(scene.say(key, number=meant.number), scene.say("ask_something_else"))


def _cancel_found(scene: Scene, order: Order) -> Flow:
    """The look-up brought an open order to light that the context did not show."""
    outcomes = yield [ToolCall("cancel_order", {"order_number": order.number})]
    return _cancelled(scene, outcomes)
