"""Which orders a group of messages wants placed, changed, cancelled or shown."""

import re
from dataclasses import replace
from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.selling import cancelling, changing, ordering, past
from devstack.claude_simulator.selling.flow import Flow, Part, saying
from devstack.claude_simulator.selling.memory import Proposal
from devstack.claude_simulator.selling.scene import Scene, product_in
from devstack.claude_simulator.selling.wants import go_on, is_order, is_question, ordered_wishes, sort_wishes
from devstack.claude_simulator.understanding.hearing import Clause
from devstack.claude_simulator.understanding.intents import Intent
from devstack.claude_simulator.understanding.text import words
from devstack.claude_simulator.understanding.wishes import Wish, is_each

_ORDER_WORDS = ("הזמנ", "order", "заказ", "طلب")
_CHANGES = (Intent.REMOVE, Intent.SWAP, Intent.CHANGE)
_MINUS = re.compile(r"-\d")  # a bullet, or less than nothing: nobody can tell
_POLITE = {Intent.PLEASE, Intent.YES, Intent.ORDER, Intent.THANKS, Intent.GREET}


def actions(scene: Scene) -> list[Flow]:
    """The flows that touch orders; none when the messages only talk."""
    heard = scene.heard
    if heard.has(Intent.REPEAT) and not heard.wishes:
        return [past.repeat(scene)]
    if shown := _shown(scene):
        return [shown]
    cancelling_clauses = tuple(clause for clause in heard.clauses if clause.has(Intent.CANCEL))
    if cancelling_clauses and not _lines_only(scene, cancelling_clauses):
        rest = tuple(clause for clause in heard.clauses if clause not in cancelling_clauses)
        after = replace(scene, heard=replace(heard, clauses=rest), orders=None)
        meant = replace(scene, heard=replace(heard, clauses=cancelling_clauses))
        return [cancelling.cancel(meant), *_order(after)]
    if scene.memory.asked_cancel and (heard.order_number is not None or heard.has(Intent.ALL)):
        return [cancelling.cancel(scene)]
    changes = _change_clauses(scene)
    if changes:
        return [_change(scene, changes)]
    return _answer_to_offer(scene) or _order(scene) or _details_only(scene)


def _shown(scene: Scene) -> Flow | None:
    """What the orders are or come to, when that is asked."""
    if _asks_for_total(scene):
        return past.total(scene)
    return past.my_orders(scene, _claimed(scene)) if _asks_for_orders(scene) else None


def _asks_for_orders(scene: Scene) -> bool:
    """Whether the orders are asked about, rather than named as what is to be changed."""
    heard = scene.heard
    adding = any(clause.has(Intent.ADD) and any(wish.value for wish in clause.wishes) for clause in heard.clauses)
    if heard.has(Intent.CANCEL) or adding:
        return False
    asking = [clause for clause in heard.clauses if clause.has(Intent.MY_ORDERS, Intent.PAST_ORDER)]
    return any(not clause.has(Intent.ADD, *_CHANGES) for clause in asking)


def _asks_for_total(scene: Scene) -> bool:
    """What the order comes to: asked in so many words, or as "how much is it?" right after it was placed."""
    heard, memory = scene.heard, scene.memory
    if heard.wishes or heard.amount or heard.has(Intent.BUSINESS, Intent.DISCOUNT, *_CHANGES, Intent.CANCEL):
        return False
    if any(clause.unknown or clause.categories for clause in heard.clauses):
        return False
    asks = heard.has(Intent.TOTAL) or (heard.has(Intent.PRICE) and memory.just_wrote)
    return asks and bool(scene.pending or memory.proposal)


def _claimed(scene: Scene) -> tuple[Product, ...]:
    """Products that the customer says were ordered once."""
    clauses = [clause for clause in scene.heard.clauses if clause.has(Intent.PAST_ORDER, Intent.MY_ORDERS)]
    return tuple(dict.fromkeys(wish.product for clause in clauses for wish in clause.wishes if wish.product))


def _lines_only(scene: Scene, clauses: tuple[Clause, ...]) -> bool:
    """ "Cancel the pastrami" means one line when its order has others."""
    products = [wish.product for clause in clauses for wish in clause.wishes if wish.product]
    if not products or any(word in clause.text.lower() for clause in clauses for word in _ORDER_WORDS):
        return False
    offered = {str(row.get("product")) for row in scene.memory.proposal.items} if scene.memory.proposal else set()
    if all(product.sku in offered for product in products):
        return True
    lines = [order for order in scene.pending if any(product_in(order, product) for product in products)]
    return bool(lines) and len(lines[0].lines) > len(products)


