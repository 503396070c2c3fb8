"""Which questions a group of messages asks, and the flows that answer them."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.selling import browsing, ordering, service
from devstack.claude_simulator.selling.flow import Flow, Part, saying
from devstack.claude_simulator.selling.scene import Scene
from devstack.claude_simulator.selling.wants import is_order, sort_wishes
from devstack.claude_simulator.understanding.hearing import Clause
from devstack.claude_simulator.understanding.intents import Intent, matched
from devstack.claude_simulator.understanding.patterns import whole_words
from devstack.claude_simulator.understanding.products import category_key, same_word
from devstack.claude_simulator.understanding.text import clean, stem, words
from devstack.claude_simulator.understanding.wishes import Wish

_OF_IT = whole_words(
    "(?:is|are|isn't|aren't) (?:it|they|this|that|these|those)",
    "זה",
    "הוא",
    "היא",
    "הם",
    "הן",
    "он",
    "она",
    "они",
    "это",
    "هو",
    "هي",
    "هل هذا",
)
_ORDER_TALK = (
    Intent.TOTAL,
    Intent.REMOVE,
    Intent.CANCEL,
    Intent.SWAP,
    Intent.CHANGE,
    Intent.PAST_ORDER,
    Intent.MY_ORDERS,
)


def questions(scene: Scene, *, acted: bool) -> list[Flow]:
    """One flow for each thing asked about the goods or the business."""
    clauses = [clause for clause in scene.heard.clauses if not _done_by_action(clause, acted=acted)]
    goods = _goods(scene, clauses)
    return [*goods, *_service(scene)] if goods or acted else _service(scene) or _bare_product(scene, clauses)


def _done_by_action(clause: Clause, *, acted: bool) -> bool:
    ordered = is_order(clause) and (
        clause.has(Intent.ORDER, Intent.ADD, Intent.PLEASE) or any(w.value for w in clause.wishes)
    )
    # "How much is it?" beside an action is answered by the total that the action tells.
    of_it = clause.has(Intent.PRICE) and not (clause.wishes or clause.unknown or clause.loose or clause.categories)
    return acted and ((ordered and not clause.has(Intent.DIET)) or of_it or clause.has(*_ORDER_TALK))


def _goods(scene: Scene, clauses: list[Clause]) -> list[Flow]:
    """The one answer about goods that fits best; two lists in one reply would be too much."""
    finders: tuple[Callable[[Scene, list[Clause]], Flow | None], ...] = (
        _mild,
        _diet,
        _cheapest,
        _price,
        _unknown,
        _advice,
        _about,
        _have,
        _catalog,
    )
    for find in finders:
        flow = find(scene, clauses)
        if flow:
            # What is asked of a thing ("gluten free") is no part of its name.
            named = _not_sold(scene, [c for c in clauses if not (find is _diet and c.has(Intent.DIET))])
            return [*named, flow]
    return []


def _not_sold(scene: Scene, clauses: list[Clause]) -> list[Flow]:
    """What was named resembles a product, but is another thing: that comes first."""
    things = dict.fromkeys(wish.strange for clause in clauses for wish in clause.wishes if wish.strange)
    return [saying(Part(scene.say("unknown_product", thing=thing))) for thing in things]


def _mild(scene: Scene, clauses: list[Clause]) -> Flow | None:
    soft = [clause for clause in clauses if clause.has(Intent.MILD)]
    hot = [
        clause
        for clause in clauses
        if clause.has(Intent.HOT)
        and (clause.question or clause.has(Intent.HAVE, Intent.RECOMMEND, Intent.CATALOG))
        and not _exact(clause)
    ]
    if not soft and not hot:
        return None
    among = tuple(p for clause in clauses if clause in soft or clause in hot for p in _all_products(clause))
    meant = scene.memory.focus
    if not among and len(meant) == 1 and all(_OF_IT.search(clause.text) for clause in (*soft, *hot)):
        return saying(browsing.how_hot(scene, meant[0]))
    return saying(browsing.mild(scene, among, hot=not soft))


def _price(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if _asks_price(clause)]
    if not asking:
        return None
    wishes = tuple(wish for clause in asking for wish in clause.wishes)
    amount = next((clause.loose[0] for clause in asking if clause.loose), None)
    focus = scene.heard.products or scene.memory.focus
    if not wishes and focus and not any(clause.unknown for clause in asking):
        value, unit = (amount.value, amount.unit) if amount else (None, None)
        wishes = tuple(_wish(product, value, unit) for product in focus)
    if any(wish.value is not None for wish in wishes):
        return _priced(scene, wishes)
    if wishes:
        products = tuple(dict.fromkeys(product for wish in wishes for product in wish.products))
        return saying(browsing.prices(scene, products))
    if any(clause.unknown for clause in asking):
        return None
    return _of_category(scene, asking) or saying(browsing.catalog(scene))


def _asks_price(clause: Clause) -> bool:
    """Whether a clause asks what something costs, or what it would cost to take it."""
    if clause.has(Intent.BUSINESS):
        return False
    if clause.has(Intent.TOTAL, Intent.SUPPOSE):
        return bool(clause.wishes)
    return clause.has(Intent.PRICE)


def _priced(scene: Scene, wishes: tuple[Wish, ...]) -> Flow:
    """A price for an amount: the order service computes it, and nothing is ordered."""
    wanted = sort_wishes(wishes, scene.memory.focus)
    if wanted.incomplete or not wanted.items:
        return ordering.order(scene, wanted, (), adds=False)
    return ordering.quote(scene, wanted.items, {})


def _unknown(scene: Scene, clauses: list[Clause]) -> Flow | None:
    bare = [clause for clause in clauses if not clause.wishes and not clause.has(Intent.RECOMMEND)]
    things = tuple(dict.fromkeys(thing for clause in bare for thing in clause.unknown))
    if not things or scene.heard.has(
        Intent.HUMAN, Intent.BUSINESS, Intent.DISCOUNT, Intent.COMPLAINT, Intent.WHOLESALE
    ):
        return None
    kinds = _kinds(scene, things)
    return saying(browsing.group(scene, kinds)) if kinds else browsing.unknown(scene, things)


def _kinds(scene: Scene, things: tuple[str, ...]) -> tuple[Product, ...]:
    """Products of the categories that a word for them names in part: "meat" of "Fresh Meat" and "Deli Meat"."""
    spoken = [word.text for thing in things for word in words(thing)]
    return tuple(
        product
        for product in scene.catalog.products
        if spoken and all(any(same_word(word, part) for part in _category_stems(product)) for word in spoken)
    )


def _category_stems(product: Product) -> list[str]:
    return [stem(part.text) for name in product.category.values() for part in words(clean(name))]


def _diet(scene: Scene, clauses: list[Clause]) -> Flow | None:
    """Gluten, nuts, kosher: only what the catalog says, never a guess."""
    said = [word for clause in clauses if clause.has(Intent.DIET) for word in matched(Intent.DIET, clause.text)]
    return saying(browsing.diet(scene, said)) if said else None


def _cheapest(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if clause.has(Intent.CHEAPEST)]
    if not asking:
        return None
    among = tuple(product for clause in asking for product in _all_products(clause))
    return saying(browsing.cheapest(scene, among or (scene.memory.focus[1:] and scene.memory.focus)))


def _advice(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if clause.has(Intent.RECOMMEND) and not clause.wishes]
    return (_of_category(scene, asking) or saying(browsing.recommend(scene))) if asking else None


def _about(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if clause.has(Intent.ABOUT) and not clause.has(Intent.BUSINESS)]
    if not asking:
        return None
    products = tuple(dict.fromkeys(product for clause in asking for product in _all_products(clause)))
    products = products or scene.memory.focus
    if len(products) > 3:
        return saying(browsing.group(scene, products))
    return saying(browsing.about(scene, products)) if products else None


def _have(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if clause.has(Intent.HAVE) and not clause.has(Intent.BUSINESS)]
    wishes = tuple(wish for clause in asking for wish in clause.wishes)
    if any(wish.value is not None for wish in wishes):
        return _priced(scene, wishes)
    if wishes and (any(wish.exact for wish in wishes) or not any(clause.categories for clause in asking)):
        return saying(_group_or_about(scene, wishes))
    return _of_category(scene, asking)


def _catalog(scene: Scene, clauses: list[Clause]) -> Flow | None:
    asking = [clause for clause in clauses if clause.has(Intent.CATALOG)]
    if asking:
        return _of_category(scene, asking) or saying(browsing.catalog(scene))
    if any(
        clause.has(Intent.HAVE) and not clause.has(Intent.BUSINESS, Intent.WHOLESALE) and clause.question
        for clause in clauses
    ):
        return saying(browsing.recommend(scene))
    return None


def _bare_product(scene: Scene, clauses: list[Clause]) -> list[Flow]:
    """Just the name of a product or a category: tell of it."""
    focus = scene.memory.focus
    wishes = tuple(w if clause.categories else _settled(w, focus) for clause in clauses for w in clause.wishes)
    if wishes:
        return [*_not_sold(scene, clauses), saying(_group_or_about(scene, wishes))]
    named = _of_category(scene, clauses)
    return [named] if named else []


def _settled(wish: Wish, focus: tuple[Product, ...]) -> Wish:
    """A word that fits several products means the one talked about."""
    meant = tuple(product for product in wish.products if product in focus)
    return replace(wish, products=meant) if len(meant) == 1 else wish


def _service(scene: Scene) -> list[Flow]:
    heard = scene.heard
    flows: list[Flow] = []
    if heard.has(Intent.BUSINESS):
        flows.append(service.business_info(scene))
    if heard.has(Intent.COMPLAINT):
        flows.append(service.human(scene, complaint=True))
    elif heard.has(Intent.HUMAN) or (scene.memory.offered_human and heard.has(Intent.YES)):
        flows.append(service.human(scene, complaint=False))
    if heard.has(Intent.DISCOUNT):
        flows.append(saying(service.discount(scene)))
    if heard.has(Intent.WHOLESALE) and not heard.wishes:
        flows.append(saying(Part(scene.say("info_missing"), scene.say("ask_human_for_detail"))))
    if heard.has(Intent.WHO):
        flows.append(saying(Part(scene.say("who_i_am"), scene.say("ask_how_to_help"))))
    return flows


def _of_category(scene: Scene, clauses: list[Clause]) -> Flow | None:
    keys = {key for clause in clauses for key in clause.categories}
    products = tuple(p for p in scene.catalog.products if category_key(p) in keys)
    return saying(browsing.group(scene, products)) if products else None


def _group_or_about(scene: Scene, wishes: tuple[Wish, ...]) -> Part:
    products = tuple(dict.fromkeys(product for wish in wishes for product in wish.products))
    if all(wish.product for wish in wishes) and len(products) <= 2:
        return browsing.about(scene, products)
    return browsing.group(scene, products)


def _all_products(clause: Clause) -> tuple[Product, ...]:
    return tuple(dict.fromkeys(product for wish in clause.wishes for product in wish.products))


def _exact(clause: Clause) -> bool:
    return any(wish.product for wish in clause.wishes)


def _wish(product: Product, value: Decimal | None, unit: str | None) -> Wish:
    return Wish((product,), value, unit, plural=False, singular=False, exact=True)
