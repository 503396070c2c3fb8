"""What belongs to an order or a person beside the products: address, note, date, pickup, name, phone."""

import re
from dataclasses import dataclass, replace
from datetime import date

from devstack.claude_simulator.understanding.dates import find_day

_NOTE = re.compile(
    r"(?<!\w)(?:(?:תוסיפ[וי]?|תוסיף|add|with)\s+(?:לי\s+)?(?:a\s+)?)?(?:הער(?:ה|ות)(?: למשלוח)?|notes?|please note|"
    r"comment|remark|"
    r"примечание|комментарий|ملاحظة)(?: for the (?:courier|driver|order)| להזמנה|"
    r" לשליח)?\s*[:\-]\s*(?P<text>[^\n.!?]+)",
    re.I,
)
_PHONE = re.compile(r"(?<![\w#])(?P<text>(?:\+\d{1,3}|0)[\d\- ]{7,13}\d)(?!\w)")
_NAME = re.compile(
    r"(?<!\w)ו?(?:קוראים לי|ה?שם שלי(?: הוא| זה)?|שמי|השם(?! של)|my name is|my name's|call me|i am called|меня зовут|"
    r"мо[её] имя|"
    r"[إا]سمي|ana ismi)\s*:?\s*(?P<text>[^\W\d_]+(?:[ '\-][^\W\d_]+){0,2})",
    re.I,
)
# Words that end a name although nothing else separates them from it.
_NOT_NAMES = {
    "אגב", "דרך", "ואני", "ואשמח", "אני", "ו", "תודה", "בבקשה", "וזה", "והטלפון", "הטלפון", "וגם", "by", "btw", "and",
    "i", "thanks", "please", "the", "my", "и", "я", "кстати", "و", "بالمناسبة",
}  # fmt: skip
_STREET_HE = r"(?:רחוב|רח'|שדרות|שד'|דרך|סמטת|כיכר)"
_ADDRESS_LEADS = [
    re.compile(r"(?<!\w)את ה?כתובת(?: שלי| למשלוח)?\s+(?:ל-?|:\s*)(?P<text>[^\n?]+)"),
    re.compile(
        rf"(?<!\w)(?:(?:ה?משלוח|לשלוח|תשלחו?|שלחו|תביאו?|זה|אני גר[ה]?|גר[ה]?)\s+)*(?:אליי\s+)?(?:ל|"
        rf"ב)-?(?P<text>{_STREET_HE}\s+[^\n]+)"
    ),
    re.compile(r"(?<!\w)ו?(?:ה?כתובת(?:\s+(?:שלי|למשלוח|היא|זה|זו|הזו))*|לכתובת)\s*(?:היא|:)?\s*(?P<text>[^\n?]+)"),
    re.compile(
        r"(?<!\w)(?:ה?משלוח|לשלוח|תשלחו?|שלחו|תביאו?)\s+(?:אליי\s+|לי\s+|את זה\s+|"
        r"אותה\s+)?ל-?(?P<text>[^\W\d_][^\n?]*?\d[^\n?]*)"
    ),
    re.compile(
        r"(?<!\w)(?:deliver(?:y|ed)?|ship(?:ped)?|send|bring)(?:\s+(?:it|this|them|that|"
        r"the order))?(?:\s+is)?(?:\s+please)?\s+to"
        r"(?:\s+my\s+address)?:?\s+(?P<text>(?:the\s+)?[^\n?]*\d[^\n?]*)",
        re.I,
    ),
    re.compile(
        r"(?<!\w)(?:my |the |delivery )*address(?:\s+(?:is|for delivery))*\s*:?\s+(?P<text>[^\n?]*\d[^\n?]*)", re.I
    ),
    re.compile(
        r"(?<!\w)to\s+(?P<text>\d+\s+[A-Z]\w+(?:\s+[A-Z]\w+)*\s*(?:st|street|ave|avenue|road|rd|blvd|lane)?\b[^\n?]*"
        r"|[A-Z]\w+(?:\s+(?:[A-Z]\w+|st|street))*\s+\d+[^\n?]*)"
    ),
    re.compile(
        r"(?<!\w)(?:доставк[аиу]|доставьте|привезите|адрес|на адрес)\s*(?:на|по адресу|:|в|"
        r"мой)?\s*:?\s*(?P<text>[^\n?]*\d[^\n?]*)",
        re.I,
    ),
    re.compile(r"(?<!\w)(?:التوصيل|توصيل|عنواني|العنوان|وصلوا)\s*(?:إلى|الى|ل|:)?\s*(?P<text>[^\n?؟]*\d[^\n?؟]*)"),
]
_OWN_ADDRESS = re.compile(r"ה?כתובת שלי|אני גר[ה]?(?!\w)|my address|i live (?:at|in)|мой адрес|عنواني", re.I)
# A later part of an address ends where something else begins.
_ADDRESS_END = re.compile(
    r"[.!?]\s|[.!?]$|\s+[-–]\s+|(?:,\s*|\s+)(?=(?:ו?ה?הער|note|please|בבקשה|תודה|thanks|השם|שמי|קוראים|שם שלי|הטלפון|"
    r"טלפון|my name|"
    r"my phone|phone|and |by |at \d|ב-?\d|עד |בשעה|for tomorrow|tomorrow|מחר|пожалуйста|примечание|ملاحظة|من فضلك|"
    r"לא |אם |יש |"
    r"כן|אני|אגב|i |it'?s|the order|ring|leave|call|לצלצל|להשאיר|להתקשר)(?!\d))",
    re.I,
)
_PICKUP = re.compile(
    r"איסוף|ל?אסוף|אאסוף|אבוא לקחת|אקח לבד|אגיע לקחת|pick[\s-]?(?:it )?up|pickup|collect it|i'?ll collect|самовывоз|"
    r"заберу|استلام|سأستلم",
    re.I,
)
_DELIVERY = re.compile(
    r"(?<!\w)(?:ב|ה|עם )?משלוח(?!\w)|תשלחו|שתשלחו|deliver(?:y|ed)?\b|send it|ship it|доставк|توصيل", re.I
)
_SAME_ADDRESS = re.compile(
    r"(?:ל|ב)?אותה (?:ה)?כתובת|לכתובת הרגילה|same address|usual address|тот же адрес|نفس العنوان", re.I
)
_TIME = re.compile(
    r"(?<!\w)(?:(?:ב-?|בשעה |עד |אחרי |at |by |around |after |before |в |к )\s?)(?:\d{1,2}[:.]\d{2}|\d{1,2}\s?(?:am|"
    r"pm))(?!\w)",
    re.I,
)
_BARE_ADDRESS = re.compile(r"^[^\W\d_][^\d\n?!:]{1,40}\s\d{1,4}(?:[/\- ,א-ת\w]*)$|^\d{1,4}\s[A-Z][\w\s,]+$")