def _change_clauses(scene: Scene) -> tuple[Clause, ...]:
    """The clauses that change an open order, with additions said in the same breath."""
    heard = scene.heard
    if not scene.pending and not scene.memory.proposal and any(w.value for w in ordered_wishes(heard, changed=True)):
        return ()  # "five croissants, no, make it six": there is nothing to change yet
    changing_now = [clause for clause in heard.clauses if clause.has(*_CHANGES, Intent.CANCEL)]
    telling = [clause for clause in changing_now if clause.wishes or clause.loose or changing.removes_it(clause)]
    if telling:
        return tuple(c for c in heard.clauses if c in telling or (c.has(Intent.ADD) and c.wishes))
    if heard.has(Intent.NO) and scene.pending and scene.memory.just_wrote:
        return tuple(c for c in heard.clauses if c.loose or any(_corrects(scene, wish) for wish in c.wishes))
    if scene.edited and scene.pending:
        known = [c for c in heard.clauses if any(product_in(scene.pending[0], w.products[0]) for w in c.wishes)]
        return tuple(known)
    return ()


def _corrects(scene: Scene, wish: Wish) -> bool:
    """ "No wait, 300 grams of salami": another amount of what was just ordered."""
    return wish.value is not None and any(product_in(scene.pending[0], product) for product in wish.products)


def _change(scene: Scene, clauses: tuple[Clause, ...]) -> Flow:
    amount = scene.heard.amount
    proposal = scene.memory.proposal
    if not scene.pending and proposal and amount and len(proposal.items) == 1:
        product = scene.catalog.get(str(proposal.items[0].get("product")))
        if product:
            return ordering.order(scene, sort_wishes((_wish((product,), amount),), ()), (), adds=False)
    if proposal and _of_proposal(proposal, clauses):
        return changing.reprice(scene, proposal, clauses)
    return changing.change(scene, clauses)


def _of_proposal(proposal: Proposal, clauses: tuple[Clause, ...]) -> bool:
    """Whether the changes mean what was priced last: they name nothing, or something of it."""
    offered = {str(row.get("product")) for row in proposal.items}
    named = [product.sku for clause in clauses for wish in clause.wishes for product in wish.products]
    return not named or not offered.isdisjoint(named)


def _answer_to_offer(scene: Scene) -> list[Flow]:
    """A yes (or no) to what was offered last."""
    heard, memory = scene.heard, scene.memory
    agrees = heard.has(Intent.YES) or (heard.has(Intent.ORDER) and not heard.wishes)
    adds_nothing = not heard.wishes and heard.amount is None
    if memory.removing and heard.has(Intent.YES) and adds_nothing:
        emptied = [o for o in scene.pending if all(line.sku in _skus(memory.removing) for line in o.lines)]
        if emptied:
            return [cancelling.cancel(replace(scene, orders=(emptied[0],)))]
    if memory.proposal and adds_nothing and heard.has(Intent.NO) and heard.details.of_order:
        return [changing.reprice(scene, memory.proposal, ())]  # "no, on Sunday": the same on another day
    if memory.proposal and adds_nothing and (agrees or heard.details.of_order) and not heard.has(Intent.BUSINESS):
        return [ordering.confirm(scene, memory.proposal)]
    if memory.proposal and heard.amount and len(memory.proposal.items) == 1 and not heard.wishes:
        product = scene.catalog.get(str(memory.proposal.items[0].get("product")))
        if product:
            wanted = sort_wishes((_wish((product,), heard.amount),), ())
            sure = not any(is_question(clause) for clause in heard.clauses)
            return [ordering.order(scene, wanted, (), adds=memory.proposal.adds, sure=sure)]
    return []


def _order(scene: Scene) -> list[Flow]:
    """Place an order, or ask for what it lacks."""
    heard, memory = scene.heard, scene.memory
    unknown = tuple(
        thing
        for clause in heard.clauses
        if is_order(clause)
        for thing in (*(wish.strange for wish in clause.wishes if wish.strange), *clause.unknown)
    )
    adds = heard.has(Intent.ADD) or (memory.basket_adds and bool(memory.basket))
    if memory.basket and _continues(scene):
        wanted = sort_wishes(go_on(memory.basket, heard), memory.focus)
        return [ordering.order(scene, wanted, unknown, adds=adds)]
    wishes = () if _about_open_order(scene) else _filled(scene, ordered_wishes(heard, changed=not scene.pending))
    if wishes:
        # An amount that found no product means that something was misunderstood: price it first.
        telling = [clause for clause in heard.clauses if is_order(clause) or clause.has(Intent.CHANGE)]
        sure = not any(
            clause.loose or is_question(clause) or clause.has(Intent.DIET) or _MINUS.match(clause.text)
            for clause in telling
        )
        if memory.proposal and heard.has(Intent.NO) and not scene.pending:
            return [ordering.correct(scene, memory.proposal, sort_wishes(wishes, memory.focus), unknown)]
        if memory.proposal and heard.has(Intent.ADD) and not scene.pending:
            return [ordering.extend(scene, memory.proposal, sort_wishes(wishes, memory.focus), unknown)]
        return [ordering.order(scene, sort_wishes(wishes, memory.focus), unknown, adds=adds, sure=sure)]
    return _order_of_focus(scene, adds=adds)


