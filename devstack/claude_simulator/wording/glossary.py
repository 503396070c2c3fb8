"""Descriptions in the customer's language: the catalog's own where it has one, else English ones put into Hebrew."""

import re

from devstack.claude_simulator.reading.catalog import Product

_PIECES = re.compile(r"[,;()]+")
_AGED = re.compile(r"aged (\d+) days")
_HEBREW = {
    "house-made": "תוצרת בית",
    "homemade": "תוצרת בית",
    "secret spice blend": "תערובת תבלינים סודית",
    "traditional spices": "תבלינים מסורתיים",
    "for grilling": "מעולה לגריל",
    "north african lamb sausage": "נקניקיית כבש צפון-אפריקאית",
    "harissa and cumin": "עם הריסה וכמון",
    "hot": "חריף",
    "spicy": "חריף",
    "mild": "עדין, לא חריף",
    "light": "קליל",
    "fresh herbs and garlic": "עשבי תיבול טריים ושום",
    "for burgers and meatballs": "להמבורגרים ולקציצות",
    "skinless": "בלי עור",
    "boneless": "בלי עצמות",
    "for special occasions": "לאירועים מיוחדים",
    "hickory-smoked": "מעושן בעץ היקורי",
    "smoked": "מעושן",
    "sliced to order": "נפרס לפי הזמנה",
    "dry": "יבש",
    "with wine and pepper": "עם יין ופלפל",
    "fresh": "טרי",
    "sweet": "מתוק",
    "creamy": "קרמי",
    "crisp crust": "קרום פריך",
    "baked daily": "נאפה מדי יום",
}


def describe(product: Product, language: str) -> str:
    """What the catalog says of the product, as far as possible in that language; empty if it says nothing."""
    own = product.description.get(language)
    if own:
        return own.strip().rstrip(".")
    text = (product.description.get("en") or next(iter(product.description.values()), "")).strip().rstrip(".")
    if language != "he" or not text.isascii():
        return text
    pieces = [piece.strip() for piece in _PIECES.split(text) if piece.strip()]
    return ", ".join(_hebrew(piece) for piece in pieces)


def _hebrew(piece: str) -> str:
    aged = _AGED.fullmatch(piece.lower())
    return f"מיושן {aged[1]} יום" if aged else _HEBREW.get(piece.lower(), piece)
