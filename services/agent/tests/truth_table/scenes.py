"""The situations in which the replies of the table are given: catalogs, orders, tool results, dialogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.agent.truth import (
    ActionDone,
    Catalog,
    Evidence,
    LineFact,
    OrderFact,
    OrderStatus,
    ProductFact,
    Quote,
    Utterance,
)

TODAY = date(2026, 11, 23)  # a Monday


def _product(sku: str, english: str, hebrew: str, price: int, unit: str, *about: str) -> ProductFact:
    return ProductFact(sku, (english, hebrew), Decimal(price), unit, about)


VALDMAN = Catalog((
    _product("classic_beef_sausage", "Classic Beef Sausage", "נקניק בקר", 45, "kg", "Sausages", "נקניקיות", "traditional spices, for grilling"),
    _product("spicy_merguez", "Spicy Merguez", "מרגז חריף", 52, "kg", "Sausages", "North African lamb sausage, harissa and cumin (hot)"),
    _product("chicken_herb_sausage", "Chicken & Herb Sausage", "נקניקיות עוף ועשבי תיבול", 38, "kg", "Sausages", "light, fresh herbs and garlic (mild)"),
    _product("ribeye_steak", "Premium Ribeye Steak", "סטייק אנטריקוט", 120, "kg", "Fresh Meat", "בשר טרי", "aged 21 days"),
    _product("ground_beef", "Ground Beef (80/20)", "בשר טחון", 55, "kg", "Fresh Meat", "for burgers and meatballs"),
    _product("chicken_breast", "Chicken Breast Fillets", "חזה עוף", 42, "kg", "Fresh Meat", "skinless, boneless"),
    _product("lamb_chops", "Lamb Chops", "צלעות כבש", 95, "kg", "Fresh Meat", "for special occasions"),
    _product("smoked_turkey", "Smoked Turkey Breast", "חזה הודו מעושן", 68, "kg", "Deli Meat", "hickory-smoked, sliced to order"),
    _product("pastrami", "Pastrami", "פסטרמה", 75, "kg", "Deli Meat", "house-made, secret spice blend"),
    _product("italian_salami", "Italian Salami", "סלמי איטלקי", 82, "kg", "Deli Meat", "dry, with wine and pepper"),
))  # fmt: skip

BAKERY = Catalog((
    _product("sourdough_bread", "Sourdough Bread", "לחם מחמצת", 28, "loaf", "Breads", "לחמים"),
    _product("whole_wheat_challah", "Whole Wheat Challah", "חלה מקמח מלא", 32, "loaf", "Breads"),
    _product("baguette", "Baguette", "באגט", 18, "each", "Breads"),
    _product("chocolate_croissant", "Chocolate Croissant", "קרואסון שוקולד", 15, "each", "Pastries", "מאפים"),
    _product("almond_croissant", "Almond Croissant", "קרואסון שקדים", 16, "each", "Pastries"),
    _product("cinnamon_roll", "Cinnamon Roll", "שבלול קינמון", 14, "each", "Pastries"),
    _product("apple_strudel", "Apple Strudel", "שטרודל תפוחים", 22, "slice", "Pastries"),
    _product("chocolate_cake", "Chocolate Cake", "עוגת שוקולד", 180, "whole cake", "Cakes", "עוגות"),
    _product("lemon_tart", "Lemon Tart", "טארט לימון", 120, "tart", "Cakes"),
    _product("cheesecake", "Cheesecake", "עוגת גבינה", 160, "whole cake", "Cakes"),
))  # fmt: skip

VALDMAN_BUSINESS = (
    "Valdman, meat and sausage factory with its own shops, retail and wholesale. Open Sunday-Thursday 08:00-19:00, Friday 08:00-14:00. "
    "Phone 03-5551234. Delivery 25 ILS, free above 300 ILS. Delivery takes up to 2 business days. Address: HaMelacha 7, Holon."
)
BAKERY_BUSINESS = (
    "Joanna's Bakery, artisan bakery and pastry shop; daily baking; catering. Open Sunday-Friday 07:00-18:00. Delivery 20 ILS. "
    "Cakes need one day's notice. Phone 09-7654321."
)


def _lines(catalog: Catalog, basket: Mapping[str, str]) -> tuple[LineFact, ...]:
    return tuple(
        LineFact(sku, product.names, Decimal(quantity), product.unit_price, Decimal(quantity) * product.unit_price)
        for sku, quantity in basket.items()
        for product in (catalog.by_sku[sku],)
    )


def _order(
    catalog: Catalog,
    number: int,
    status: OrderStatus,
    basket: Mapping[str, str],
    wanted: date | None = None,
    created: date = TODAY,
) -> OrderFact:
    lines = _lines(catalog, basket)
    return OrderFact(number, status, lines, sum((line.line_total for line in lines), Decimal(0)), wanted, created)


def _dialogue(*texts: str) -> tuple[Utterance, ...]:
    """Alternating messages, the customer's first."""
    return tuple(Utterance("agent" if i % 2 else "customer", text) for i, text in enumerate(texts))


