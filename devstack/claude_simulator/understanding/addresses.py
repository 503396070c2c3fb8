"""Addresses in a customer's words: where one begins, and where something else goes on."""

import re

from devstack.claude_simulator.understanding.patterns import START, anywhere, either

_REST = r"(?P<text>[^\n?؟]+)"
_WITH_NUMBER = r"(?P<text>[^\n?؟]*\d[^\n?؟]*)"
_NAMED_WITH_NUMBER = r"(?P<text>[^\W\d_][^\n?]*?\d[^\n?]*)"
_NAMED = r"[^\n?؟\d]*"
_STREET = either("רחוב", "רח'", "שדרות", "שד'", "דרך", "סמטת", "כיכר")
_SEND = either("[הל]?משלוח", "לשלוח", "תשלחו?", "שלחו", "תביאו?")
_THING = either("it", "this", "them", "that", "the order")
# What stands before an address, most certain first; the group `text` is the address and what follows it.
_LEADS = [
    rf"(?:תשנ[הוי]|לשנות|תעדכנ[וי]|תעדכן|לעדכן|תחליפ[וי]|תחליף|שנו|עדכנו)\s+(?:לי\s+)?(?:את\s+)?ה?כתובת(?:\s+(?:שלי|למשלוח|של ההזמנה))*\s+ל-?{_REST}",
    rf"את ה?כתובת(?: שלי| למשלוח)?\s+(?:ל-?|:\s*){_REST}",
    rf"(?:ל|ב)-?(?P<text>{_STREET}\s+[^\n]+)",
    rf"ו?(?:ה?כתובת(?:\s+(?:שלי|למשלוח|היא|זה|זו|הזו))*|לכתובת)\s*(?:היא|:)?\s*{_REST}",
    rf"{_SEND}\s+(?:(?:אליי|לי|את זה|אותה)\s+)?ל(?!(?:י|נו|ך)(?!\w))-?{_NAMED_WITH_NUMBER}",
    rf"(?:deliver(?:y|ed)?|ship(?:ped)?|send|bring)(?:\s+{_THING})?(?:\s+is)?(?:\s+please)?\s+to(?:\s+my\s+address)?"
    rf":?\s+{_WITH_NUMBER}",
    rf"deliver(?:y|ed)?(?: address)?\s*[:\-]\s*{_WITH_NUMBER}",
    rf"משלוח\s*[:\-]\s*{_WITH_NUMBER}",
    rf"(?:my |the |delivery )*address(?:\s+(?:is|to|for delivery))*\s*:?\s+{_WITH_NUMBER}",
    rf"(?:на |в )?(?P<text>(?:улиц[аыу]|ул\.?|проспект|пр\.|бульвар)\s+{_NAMED}\d[^\n?]*)",
    rf"(?P<text>شارع\s+{_NAMED}\d[^\n?؟]*)",
    rf"(?:доставк[аиу]|доставьте|привезите|адрес|на адрес)\s*(?:на|по адресу|:|в|мой)?\s*:?\s*{_WITH_NUMBER}",
    rf"(?:التوصيل|توصيل|عنواني|العنوان|وصلوا)\s*(?:إلى|الى|ل|:)?\s*{_WITH_NUMBER}",
]
# "to 15 Herzl St", "to Herzl 15": here capital letters tell a street from "to 3 kilos".
_TO_STREET = re.compile(
    START + r"to\s+(?P<text>\d+\s+[A-Z]\w+[^\n?]*|[A-Z]\w+(?:\s+(?:[A-Z]\w+|st|street))*\s+\d+[^\n?]*)"
)
_PATTERNS = [re.compile(START + lead, re.I) for lead in _LEADS]
# "на Герцль 5", "в Хайфу, Герцль 5"
_TO_STREET_RU = re.compile(START + r"(?:на|в)\s+(?P<text>[А-ЯЁ][\w\-]+,?(?:\s+[А-ЯЁа-яё][\w\-]+)*\s+\d+[^\n?]*)")
_PATTERNS.insert(-2, _TO_STREET)
_PATTERNS.append(_TO_STREET_RU)
_DAY_EN = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
_DAY_HE = "(?:ראשון|שני|שלישי|רביעי|חמישי|שישי|שבת)"
_GOES_ON = either(
    "ו?ה?הער", "note", "please", "בבקשה", "תודה", "thanks", "השם", "שמי", "קוראים", "שם שלי", "ה?טלפון", "my name",
    "my phone", "phone", "and ", "by ", r"at \d", r"ב-?\d", "עד ", "בשעה", "for tomorrow", "tomorrow", "ל?מחר(?:תיים)?", "לא ", "today", "ל?היום",
    rf"(?:on |for |next )*{_DAY_EN}", rf"[בל]?יום {_DAY_HE}", "לשבת", "ב?עוד", r"in (?:\d{1,2}|a|one|two|three|four) (?:days?|week)",
    "asap", "דחוף", "מהר", "через", "بعد", "بكرة",
    "אם ",
    "יש ", "כן", "אני", "אגב", "i ", "it'?s", "the order", "ring", "leave", "call", "לצלצל", "להשאיר", "להתקשר",
    "пожалуйста", "примечание", "спасибо", r"(?:на |до )?(?:завтра|сегодня|послезавтра)", r"к \d", r"(?:в|на) (?:понедельник|вторник|среду|четверг|пятницу|субботу|воскресенье)",
    "меня зовут", "мой телефон", "телефон", "ملاحظة", "من فضلك", "شكرا", "غدا", "اليوم", "بكرا",
)  # fmt: skip
_SHORTENED = "".join(
    rf"(?<!\b{word})" for word in ("ул", "пр", "кв", "д", "г", "st", "ave", "rd", "apt", "no", "רח", "שד")
)
_END = anywhere(rf"{_SHORTENED}[.!?]\s", r"[.!?]$", r"\s+[-–]\s+", rf"(?:[,،]\s*|\s+)(?={_GOES_ON}(?!\d))")
_OWN = anywhere("ה?כתובת שלי", r"אני גרה?(?!\w)", "my address", "i live (?:at|in)", "мой адрес", "عنواني")
_OF_THE_BUSINESS = re.compile(r"(?:שלכם|שלך|your)(?!\w)", re.I)
_BARE = re.compile(
    r"^[^\W\d_][^\d\n?!:]{1,40}\s\d{1,4}[/\-,،.' \w]*$|^\d{1,4},?\s(?:[A-ZА-ЯЁ]|rue\s|via\s|calle\s)[\w\s,.']+$"
)
_LISTED = re.compile(
    r"(?:^|[,،.;:\n])\s*(?P<text>(?:[^\W\d_][\w'\"\-]*(?: [^\W\d_][\w'\"\-.]*){0,3} \d{1,4}[^\W\d_]?(?:/\d{1,3})?|\d{1,4} [A-ZА-ЯЁ]\w+(?: \w+\.?){0,2})[,،] ?[^\W\d_]{3,}[^\n?؟]*)$",
    re.M,
)
# "להרצל 15": what begins with this letter and ends in a number may be many other things.
_PREFIXED = re.compile(r"(?<!\w)ל-?(?=(?P<text>[א-ת'\"]{2,}(?: [א-ת'\"]{2,}){0,2} \d{1,3}(?![\w/:]|[.,]\d)[^\n?]*))")
_SHORTEST = 4


