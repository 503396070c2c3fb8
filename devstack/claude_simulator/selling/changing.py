"""Changing an open order: items out, other amounts, one product for another, address, note and date."""

from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.reading.orders import Order
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.memory import Proposal, merge_details
from devstack.claude_simulator.selling.ordering import quote, update
from devstack.claude_simulator.selling.scene import Scene, call, details_input, product_in
from devstack.claude_simulator.selling.wants import Item, sort_wishes
from devstack.claude_simulator.understanding.hearing import Clause
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.understanding.patterns import whole_words
from devstack.claude_simulator.understanding.wishes import Wish
from devstack.claude_simulator.wording.joining import join_names

_EXCEPT = whole_words("except(?: for)?", "but", "apart from", "חוץ מ", "מלבד", "פרט ל", "кроме", "ما عدا", "إلا")
_IT = whole_words("it", "that", "them", "those", "אותו", "אותה", "אותם", "את זה", "его", "её", "их", "это")
Basket = dict[str, Decimal]


def change(scene: Scene, clauses: tuple[Clause, ...]) -> Flow:
    """Apply all changes that the clauses ask for with one update of the whole list."""
    target = target_order(scene)
    if target is None:
        return (yield from nothing_open(scene))
    before: Basket = {line.sku: line.quantity for line in target.lines}
    basket = dict(before)
    problems: list[str] = []
    for clause in clauses:
        problems += _apply(scene, clause, basket)
    if problems:
        return Part(" ".join(problems))
    if not basket:
        return Part("", scene.say("ask_cancel_whole", number=target.number))
    fields = details_input(scene, scene.heard.details)
    if basket == before and not fields:
        return Part("", scene.say("ask_what_to_change", number=target.number))
    rows = [{"product": sku, "quantity": format(amount.normalize(), "f")} for sku, amount in basket.items()]
    gone = [scene.product_name(sku) for sku in before if sku not in basket]
    key = "items_removed" if gone and len(gone) + len(basket) == len(before) else "order_changed"
    return (yield from update(scene, target, rows, fields, key=key, names=join_names(gone, scene.language)))


def reprice(scene: Scene, proposal: Proposal, clauses: tuple[Clause, ...]) -> Flow:
    """Apply the changes to a basket that was priced but not ordered yet, and price it anew."""
    basket: Basket = {str(row["product"]): Decimal(str(row["quantity"])) for row in proposal.items}
    problems = [problem for clause in clauses for problem in _apply(scene, clause, basket)]
    items = [(scene.catalog.get(sku), amount) for sku, amount in basket.items()]
    if problems or not items:
        return Part(" ".join(problems) or scene.say("all_right"), scene.say("ask_what_to_order") if not items else "")
    fields = details_input(scene, merge_details(scene.memory.details, scene.heard.details))
    return (yield from quote(scene, tuple(Item(p, amount, inferred=True) for p, amount in items if p), fields))


def details(scene: Scene, target: Order) -> Flow:
    """Put address, note, date or the way of delivery into an open order; its items stay."""
    fields = details_input(scene, scene.heard.details)
    if fields.get("fulfillment") == "delivery" and not fields.get("delivery_address") and not target.delivery_address:
        return Part("", scene.say("ask_address"))
    return (yield from update(scene, target, None, fields, key="details_noted"))


def removes_it(clause: Clause) -> bool:
    """Whether what was talked about is to go ("remove it")."""
    return clause.has(Intent.REMOVE) and not (clause.wishes or clause.loose) and bool(_IT.search(clause.text))


def target_order(scene: Scene) -> Order | None:
    """The open order that is meant: the one named, the one with the product named, else the newest."""
    number = scene.heard.order_number
    if number is not None:
        return next((order for order in scene.pending if order.number == number), None)
    named = [order for order in scene.pending if any(product_in(order, product) for product in scene.heard.products)]
    return next(iter(named or scene.pending), None)


def nothing_open(scene: Scene) -> Flow:
    """There is nothing to change: look at the orders before saying so."""
    if scene.can("get_customer_orders"):
        yield call("get_customer_orders")
    number = scene.heard.order_number
    if number is not None:
        return Part(scene.say("order_not_open", number=number), scene.say("ask_something_else"))
    return Part(scene.say("no_open_order"), scene.say("ask_what_to_order"))


def _apply(scene: Scene, clause: Clause, basket: Basket) -> list[str]:
    """Change the basket by one clause; returns what could not be done, in words."""
    if exchange := _exchange(clause, basket):
        return _swap(scene, *exchange, basket)
    if clause.has(Intent.REMOVE, Intent.CANCEL):
        return _take_out(scene, clause, basket)
    if clause.has(Intent.ADD):
        return [problem for wish in clause.wishes for problem in _set(scene, wish, basket, adds=True)]
    if clause.wishes:
        return [problem for wish in clause.wishes for problem in _set(scene, wish, basket, adds=False)]
    if clause.loose:
        return _set_only_line(scene, clause, basket)
    return []


