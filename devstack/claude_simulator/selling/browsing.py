"""Talking about the goods: the whole catalog, prices, descriptions, what is mild, what we do not have."""

import re

from devstack.claude_simulator.reading.catalog import Product, product_from
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.lists import catalog_list, price_lines
from devstack.claude_simulator.selling.ordering import remark_unavailable
from devstack.claude_simulator.selling.scene import Scene, call
from devstack.claude_simulator.understanding.products import category_key, same_word, similar_products
from devstack.claude_simulator.understanding.text import clean, stem, words
from devstack.claude_simulator.wording.amounts import per_unit
from devstack.claude_simulator.wording.glossary import describe
from devstack.claude_simulator.wording.joining import join_names

_NOT_HOT = re.compile(
    r"\b(?:not|non|without|no)[ -](?:too |very )?(?:spicy|hot)\b|לא חרי[פף]\w*|не остр\w+|غير حار\w*", re.I
)
_HOT = re.compile(
    r"\b(?:hot|spicy|harissa|chil+i|fiery|peppery|jalape)\w*|חרי[פף]\w*|הריסה|צ'ילי|остр\w+|حار\w*|حريف", re.I
)
_MILD = re.compile(r"\b(?:mild|gentle|delicate)\w*|עדי[נן]\w*|нежн\w+|мягк\w+|خفيف\w*", re.I)
_LIGHT = re.compile(r"\b(?:light|sweet|creamy|plain)\w*|קליל\w*|מתוק\w*", re.I)


def catalog(scene: Scene) -> Part:
    """Everything that is sold, with prices."""
    if not scene.catalog.products:
        return Part(scene.say("empty_catalog"))
    return Part(f"{scene.say('catalog_intro')}\n\n{catalog_list(scene)}", scene.say("ask_what_to_order"))


def group(scene: Scene, products: tuple[Product, ...]) -> Part:
    """Some products with their prices."""
    available = [product for product in products if product.available]
    if not available:
        return Part(" ".join(remark_unavailable(scene, product) for product in products[:1]))
    if len(available) == 1:
        return about(scene, tuple(available))
    return Part(f"{scene.say('we_have')}\n{price_lines(scene, available)}", scene.say("ask_what_to_order"))


def prices(scene: Scene, products: tuple[Product, ...]) -> Part:
    """What these products cost."""
    if len(products) > 1:
        return Part(price_lines(scene, list(products)), scene.say("ask_what_to_order"))
    product = products[0]
    text = scene.say("price_is", product=product.name(scene.language), price=_price(scene, product))
    if not product.available:
        return Part(f"{text} {remark_unavailable(scene, product)}")
    return Part(text, scene.say("ask_how_much_of_it" if product.by_weight else "ask_how_many_of_it"))


def about(scene: Scene, products: tuple[Product, ...]) -> Part:
    """What the catalog says of these products, and what they cost."""
    text = _described_list(scene, list(products))
    gone = [remark_unavailable(scene, product) for product in products if not product.available]
    if gone:
        return Part("\n".join([text, *gone]))
    single = products[0] if len(products) == 1 else None
    key = "ask_what_to_order" if single is None else "ask_how_much_of_it" if single.by_weight else "ask_how_many_of_it"
    return Part(text, scene.say(key))


def mild(scene: Scene, among: tuple[Product, ...], *, hot: bool = False) -> Part:
    """Products that the catalog's own words call mild (or hot)."""
    pool = [product for product in (among or scene.catalog.products) if product.available]
    found = _hot_ones(pool) if hot else _mild_ones(pool)
    if not found and among:
        return mild(scene, (), hot=hot)
    if not found:
        return Part(scene.say("no_hot" if hot else "no_mild"), scene.say("ask_human_for_detail"))
    intro = scene.say("hot_intro" if hot else "mild_intro")
    described = _described_list(scene, found[:3])
    return Part(f"{intro}\n{described}", scene.say("ask_shall_order"))


def how_hot(scene: Scene, product: Product) -> Part:
    """Whether one product is hot, as far as the catalog says."""
    key = "is_hot" if _hot_ones([product]) else "is_mild" if _mild_ones([product]) else "not_called_hot"
    told = f"{scene.say(key, product=product.name(scene.language))} {_described(scene, product)}"
    return Part(told, scene.say("ask_something_else"))


