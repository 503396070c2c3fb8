"""What belongs to an order or a person beside the products: address, note, date, pickup, name, phone."""

import re
from dataclasses import dataclass, replace
from datetime import date

from devstack.claude_simulator.understanding.addresses import address_in, find_address, is_own
from devstack.claude_simulator.understanding.dates import find_day
from devstack.claude_simulator.understanding.patterns import START, anywhere, either, whole_words

_NOTE_WORD = either(
    "הער(?:ה|ות)(?: למשלוח| להזמנה| לשליח)?",
    "(?:please )?notes?(?: for the (?:courier|driver|order))?",
    "comment",
    "remark",
    "примечание",
    "комментарий",
    "ملاحظة",
)
_NOTE = re.compile(rf"{START}{_NOTE_WORD}\s*[:\-]\s*(?P<text>[^\n.!?]+)", re.I)
# What the shop is asked to do with the order is a note, though nobody calls it one.
_REQUEST = re.compile(
    r"(?:(?:can|could|would) you (?:please )?|please |^\s*|[.,;!]\s*)"
    r"(?P<text>(?:write|ring (?:the|twice)|don'?t ring|leave it|slice it|cut it|wrap it|call me (?:when|before|after|if|once)) [^\n.!?]+"
    r"|(?:תכתו?ב[וי]?|תתקשר[וי]? (?:אליי? )?(?:לפני|כש|אחרי)|ש?ת?יצלצל[וי]?|שישאיר[וי]? (?:את זה|אותה|ליד)|תצלצל[וי]|תשאיר[וי] (?:את זה|אותה|ליד|אצל|בכניסה|בלובי)|תפרס[וי]|תארז[וי]) [^\n.!?]+)",
    re.I | re.M,
)
_PHONE = re.compile(r"(?<![\w#])(?P<text>(?:\+\d{1,3}|0)[\d\- ]{7,13}\d)(?!\w)")
_NAME_LEAD = either(
    "קוראים לי", "ה?שם שלי(?: הוא| זה)?", "שמי", "השם(?! של)", "my name is", "my name's", r"(?<!\w )name is", "(?<!you )(?<!u )(?<!someone )call me", "i am called", "under the name(?: of)?", "in the name of", "על שם",
    "меня зовут", "мо[её] имя", "[إا]سمي",
)  # fmt: skip
_NAME = re.compile(rf"{START}ו?{_NAME_LEAD}\s*:?\s*(?P<text>[^\W\d_]+(?:[ '\-][^\W\d_]+){{0,2}})", re.I)
# Words that end a name although nothing else separates them from it.
_NOT_NAMES = {
    "אגב", "דרך", "ואני", "ואשמח", "אני", "ו", "תודה", "בבקשה", "וזה", "והטלפון", "הטלפון", "וגם", "by", "btw", "and",
    "i", "thanks", "please", "the", "my", "before", "when", "after", "if", "once", "on", "at", "in", "back", "later", "as",
    "for", "now", "today", "tomorrow", "и", "я", "кстати", "و", "بالمناسبة",
}  # fmt: skip
_PICKUP = anywhere(
    "איסוף", "אסוף", "אבוא לקחת", "אקח לבד", "אגיע לקחת", r"pick[\s-]?(?:it )?up", "collect it", "i'?ll collect",
    "самовывоз", "заберу", "استلام", "سأستلم",
)  # fmt: skip
_DELIVERY = anywhere(
    START + r"(?:ב|ה|עם )?משלוח(?!\w)", "תשלחו", START + r"deliver(?:y|ed)?(?!\w)", "send it", "ship it", "доставк",
    "توصيل",
)  # fmt: skip
_SAME_ADDRESS = anywhere(
    "אותה (?:ה)?כתובת", "לכתובת הרגילה", "same address", "usual address", "тот же адрес", "نفس العنوان",
)  # fmt: skip
_GAP = re.compile(r" {2,}")
_TIME = whole_words(
    either("ב-?", "בשעה ", "עד ", "אחרי ", "at ", "by ", "around ", "after ", "before ", "в ", "к ")
    + r"\s?"
    + either(r"\d{1,2}[:.]\d{2}", r"\d{1,2}\s?(?:am|pm)"),
    r"between \d{1,2}(?::\d{2})? and \d{1,2}(?::\d{2})?(?: ?[ap]m)?",
    r"בין \d{1,2}(?::\d{2})? ל-?\d{1,2}(?::\d{2})?",
)


@dataclass(frozen=True)
class Details:
    """Facts found; what is empty was not said.

    `address_is_own` when given as the person's own address. `other_date` when a second day is named.
    """

    address: str = ""
    address_is_own: bool = False
    same_address: bool = False
    notes: str = ""
    fulfillment: str = ""
    wanted_date: date | None = None
    other_date: date | None = None
    name: str = ""
    phone: str = ""

    @property
    def of_order(self) -> bool:
        """Whether anything of it belongs to an order."""
        return bool(self.address or self.same_address or self.notes or self.fulfillment or self.wanted_date)


def find_details(text: str, today: date | None) -> tuple[Details, str]:
    """The details of a cleaned text, and the text with them blanked out so that nothing else reads them."""
    details = Details()
    note = _NOTE.search(text) or _REQUEST.search(text)
    if note:
        details = replace(details, notes=note["text"].strip(" ,;"))
        text = _blank(text, note.start(), note.end())
    name = _NAME.search(text)
    if name and (known := _only_name(name["text"])):
        details = replace(details, name=known)
        text = _blank(text, name.start(), name.start("text") + name["text"].find(known) + len(known))
    phone = _PHONE.search(text)
    if phone:
        details = replace(details, phone=phone["text"].strip())
        text = _blank(text, phone.start(), phone.end())
    return _order_details(details, text, today)


def names_time(text: str) -> bool:
    """Whether the text names a time of the day."""
    return bool(_TIME.search(text))


def _order_details(details: Details, text: str, today: date | None) -> tuple[Details, str]:
    pickup, delivery, same = (bool(p.search(text)) for p in (_PICKUP, _DELIVERY, _SAME_ADDRESS))
    time = _TIME.search(text)
    if time:
        spoken = time[0].strip()
        details = replace(details, notes=f"{details.notes}, {spoken}" if details.notes else spoken)
        text = _blank(text, time.start(), time.end())
    address = None if same else find_address(text)
    if address:
        found = address_in(address)
        tidy = _GAP.sub(" ", found).replace(" ,", ",")  # a time was said in the middle of it
        details = replace(details, address=tidy, address_is_own=is_own(text))
        text = _blank(text, address.start(), address.start("text") + len(found))
    day = find_day(text, today)
    if day:
        text = _blank(text, day.start, day.end)
        other = find_day(text, today)
        details = replace(
            details, wanted_date=day.day, other_date=other.day if other and other.day != day.day else None
        )
    way = "delivery" if details.address or same or (delivery and not pickup) else "pickup" if pickup else ""
    return replace(details, fulfillment=way, same_address=same), text


def _only_name(text: str) -> str:
    kept: list[str] = []
    for word in text.split():
        if word.lower() in _NOT_NAMES:
            break
        kept.append(word)
    return " ".join(kept)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
