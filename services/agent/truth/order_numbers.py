"""Order numbers: which numbers of a reply are marked as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from services.agent.truth.patterns import compile_at_words, compile_folded

# The stem is searched for, and the rest of the pattern only tried where it stands.
_STEM = compile_folded(r"order|הזמנ|заказ|заявк|طلب|اوردر")
_REST = (
    r"(?:orders?\b|הזמנ(?:ה|ת|תכ|תכמ|ות)(?: שלכ| שלכמ)?(?: ה?(?:חדשה|פתוחה|קודמת|אחרונה))?|заказ(?:а|у|ом|е|ы|ов|ам|ами|ах)?\b|заявк(?:а|и|у|е|ой)"
    r"|(?:طلب(?:ك|كم|يه|يتك|يات|ات)?|اوردر))"
)
_MARK = r"(?:number|num|no\.?|nr\.?|#|מספרה?|מס'?|שמספרה|номер|ном\.|n|رقمه?ا?|رقم)"
_MARKED = compile_folded(
    rf"{_REST}(?: is| has| היא| הוא| הינו| это)?\s*[:(\"]?\s*{_MARK}(?: (?:is|היא|это|هو))?\s*[:#]?\s*(\d{{1,9}})"
)
_APART = compile_at_words(
    r"(?:[ושה]{0,2}מספרה|מספר ההזמנה(?: שלכ)?|(?:order|reference|confirmation) number|номер (?:вашего )?заказа|(?:ее|его) номер|رقمه|رقمها|ورقمه|ورقم الطلب|رقم طلبك)"
    r"(?: is| הוא|:| это)?\s*[:—–-]?\s*#?\s?(\d{1,9})\b"
)
_BARE_MARK = compile_at_words(
    r"(?:order )?(?:number|no\.|מספר|מס'|номер|#|رقم)\s*:?\s*#?\s?(\d{1,9})\b(?!\s?(?:₪|kg|ק\"ג|кг|كيلو|%|[-:/.]\d))"
)
_OTHER_NUMBER = compile_folded(
    r"phone|house|apartment|flat|building|street|card|טלפונ|בית|דירה|רחוב|כרטיס|телефон|дом|квартир|улиц|هاتف|شارع|بيت|شقه|جوال"
)
_HASH = re.compile(
    r"(?<![\w&])#\s?(\d{1,9})(?!\s?(?:best|seller|choice|pick|favou?rite|rated|in|option|recommend|most|spot|\d))\b"
)
_BARE = compile_folded(
    rf"{_REST}\s+\(?(\d{{1,9}})(?![\d.,/:×x%]*\d)\b"
    r"(?!\s?(?:₪|\$|€|%|×|x\b|nis|ils|ש\"ח|שקל|шек|руб|شيكل|kg|kilo|g\b|gr|gram|k\b|ק\"ג|קילו|גרמ|יחידות|יח'|кг|кило|гр|г\b|шт|грамм|كيلو|كغ|غرام|حبه|حبات|قطع|portion|unit|piece|loa|item))"
)
_MORE = compile_folded(
    r"\s*(?:,|and|&|ו-?|,? и|و)\s*#?\s*(\d{1,9})\b(?!\s?(?:kg|kilo|ק\"ג|קילו|кг|كيلو|₪|ש\"ח|[.,]\d))"
)
# After these words "order" is a verb: "you can order 3 of them".
_VERB_BEFORE = re.compile(
    r"(?:\b(?:to|you|can|could|we|i|they|please|must|may|should|would|customers|people|and|or|just|usually)\s+)$"
)
_ENDS = compile_folded(
    r"^\s*(?:[.,!?;:)\]\"'—–-]|$|(?:is|was|has|had|will|and|with|from|to|on|by|as|now|totals?|contains|includes|already|stays|remains|are|"
    r"בוטלה|אושרה|נקלטה|נרשמה|עודכנה|היא|הייתה|כבר|עדיינ|על|עמ|ב|של|כוללת|נמצאת|בסכ|בסטטוס|ממתינה|מה|שלכ|לא|"
    r"был|уже|отменен|оформлен|подтвержден|на|с|и|в|еще|не|принят|создан|обновлен|تم|تمت|قد|كان|ملغي|موكد|في|بقيمه|لا|هو)\b)"
)


class OrderNumber(NamedTuple):
    """A number marked as an order's, and where the mark and the number stand."""

    start: int
    end: int
    number: int


def order_numbers_in(text: str) -> list[OrderNumber]:
    """The numbers that folded `text` marks as order numbers, left to right."""
    found: dict[int, OrderNumber] = {}
    for match in _matches(text):
        _note(found, match)
        more = _MORE.match(text, match.end()) if _lists(match, text) else None
        while more is not None:
            _note(found, more)
            more = _MORE.match(text, more.end())
    return [found[at] for at in sorted(found)]


def _note(found: dict[int, OrderNumber], match: re.Match[str]) -> None:
    found.setdefault(match.start(1), OrderNumber(match.start(), match.end(), int(match.group(1))))


def _matches(text: str) -> Iterator[re.Match[str]]:
    if "#" in text:
        yield from _HASH.finditer(text)
    yield from _APART.finditer(text)
    for bare in _BARE_MARK.finditer(text):
        before = re.split(r"[.!?\n]", text[max(0, bare.start() - 70) : bare.start()])[-1]
        if _STEM.search(before) and not _OTHER_NUMBER.search(before):
            yield bare
    for stem in _STEM.finditer(text):
        match = _MARKED.match(text, stem.start())
        if match is None and not _VERB_BEFORE.search(text[max(0, stem.start() - 12) : stem.start()]):
            match = _BARE.match(text, stem.start())
            if match is not None and len(match.group(1)) < 3 and not _ENDS.match(text[match.end() :]):
                match = None
        if match is not None:
            yield match


def _lists(match: re.Match[str], text: str) -> bool:
    """Whether a list of numbers may go on after `match`: after a plural, or when the next has its own mark."""
    return (
        re.search(r"orders|הזמנות|заказы|заказов|طلبات", match.group()) is not None
        or "#" in text[match.end() : match.end() + 8]
    )