def cheapest(scene: Scene, among: tuple[Product, ...]) -> Part:
    """The available products with the lowest price."""
    pool = [product for product in (among or scene.catalog.products) if product.available]
    if not pool:
        return catalog(scene)
    lowest = min(product.price for product in pool)
    found = [product for product in pool if product.price == lowest]
    return Part(f"{scene.say('cheapest_intro')}\n{price_lines(scene, found)}", scene.say("ask_shall_order"))


def diet(scene: Scene, said: list[str]) -> Part:
    """Products whose texts speak of it; if none does, that nothing is known."""
    spoken = [word.text for phrase in said for word in words(phrase) if len(word.text) > 3]
    found = [p for p in scene.catalog.products if p.available and _speaks_of(p, spoken)]
    if not found:
        return Part(scene.say("no_diet_info", topic=said[0]), scene.say("ask_human_for_detail"))
    return Part(_described_list(scene, found[:3]), scene.say("ask_shall_order"))


def recommend(scene: Scene) -> Part:
    """Products whose description fits the customer's words, else one of each category."""
    spoken = [word.text for word in words(scene.heard.text)]
    fitting = [p for p in scene.catalog.products if p.available and _fits(p, spoken)]
    if not fitting:
        seen: dict[str, Product] = {}
        for product in scene.catalog.products:
            if product.available and (product.description or category_key(product) not in seen):
                seen.setdefault(category_key(product), product)
        fitting = list(seen.values())
    if not fitting:
        return catalog(scene)
    described = _described_list(scene, fitting[:3])
    return Part(f"{scene.say('recommend_intro')}\n{described}", scene.say("ask_shall_order"))


def unknown(scene: Scene, things: tuple[str, ...]) -> Flow:
    """Nothing by that name is sold; search once, then offer what comes near."""
    thing = things[0]
    found: list[Product] = []
    if scene.can("search_products"):
        (outcome,) = yield call("search_products", query=thing)
        rows = outcome.result.get("products")
        found = [p for row in rows if (p := product_from(row))] if isinstance(rows, list) else []
    near = [p for p in found if p.available] or similar_products(thing, scene.catalog.products)
    text = scene.say("unknown_product", thing=thing)
    if near:
        return Part(f"{text} {scene.say('near_intro')}\n{price_lines(scene, near[:3])}", scene.say("ask_fits"))
    names = {category_key(p): p.category.get(scene.language) or category_key(p) for p in scene.catalog.products}
    kinds = join_names([name for name in names.values() if name], scene.language)
    return Part(
        f"{text} {scene.say('what_we_have', categories=kinds)}" if kinds else text, scene.say("ask_see_catalog")
    )


def _described_list(scene: Scene, products: list[Product]) -> str:
    mark = "• " if len(products) > 1 else ""
    return "\n".join(mark + _described(scene, product) for product in products)


def _described(scene: Scene, product: Product) -> str:
    words_for_it = describe(product, scene.language)
    key = "described" if words_for_it else "price_is"
    return scene.say(key, product=product.name(scene.language), description=words_for_it, price=_price(scene, product))


def _price(scene: Scene, product: Product) -> str:
    return per_unit(scene.money(product.price), product.unit, scene.language)


def _texts(product: Product) -> str:
    return " ".join([*product.names.values(), *product.description.values()])


def _mild_ones(pool: list[Product]) -> list[Product]:
    texts = {product: _NOT_HOT.sub(" mild ", _texts(product)) for product in pool}
    calm = [product for product in pool if not _HOT.search(texts[product])]
    return [p for p in calm if _MILD.search(texts[p])] or [p for p in calm if _LIGHT.search(texts[p])]


def _hot_ones(pool: list[Product]) -> list[Product]:
    return [product for product in pool if _HOT.search(_NOT_HOT.sub(" ", _texts(product)))]


def _fits(product: Product, spoken: list[str]) -> bool:
    told = " ".join([*product.description.values(), *(describe(product, code) for code in ("he", "en"))])
    parts = {stem(word.text) for word in words(clean(told)) if len(word.text) > 3}
    long_enough = [word for word in spoken if len(word) > 3]
    return any(same_word(word, part) or part.startswith(stem(word)) for word in long_enough for part in parts)


def _speaks_of(product: Product, spoken: list[str]) -> bool:
    parts = {stem(word.text) for word in words(clean(_texts(product)))}
    return any(same_word(word, part) for word in spoken for part in parts)