def _exchange(clause: Clause, basket: Basket) -> tuple[Wish, Wish] | None:
    """What is to go and what is to come, if one is to take the place of the other."""
    if len(clause.wishes) < 2 or not clause.has(Intent.SWAP, Intent.CHANGE):
        return None
    old, new = clause.wishes[:2]
    if _line_of(new, basket) and not _line_of(old, basket):
        old, new = new, old  # "pastrami instead of the salami"
    changes = len(clause.wishes) == 2 and old.value is None and _line_of(old, basket) and not _line_of(new, basket)
    return (old, new) if changes or clause.has(Intent.SWAP) else None


def _remove(scene: Scene, wish: Wish, basket: Basket) -> list[str]:
    if _is_doubtful(wish, basket):
        return [scene.say("ask_which_line")]
    sku = _line_of(wish, basket)
    if sku is None:
        return [scene.say("not_in_order", product=_wish_name(scene, wish))]
    product = scene.catalog.get(sku)
    less = _amount(wish, product) if product else None
    if less is not None and less < basket[sku]:
        basket[sku] -= less
    else:
        del basket[sku]
    return []


def _take_out(scene: Scene, clause: Clause, basket: Basket) -> list[str]:
    talked = [product.sku for product in scene.memory.focus if product.sku in basket]
    if removes_it(clause) and len(talked) == 1:
        del basket[talked[0]]
        return []
    if _EXCEPT.search(clause.text):
        return _keep_only(scene, clause, basket)
    return [problem for wish in clause.wishes for problem in _remove(scene, wish, basket)]


def _keep_only(scene: Scene, clause: Clause, basket: Basket) -> list[str]:
    """ "Remove everything except the pastrami"."""
    kept = {sku for wish in clause.wishes if (sku := _line_of(wish, basket))}
    if not kept:
        return [scene.say("not_in_order", product=_wish_name(scene, wish)) for wish in clause.wishes[:1]]
    for sku in set(basket) - kept:
        del basket[sku]
    return []


def _set(scene: Scene, wish: Wish, basket: Basket, *, adds: bool) -> list[str]:
    if wish.strange:
        return [scene.say("unknown_product", thing=wish.strange)]
    if _is_doubtful(wish, basket):
        return [scene.say("ask_which_line")]
    sku = _line_of(wish, basket)
    product = scene.catalog.get(sku) if sku else wish.product
    if product is None:
        return [scene.say("ask_which")]
    amount = _amount(wish, product)
    if amount is None and adds and not (wish.plural or product.by_weight):
        amount = Decimal(1)
    if amount is None:
        return [scene.say("ask_how_much_short", product=product.name(scene.language))]
    if not product.available and product.sku not in basket:
        return [scene.say("unavailable", product=product.name(scene.language))]
    basket[product.sku] = amount + (basket.get(product.sku, Decimal(0)) if adds else 0)
    return []


def _swap(scene: Scene, old: Wish, new: Wish, basket: Basket) -> list[str]:
    sku = _line_of(old, basket)
    if sku is None:
        return [scene.say("not_in_order", product=_wish_name(scene, old))]
    product = new.product
    if new.strange:
        return [scene.say("unknown_product", thing=new.strange)]
    if product is None or not product.available:
        return [
            scene.say("ask_which")
            if product is None
            else scene.say("unavailable", product=product.name(scene.language))
        ]
    amount = _amount(new, product)
    old_product = scene.catalog.get(sku)
    if amount is None and (old_product is None or old_product.by_weight != product.by_weight):
        return [scene.say("ask_how_much_short", product=product.name(scene.language))]
    basket[product.sku] = amount if amount is not None else basket[sku]
    del basket[sku]
    return []


def _set_only_line(scene: Scene, clause: Clause, basket: Basket) -> list[str]:
    """ "Make it 3": the line talked about, or the only one there is."""
    focus = scene.memory.focus
    talked = [product.sku for product in focus if product.sku in basket]
    only = next(iter(basket)) if len(basket) == 1 and (talked or not focus) else None
    sku = talked[0] if len(talked) == 1 else only
    product = scene.catalog.get(sku) if sku else None
    if product is None:
        return [scene.say("ask_which_line")]
    amount = clause.loose[-1]
    value = _amount(Wish((product,), amount.value, amount.unit, plural=False, singular=False, exact=True), product)
    if value is None:
        return [scene.say("ask_how_much_short", product=product.name(scene.language))]
    basket[product.sku] = value
    return []


def _line_of(wish: Wish, basket: Basket) -> str | None:
    return next((product.sku for product in wish.products if product.sku in basket), None)


def _is_doubtful(wish: Wish, basket: Basket) -> bool:
    """Whether several lines may be meant."""
    return sum(product.sku in basket for product in wish.products) > 1


def _amount(wish: Wish, product: Product) -> Decimal | None:
    """The wish's amount in the product's unit; None if it says none or in the wrong unit."""
    if wish.value is None:
        return None
    known = Wish((product,), wish.value, wish.unit, plural=False, singular=False, exact=True)
    items = sort_wishes((known,), ()).items
    return items[0].quantity if items else None


def _wish_name(scene: Scene, wish: Wish) -> str:
    return wish.products[0].name(scene.language)
