"""Dates that a reply promises without anything that bears them out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from services.agent.truth import mood
from services.agent.truth.facts import Evidence, Violation
from services.agent.truth.moments import When, weekdays_of, whens_in
from services.agent.truth.patterns import compile_folded
from services.agent.truth.sentences import Clause, Reply
from services.agent.truth.text import fold, words

# Words that make a date a promise: something will come, be ready or be fetched.
_PROMISE = compile_folded(
    r"\b(?:deliver\w*|arriv\w+|ship(?:s|ped|ping)?|ready|pick-?up|pick (?:it |them )?up|collect\w*|bring\w*|drop (?:it )?off|courier|driver|be there|get it|receive"
    r"|reach you|(?:call|contact|get back to) you|scheduled|expect (?:it|your)|dispatch\w*|on its way|have it|be with you|coming|due|waiting for you|awaits?|see you)\b"
    r"|משלוח|יגיע|תגיע|נשלח|ישלח|נמסור|תימסר|יסופק|תסופק|נספק|אספקה|(?<!\w)מוכנ|תקבל|איסופ|לאסופ|תאספ|שליח|נביא|יחזור(?:ו)? אלי|ניצור|ייצור|יתקשר|תצא|אצלכ|תחזור אלי|מגיע(?:ה|ימ)?(?!\w)|תהיה אצלכ|נגיע|מחכה לכ|ממתינה? לכ|מחכימ לכ"
    r"|достав\w+|привез\w+|приед\w+|прибуд\w+|готов\w*|получ(?:ите|ишь)|курьер\w*|отправ(?:им|ят|ляем|лен\w*)|самовывоз\w*|забрать|заберете|перезвон\w+|свяж(?:ется|утся|емся)|позвон\w+|будет у вас|придет|ждите"
    r"|توصيل|نوصل|(?:س|ب|ن)?(?:يصل|تصل|وصل)|بيوصل|جاهز|استلام|تستلم|السايق|السائق|الساءق|المندوب|سنرسل|سيتصل|سيتواصل|شحن|يكون عندك|نجيب|ستكون عندك"
)
_ORDER = compile_folded(r"\border|הזמנ|заказ|طلب")
_FOR = compile_folded(r"(?:\bfor(?: the| this| next)?|(?<!\w)ל(?:יומ)?-?|\bна|(?<!\w)(?:ليوم|ل))\s*$")
_SPECIFIC = compile_folded(
    r"\b(?:will|'ll|\w+'ll|order|it'?s?|going to|arriving|scheduled|set for|courier|driver|you|expect|delivery date|delivery:|delivery is|be there)\b"
    r"|יגיע|תגיע|יהיה|תהיה|יהיו|תקבל|נביא|נשלח|נמסור|הזמנה|הזמנתכ|המשלוח|יחזור|יתקשר|ייצר|נספק|תצא|השליח|מוכנ|ייצור|אצלכ|תאריכ|נגיע|מחכה לכ|ממתינה? לכ|מחכימ לכ"
    r"|будет|будут|доставим|привезем|приедет|получите|придет|ваш|заказ|прибудет|свяжется|доставлен|ждите|перезвон|позвон|назначен|дата|(?<!\w)(?:س\w{3,}|سوف|طلبك|الطلب|راح|رح|تاريخ|بيوصل|السايق|السائق)"
)
_OFFERED = compile_folded(
    r"\b(?:can|could|may|might|would|possible|option|choose|available|try to see|prefer|usually|want|like|or later|ask)\b|אפשר|ניתנ|יכול|נוכל|אפשרי|תוכל|בדרכ כלל|תרצה|רוצה|ננסה לבדוק|מעדיפ|\b(?:может|можем|можно|могу|возможно|обычно|хотите|сможем)\b|(?<!\w)(?:يمكن\w*|ممكن|نستطيع|نقدر|عاده|تريد|تحب)(?!\w)"
)
_REQUESTED = compile_folded(
    r"\b(?:request\w*|asked|wanted|wish\w*|preferred|you need|as you)\b|ביקש|רצית|לבקשת|כבקשת|מבוקש|(?:вы )?(?:просили|хотели|желаем\w+|пожелан\w+|попросили)|طلبت|تريد|رغبت|حسب طلبك"
)
_PAST = compile_folded(
    r"\b(?:ordered|placed|created|made|on record)\b|הוזמנ|נוצר|הזמנת|בוצע|נקלט|оформлен|сделан|создан|заказывали|تم|طلبت"
    # Of these only the date itself can follow: "the order of 9 November", not "the delivery of your order is today".
    r"|(?:\b(?:from|since|of|dated)|(?<!\w)מתאריכ|\bот|(?<!\w)بتاريخ)(?: the)?\s*$"
)
_FUTURE = compile_folded(
    r"\b(?:will|shall|going to|\w+'ll)\b|(?<!\w)(?:ו|ש)?(?:יהיה|תהיה|יהיו)(?!\w)|\bбуд(?:ет|ут|ем)\b|(?<!\w)و?(?:سوف|س\w{3,}|راح|رح)(?!\w)"
)
_HOURS = compile_folded(
    r"\b(?:open|opens|closed|closes|hours|until|till)\b|פתוח|סגור|שעות|открыт|работаем|закрыт|часы|مفتوح|نعمل|دوام|مغلق"
)


def check_dates(reply: Reply, evidence: Evidence) -> Iterator[Violation]:
    """Promised dates, spans and hours that no order, business text or (for what is asked) customer named."""
    reported: set[int] = set()
    for when in whens_in(reply.text, evidence.today):
        clause = reply.clause_at(when.start)
        if clause is None or clause.asks or clause.start in reported or not _promises(clause, when):
            continue
        dates = _wanted_dates(reply, clause, evidence)
        if _borne_out(when, clause, dates, evidence) or _not_promised(when, clause):
            continue
        reported.add(clause.start)
        wanted = ", ".join(str(day) for day in dates if day is not None) or "none"
        reason = f"Nothing bears out {when.text!r} (wanted dates of orders: {wanted})."
        yield Violation("date", clause.text.strip()[:160], reason)


def _not_promised(when: When, clause: Clause) -> bool:
    """Whether the clause denies the date, supposes it or offers it to choose."""
    at = when.start - clause.start
    if mood.denied(clause.text, at, at + len(when.text)):
        return True
    if mood.conditional(clause.text) and "would" not in clause.text:
        return True
    offered = _OFFERED.search(clause.text)
    return offered is not None and not (when.kind == "span" and offered.group() == "would")


def _promises(clause: Clause, when: When) -> bool:
    if _PROMISE.search(clause.text):
        return True
    if _ORDER.search(clause.text) and (_FOR.search(clause.text[: when.start - clause.start]) or when.text[0] == "ל"):
        return True
    return len(words(clause.text)) <= 5 and _PROMISE.search(clause.sentence) is not None


def _wanted_dates(reply: Reply, clause: Clause, evidence: Evidence) -> list[date | None]:
    numbers = reply.numbers_of(clause)
    return [order.wanted_date for order in evidence.orders if not numbers or order.number in numbers]


def _borne_out(when: When, clause: Clause, wanted: list[date | None], evidence: Evidence) -> bool:
    if any(day in when.days for day in wanted):
        return True
    if any(order.created_date in when.days for order in evidence.orders) and _tells_of_the_past(when, clause):
        return True
    if (_REQUESTED.search(clause.text) or clause.in_question or when.kind == "clock") and _customer_said(
        when, evidence
    ):
        return True
    return _business_says(when, clause, evidence)


def _tells_of_the_past(when: When, clause: Clause) -> bool:
    """Whether the date is when an order was made: no promise stands between it and the word that tells so.

    "Order #124 was placed and will be delivered today" tells when it comes, not when it was placed.
    """
    at = when.start - clause.start
    before, after = clause.text[:at], clause.text[at + len(when.text) :]
    if past := list(_PAST.finditer(before)):
        between = before[past[-1].end() :]
    elif told := _PAST.search(after):
        between = after[: told.start()]
    else:
        return False
    return _PROMISE.search(between) is None and _FUTURE.search(between) is None


def _customer_said(when: When, evidence: Evidence) -> bool:
    said = whens_in(fold(evidence.customer_text), evidence.today)
    return any(other.days & when.days or (other.kind == when.kind and other.text == when.text) for other in said)


def _business_says(when: When, clause: Clause, evidence: Evidence) -> bool:
    """Whether the business itself names it; its weekdays tell when it delivers, not when one order comes."""
    if when.kind == "weekday":
        specific = _SPECIFIC.search(clause.text) is not None and _HOURS.search(clause.text) is None
        return not specific and when.weekday in weekdays_of(evidence.business_text, evidence.today)
    business = _named_by_business(evidence.business_text, evidence.today)
    if when.kind in ("span", "clock"):
        return any(other.kind == when.kind and _same_span(other.text, when.text) for other in business)
    return any(other.days & when.days and other.kind == when.kind for other in business)


def _same_span(one: str, other: str) -> bool:
    first, second = (frozenset(word for word in words(text) if word.isdigit()) for text in (one, other))
    return first == second and (bool(first) or one == other)


@lru_cache(maxsize=256)
def _named_by_business(text: str, today: date) -> tuple[When, ...]:
    return tuple(whens_in(fold(text), today))
