"""Numbers that are no amounts of goods: order numbers, money, times, people."""

import re

from devstack.claude_simulator.understanding.patterns import anywhere, either, whole_words

_ORDER_WORD = either("ה?הזמנה", "order", r"заказ\w*", "(?:ال)?طلب")
_NUMBER_WORD = either("ה?מספר", "מס'?", "number", r"no\.?", "num", "номер", "№", "رقم")
_WEIGHT = either("קילו", "ק", "גרם", "kg", "kilo", "gram", "кг", "кило", "كيلو")
# "Cancel order 2" ends there; "order 2 croissants" goes on, and so does an order whose day was blanked out.
_ENDS = r"(?=\s{0,2}(?:$|[.,!?;\n]|(?:please|again|is|was|from|and|בבקשה|שוב|שלי|пожалуйста|من فضلك)(?!\w)))"
_ORDER_NUMBER = anywhere(
    r"#\s?(\d{1,9})(?!\w)",
    rf"{_ORDER_WORD}\s*{_NUMBER_WORD}\s*#?(\d{{1,9}})(?!\w)",
    rf"{_ORDER_WORD}\s+(\d{{1,9}}){_ENDS}",
)
_CURRENCY = either(
    "₪", r"\$", "€", "%", 'ש"ח', "שקל(?:ים)?", r"שח(?!\w)", "nis", "ils", "shekels?", "usd", "dollars?", r"руб\w*",
    r"шекел\w*", "شيكل",
)  # fmt: skip
_PEOPLE = either(
    "people", "persons", "guests", "kids", "children", "אנשים", "איש", "נפשות", "סועדים", "אורחים", "ילדים", "человек"
)
_NO_AMOUNT = anywhere(
    r"[₪$€]\s?\d+(?:[.,]\d+)?",
    rf"(?:ב|ל)?-?\d+(?:[.,]\d+)?\s?{_CURRENCY}",
    r"(?<!\w)\d{1,2}:\d{2}(?!\w)",
    rf"(?:for |ל-?|на )?\d+\s?{_PEOPLE}",
    r"#\s?\d+",
    rf"(?<!\w)\d{{5,}}(?!\w)(?!\s*{_WEIGHT})",
)
_MONEY = anywhere(
    "[₪$€]", whole_words('ש"ח', r"שקל\w*", "nis", "ils", "shekels?", "dollars?", r"руб\w*", "شيكل").pattern
)


def order_number(text: str) -> int | None:
    """The number of an order that the text names."""
    match = _ORDER_NUMBER.search(text)
    return int(match[1] or match[2] or match[3]) if match else None


def names_money(text: str) -> bool:
    """Whether the text speaks of a sum of money."""
    return bool(_MONEY.search(text))


def hide_figures(text: str) -> str:
    """The text with these numbers blanked out, so that nothing takes them for amounts."""
    match = _ORDER_NUMBER.search(text)
    if match:
        text = text.replace(match[0], re.sub(r"\d", " ", match[0]))
    return _NO_AMOUNT.sub(lambda found: " " * len(found[0]), text)