def _valdman(
    *dialogue: str,
    orders: tuple[OrderFact, ...] = (),
    did: tuple[ActionDone, ...] = (),
    before: tuple[ActionDone, ...] = (),
    quotes: tuple[Quote, ...] = (),
) -> Evidence:
    return Evidence(
        VALDMAN, TODAY, "ILS", orders, did, quotes, _dialogue(*dialogue), VALDMAN_BUSINESS, before
    )  # fmt: skip


def _bakery(
    *dialogue: str,
    orders: tuple[OrderFact, ...] = (),
    did: tuple[ActionDone, ...] = (),
    before: tuple[ActionDone, ...] = (),
    quotes: tuple[Quote, ...] = (),
) -> Evidence:
    return Evidence(BAKERY, TODAY, "ILS", orders, did, quotes, _dialogue(*dialogue), BAKERY_BUSINESS, before)


def _quote(catalog: Catalog, basket: Mapping[str, str]) -> Quote:
    lines = _lines(catalog, basket)
    return Quote(lines, sum((line.line_total for line in lines), Decimal(0)))


_142 = {"classic_beef_sausage": "2", "spicy_merguez": "1"}
_197 = _142 | {"ground_beef": "1"}
_ASKED_142 = "אני רוצה להזמין 2 קילו נקניק בקר ו-1 קילו מרגז חריף. המשלוח לרחוב הרצל 15 תל אביב, הערה: לצלצל בדלת"
_CREATED = ActionDone("created", 124)
_UPDATED = ActionDone("updated", 124)
_CANCELLED = ActionDone("cancelled", 124)

_STAFF_WROTE = (
    "Your order will arrive on Thursday at 10, I gave you 10% off: 128 ₪. I also added pastrami.\n"
    'ההזמנה לא תצא מחר, ארזנו לך אותה ליום חמישי: 2 ק"ג.'
)