def find_address(text: str) -> re.Match[str] | None:
    """The first address; group `text` begins where it begins, `address_in` tells where it ends."""
    matches = (pattern.search(text) for pattern in _PATTERNS)
    return next((match for match in matches if match and address_in(match)), None)


def address_in(match: re.Match[str]) -> str:
    """The address of a match without what is said after it; empty if it is none."""
    end = _END.search(match["text"], 2)
    address = match["text"][: end.start()] if end else match["text"]
    address = address.strip(" ,;.")
    good = len(address) >= _SHORTEST and any(char.isalpha() for char in address)
    return address if good and not _OF_THE_BUSINESS.match(address) else ""


def listed_address(text: str) -> str:
    """An address that stands in a list or on a line of its own, without a word that leads to it ("..., Herzl 5, Haifa").

    A street, a number, and after a comma the town: less would take "salami 3" for one.
    """
    match = _LISTED.search(text)
    return address_in(match) if match else ""


def prefixed_addresses(text: str) -> list[re.Match[str]]:
    """What may be Hebrew addresses; group `text` as in `find_address`. Whoever knows the goods tells them from these."""
    return [match for match in _PREFIXED.finditer(text) if address_in(match)]


def is_own(text: str) -> bool:
    """Whether an address is given as the person's own rather than for one order."""
    return bool(_OWN.search(text))


def bare_address(text: str) -> str:
    """The whole text if it can only be an address, such as an answer to "where to?"."""
    line = text.strip().rstrip(".")
    return line if _BARE.match(line) else ""