def _filled(scene: Scene, wishes: tuple[Wish, ...]) -> tuple[Wish, ...]:
    """ "2 kilos" – "of which product?" – "pastrami": an amount said on its own is that of the only product named."""
    heard, said = scene.heard, scene.heard.amount or scene.memory.amount
    named = wishes or tuple(wish for clause in heard.clauses if is_order(clause) for wish in clause.wishes)
    if said is None or len(named) != 1 or named[0].value is not None or any(is_question(c) for c in heard.clauses):
        return wishes
    return (replace(named[0], value=said[0], unit=said[1]),)


def _about_open_order(scene: Scene) -> bool:
    """ "Please bring the pastrami on Friday" names what is ordered already, to tell a day or a place."""
    heard = scene.heard
    if not heard.details.of_order or not heard.wishes or heard.has(Intent.ORDER, Intent.ADD):
        return False
    named = all(any(product_in(o, p) for o in scene.pending for p in wish.products) for wish in heard.wishes)
    return named and not any(wish.singular or wish.value is not None for wish in heard.wishes)


def _continues(scene: Scene) -> bool:
    """Whether the messages go on with the unfinished order rather than leaving it."""
    heard, basket = scene.heard, scene.memory.basket
    asked = {product for wish in basket for product in wish.products}
    if heard.has(Intent.PRICE, Intent.ABOUT, Intent.HAVE, Intent.CATALOG, Intent.MILD):
        return False
    named = any(product in asked for wish in heard.wishes for product in wish.products)
    return named or heard.amount is not None or heard.details.of_order or bool(ordered_wishes(heard))


def _order_of_focus(scene: Scene, *, adds: bool) -> list[Flow]:
    """ "Yes, half a kilo please": the product is the one talked about."""
    heard, focus = scene.heard, scene.memory.focus
    if heard.wishes or heard.has(Intent.PRICE, Intent.ABOUT, Intent.HAVE, Intent.BUSINESS, Intent.CATALOG):
        return []
    if any(clause.unknown for clause in heard.clauses):
        return []
    if heard.amount:
        if not focus:
            return [saying(Part("", scene.say("ask_of_what")))]
        if heard.has(Intent.CHEAPEST):
            focus = (min(focus, key=lambda product: product.price),)
        each = focus if any(is_each(word.text) for word in words(heard.text)) else ()
        wishes = tuple(_wish((product,), heard.amount) for product in each) or (_wish(focus, heard.amount),)
        sure = len(wishes) == 1 and not any(is_question(clause) for clause in heard.clauses)
        return [ordering.order(scene, sort_wishes(wishes, ()), (), adds=adds, sure=sure)]
    only_agrees = heard.has(Intent.YES, Intent.ORDER) and all(c.intents <= _POLITE for c in heard.clauses)
    already = any(product_in(order, product) for order in scene.pending for product in focus)
    other_talk = scene.memory.offered_human or scene.memory.just_wrote or already or heard.details.of_order
    if only_agrees and focus and not other_talk:
        wish = Wish(focus, None, None, plural=True, singular=False, exact=True)
        return [ordering.order(scene, sort_wishes((wish,), ()), (), adds=adds)]
    return []


def _details_only(scene: Scene) -> list[Flow]:
    """Address, note, date or way of delivery for the open order."""
    scene = _with_last_day(scene)
    heard = scene.heard
    asks = heard.has(
        Intent.BUSINESS, Intent.PRICE, Intent.HAVE, Intent.HUMAN, Intent.COMPLAINT, Intent.HOW_ARE_YOU, Intent.BYE
    )
    asks = asks or any(is_question(clause) and not clause.has(Intent.CHANGE) for clause in heard.clauses)
    asks = asks or any(
        clause.has(Intent.ORDER, Intent.ADD) and (clause.unknown or clause.loose) for clause in heard.clauses
    )
    told = bool(heard.details.address or heard.details.notes or heard.details.same_address)
    told = told or (bool(heard.details.fulfillment) and scene.memory.asked_where and not heard.has(Intent.BUSINESS))
    if heard.details.of_order and scene.pending and (told or not asks):
        target = changing.target_order(scene)
        return [changing.details(scene, target)] if target else [changing.nothing_open(scene)]
    empty_change = [clause for clause in heard.clauses if clause.has(*_CHANGES)]
    if empty_change and not heard.wishes:
        return [changing.change(scene, ())]
    return []


def _with_last_day(scene: Scene) -> Scene:
    """ "Move it from Friday to Sunday": of two days the last is the new one."""
    details = scene.heard.details
    last = replace(details, wanted_date=details.other_date or details.wanted_date)
    return replace(scene, heard=replace(scene.heard, details=last))


def _wish(products: tuple[Product, ...], amount: tuple[Decimal, str | None]) -> Wish:
    return Wish(products, amount[0], amount[1], plural=False, singular=False, exact=True)


def _skus(products: tuple[Product, ...]) -> set[str]:
    return {product.sku for product in products}