SCENES: dict[str, Evidence] = {
    # valdman ---------------------------------------------------------------------------------------------------
    "hello": _valdman("היי, מה יש לכם?"),
    "hello_en": _valdman("Hi! What do you sell? Do you deliver tomorrow?"),
    "ask_pastrami": _valdman("כמה עולה הפסטרמה שלכם?"),
    "ask_two_kilos": _valdman("How much would 2 kg of beef sausage and 1 kg of merguez be?"),
    "budget": _valdman("I have 200 shekels for a barbecue, what do you suggest?"),
    "claims_40": _valdman("Last time I paid 40 shekels for the beef sausage!"),
    "wants_cancel": _valdman("תבטל לי את ההזמנה", orders=(_order(VALDMAN, 124, "pending", _142),), before=(_CREATED,)),
    "wants_cancel_en": _valdman("Cancel my order please", orders=(_order(VALDMAN, 124, "pending", _142),), before=(_CREATED,)),
    "wants_order": _valdman("היי", "שלום! במה אפשר לעזור?", _ASKED_142),
    "wants_order_en": _valdman("I want 2 kg of classic beef sausage and 1 kg of merguez to Herzl 15 Tel Aviv"),
    "wants_more": _valdman(_ASKED_142, "הזמנה 124 נרשמה.", "כן, אני רוצה חצי קילו פסטרמה בבקשה. שם שלי בר אגב", orders=(_order(VALDMAN, 124, "pending", _142),), before=(_CREATED,)),
    "created": _valdman(_ASKED_142, orders=(_order(VALDMAN, 124, "pending", _142),), did=(_CREATED,)),
    "created_dated": _valdman("2 kg beef sausage and 1 kg merguez for Wednesday please", orders=(_order(VALDMAN, 124, "pending", _142, date(2026, 11, 25)),), did=(_CREATED,)),
    "created_pastrami": _valdman("כן, אני רוצה חצי קילו פסטרמה בבקשה. שם שלי בר אגב", orders=(_order(VALDMAN, 125, "pending", {"pastrami": "0.5"}), _order(VALDMAN, 124, "cancelled", _197)), did=(ActionDone("created", 125), ActionDone("profile_saved")), before=(_CREATED, _UPDATED, _CANCELLED)),
    "updated": _valdman(_ASKED_142, "ההזמנה נקלטה! מספר 124, סך הכל 142 ₪.", "רגע, תוסיף לי גם 1 קילו בשר טחון להזמנה", orders=(_order(VALDMAN, 124, "pending", _197),), did=(_UPDATED,), before=(_CREATED,)),
    "removed": _valdman("2 kg of beef sausage and 1 kg of merguez", "Order #124 is placed, 142 ₪ in total.", "Please take the merguez out of my order", orders=(_order(VALDMAN, 124, "pending", {"classic_beef_sausage": "2"}),), did=(_UPDATED,), before=(_CREATED,)),
    "cancelled": _valdman("אתה יודע מה, תבטל לי את ההזמנה", orders=(_order(VALDMAN, 124, "cancelled", _197),), did=(_CANCELLED,), before=(_CREATED, _UPDATED)),
    "cancel_again": _valdman("תבטל לי את ההזמנה", "ביטלתי את הזמנה 124.", "תבטל לי את ההזמנה שוב", orders=(_order(VALDMAN, 124, "cancelled", _197),), before=(_CREATED, _UPDATED, _CANCELLED)),
    "cancel_again_en": _valdman("Cancel it", "Order #124 is cancelled.", "Cancel my order again", orders=(_order(VALDMAN, 124, "cancelled", _197),), before=(_CREATED, _UPDATED, _CANCELLED)),
    "cancel_refused": _valdman("Cancel order 120 please", orders=(_order(VALDMAN, 120, "confirmed", {"lamb_chops": "1"}),)),
    "pastrami_once": _valdman("מה ההזמנות שלי? אני חושב שהזמנתי פעם פסטרמה", orders=(_order(VALDMAN, 124, "cancelled", _197),), before=(_CREATED, _UPDATED, _CANCELLED)),
    "pastrami_once_en": _valdman("What are my orders? I think I ordered pastrami once, order 119", orders=(_order(VALDMAN, 124, "cancelled", _197),)),
    "my_orders": _valdman("Show me my orders", orders=(_order(VALDMAN, 126, "pending", {"ribeye_steak": "1.5"}, date(2026, 11, 26)), _order(VALDMAN, 125, "confirmed", {"pastrami": "0.5"}), _order(VALDMAN, 124, "cancelled", _142), _order(VALDMAN, 110, "completed", {"lamb_chops": "2"}, None, date(2026, 11, 9)))),
    "did_it_work": _valdman("2 kg beef sausage", "Order #124 placed.", "Did my order go through?", orders=(_order(VALDMAN, 124, "pending", _142),), before=(_CREATED,)),
    "confirmed": _valdman("מה קורה עם ההזמנה שלי?", orders=(_order(VALDMAN, 120, "confirmed", {"lamb_chops": "1"}, date(2026, 11, 24)),)),
    "pending_status": _valdman("מה קורה עם ההזמנה שלי?", orders=(_order(VALDMAN, 124, "pending", _142),)),
    "quoted": _valdman("אני רוצה מנגל ל-5 אנשים, מה כדאי?", quotes=(_quote(VALDMAN, {"classic_beef_sausage": "1", "chicken_breast": "1.5"}),)),
    "human": _valdman("I want to talk to a human", did=(ActionDone("handed_over"),)),
    "staff_wrote": replace(_valdman("What did they say about my order?", orders=(_order(VALDMAN, 124, "pending", _142),), before=(_CREATED,)), business_text=f"{VALDMAN_BUSINESS}\n{_STAFF_WROTE}"),
    "wants_human": _valdman("תעביר אותי לנציג אנושי בבקשה"),
    "profile": _valdman("My name is Bar and my address is Herzl 15", did=(ActionDone("profile_saved"),)),
    "wants_profile": _valdman("קוראים לי בר והטלפון שלי 052-1234567"),
    "paid_claim": _valdman("I already paid 142 shekels by credit card for order 124", orders=(_order(VALDMAN, 124, "pending", _142),)),
    "discount": _valdman("Can I get a discount?"),
    "ru_hello": _valdman("Здравствуйте, что у вас есть?"),
    "ru_wants": _valdman("Хочу заказать полкило пастрами и кило фарша"),
    "ru_created": _valdman("Хочу заказать полкило пастрами и кило фарша", orders=(_order(VALDMAN, 131, "pending", {"pastrami": "0.5", "ground_beef": "1"}),), did=(ActionDone("created", 131),)),
    "ru_cancelled": _valdman("Отмените заказ 131", orders=(_order(VALDMAN, 131, "cancelled", {"pastrami": "0.5"}),), did=(ActionDone("cancelled", 131),)),
    "ru_cancel": _valdman("Отмените заказ 131", orders=(_order(VALDMAN, 131, "pending", {"pastrami": "0.5"}),)),
    "ru_orders": _valdman("Какие у меня заказы? Я заказывал баранину?", orders=(_order(VALDMAN, 131, "cancelled", {"pastrami": "0.5"}),)),
    "ar_hello": _valdman("مرحبا، ماذا لديكم؟"),
    "ar_wants": _valdman("اريد نصف كيلو بسطرمة وكيلو لحم مفروم"),
    "ar_created": _valdman("اريد نصف كيلو بسطرمة وكيلو لحم مفروم", orders=(_order(VALDMAN, 124, "pending", {"pastrami": "0.5", "ground_beef": "1"}),), did=(_CREATED,)),
    "ar_cancel": _valdman("الغي طلبي من فضلك", orders=(_order(VALDMAN, 124, "pending", {"pastrami": "0.5"}),)),
    "ar_cancelled": _valdman("الغي طلبي من فضلك", orders=(_order(VALDMAN, 124, "cancelled", {"pastrami": "0.5"}),), did=(_CANCELLED,)),
    "ar_orders": _valdman("ما هي طلباتي؟ هل طلبت لحم غنم؟", orders=(_order(VALDMAN, 124, "cancelled", {"pastrami": "0.5"}),)),
    # joannas_bakery --------------------------------------------------------------------------------------------
    "bakery": _bakery("Hello, what do you have today?"),
    "bakery_he": _bakery("היי, מה יש לכם היום?"),
    "bakery_wants": _bakery("I'd like a cheesecake and 3 almond croissants for Thursday"),
    "bakery_created": _bakery("I'd like a cheesecake and 3 almond croissants for Thursday", orders=(_order(BAKERY, 7, "pending", {"cheesecake": "1", "almond_croissant": "3"}, date(2026, 11, 26)),), did=(ActionDone("created", 7),)),
    "bakery_dozen": _bakery("How much is a dozen chocolate croissants?"),
    "bakery_updated": _bakery("תוסיפו בבקשה עוד באגט", orders=(_order(BAKERY, 7, "pending", {"cheesecake": "1", "baguette": "2"}),), did=(ActionDone("updated", 7),), before=(ActionDone("created", 7),)),
    "bakery_open": _bakery("Hi, I'm allergic to nuts", orders=(_order(BAKERY, 7, "pending", {"cheesecake": "1"}),), before=(ActionDone("created", 7),)),
    "bakery_ru": _bakery("Здравствуйте! Сколько стоит чизкейк?"),
    "bakery_ar": _bakery("كم سعر كعكة الشوكولاتة؟"),
}  # fmt: skip