@dataclass(frozen=True)
class Details:
    """Facts found; what is empty was not said. `address_is_own` when given as the person's own address."""

    address: str = ""
    address_is_own: bool = False
    same_address: bool = False
    notes: str = ""
    fulfillment: str = ""
    wanted_date: date | None = None
    name: str = ""
    phone: str = ""

    @property
    def of_order(self) -> bool:
        """Whether anything of it belongs to an order."""
        return bool(self.address or self.same_address or self.notes or self.fulfillment or self.wanted_date)


def find_details(text: str, today: date | None) -> tuple[Details, str]:
    """The details of a cleaned text, and the text with them blanked out so that nothing else reads them."""
    details = Details()
    note = _NOTE.search(text)
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


def bare_address(text: str) -> str:
    """The whole text if it can only be an address, such as an answer to "where to?"."""
    line = text.strip().rstrip(".")
    return line if _BARE_ADDRESS.match(line) else ""


def _order_details(details: Details, text: str, today: date | None) -> tuple[Details, str]:
    pickup, same = bool(_PICKUP.search(text)), bool(_SAME_ADDRESS.search(text))
    delivery = bool(_DELIVERY.search(text))
    if not same:
        own = bool(_OWN_ADDRESS.search(text))
        address, text = _take_address(text)
        details = replace(details, address=address, address_is_own=bool(address) and own)
    time = _TIME.search(text)
    if time:
        spoken = time[0].strip()
        details = replace(details, notes=f"{details.notes}, {spoken}" if details.notes else spoken)
        text = _blank(text, time.start(), time.end())
    day = find_day(text, today)
    if day:
        details = replace(details, wanted_date=day.day)
        text = _blank(text, day.start, day.end)
    way = "delivery" if details.address or same or (delivery and not pickup) else "pickup" if pickup else ""
    return replace(details, fulfillment=way, same_address=same), text


def _take_address(text: str) -> tuple[str, str]:
    for lead in _ADDRESS_LEADS:
        match = lead.search(text)
        if not match:
            continue
        end = _ADDRESS_END.search(match["text"], 2)
        address = match["text"][: end.start()] if end else match["text"]
        address = address.strip(" ,;.")
        if any(char.isalpha() for char in address) and len(address) >= 4 and not _is_question(address):
            return address, _blank(text, match.start(), match.start("text") + len(address))
    return "", text


def _is_question(address: str) -> bool:
    return bool(re.match(r"(?:שלכם|שלך|your)(?!\w)", address, re.I))


def _only_name(text: str) -> str:
    kept: list[str] = []
    for word in text.split():
        if word.lower() in _NOT_NAMES:
            break
        kept.append(word)
    return " ".join(kept)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
