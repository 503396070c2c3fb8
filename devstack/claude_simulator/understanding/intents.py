"""What a sentence wants, told by its words."""

import re
from enum import StrEnum

from devstack.claude_simulator.understanding.lexicon import ar, en, he, ru
from devstack.claude_simulator.understanding.patterns import anywhere, either, whole_words


class Intent(StrEnum):
    """Things a customer may want."""

    GREET = "greet"
    CATALOG = "catalog"
    PRICE = "price"
    ABOUT = "about"
    HAVE = "have"
    MILD = "mild"
    HOT = "hot"
    RECOMMEND = "recommend"
    ORDER = "order"
    ADD = "add"
    REMOVE = "remove"
    CHANGE = "change"
    SWAP = "swap"
    CANCEL = "cancel"
    KEEP = "keep"
    MY_ORDERS = "my_orders"
    PAST_ORDER = "past_order"
    REPEAT = "repeat"
    ALL = "all"
    YES = "yes"
    NO = "no"
    THANKS = "thanks"
    BYE = "bye"
    BUSINESS = "business"
    HUMAN = "human"
    COMPLAINT = "complaint"
    DISCOUNT = "discount"
    WHO = "who"
    HOW_ARE_YOU = "how_are_you"
    DIET = "diet"
    PLEASE = "please"
    TOTAL = "total"
    CHEAPEST = "cheapest"
    SUPPOSE = "suppose"
    MY_ADDRESS = "my_address"
    STAFF_SAID = "staff_said"
    WHOLESALE = "wholesale"
    LASTING_WISH = "lasting_wish"


def _compile(name: str) -> re.Pattern[str]:
    choices = [phrase for lexicon in (he, en, ru, ar) for phrase in lexicon.PHRASES.get(name, ())]
    return whole_words(either("ו", "و") + "?" + either(*choices))  # "and" is a prefix in Hebrew and Arabic


_PATTERNS = {intent: _compile(intent.value) for intent in Intent}
_LANGUAGE_NAMES = [
    ("he", anywhere("(?:ב|ל)עברית", "(?:in|speak|to|use) hebrew", "на иврите", "بال?عبري")),
    ("en", anywhere("(?:ב|ל)אנגלית", "(?:in|speak|to|use) english", "(?:по-|на )английск", "بال?[إا]ن[جك]ليزي")),
    ("ru", anywhere("(?:ב|ל)רוסית", "(?:in|speak|to|use) russian", "(?:по-|на )русск", "بالروسي")),
    ("ar", anywhere("(?:ב|ל)ערבית", "(?:in|speak|to|use) arabic", "(?:по-|на )арабск", "بالعربي")),
]
# Yes and no are answers only where a sentence begins.
_OPENERS = {Intent.YES, Intent.NO}
_OPENING = re.compile(r"[\W_]*(?:(?:אה+|אז|טוב|רגע|סליחה|and|wait|sorry|oh|ah|well|so|um+|ну|а|آه)[\s,!.]+)*", re.I)


def _opening(text: str) -> int:
    """Where the first word that says something begins."""
    match = _OPENING.match(text)
    return match.end() if match else 0


def find_intents(text: str) -> frozenset[Intent]:
    """All intents that the words of a cleaned text show."""
    found = {intent for intent, pattern in _PATTERNS.items() if pattern.search(text)}
    found -= {intent for intent in _OPENERS & found if not _PATTERNS[intent].match(text, _opening(text))}
    if Intent.KEEP in found:
        found -= {Intent.CANCEL, Intent.KEEP}
    if Intent.MILD in found:
        found -= {Intent.HOT, Intent.NO}
    if Intent.CHEAPEST in found:
        found.discard(Intent.DISCOUNT)
    if Intent.WHO in found:
        found.discard(Intent.HUMAN)
    return frozenset(found)


def wanted_language(text: str) -> str | None:
    """The language that the text asks to speak, if it asks."""
    return next((code for code, pattern in _LANGUAGE_NAMES if pattern.search(text)), None)


def matched(intent: Intent, text: str) -> list[str]:
    """The words that show the intent, as they stand in the text."""
    return [match[0] for match in _PATTERNS[intent].finditer(text)]


def shown(intent: Intent, text: str) -> list[tuple[int, int]]:
    """Where these words stand."""
    return [match.span() for match in _PATTERNS[intent].finditer(text)]
