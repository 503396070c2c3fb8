"""Finds in a reply the clauses that claim a deed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from services.agent.truth import mood
from services.agent.truth.catalog import Mention
from services.agent.truth.leaning import leans_on_first_person, leans_on_passive
from services.agent.truth.lexicon.build import deed_of
from services.agent.truth.lexicon.languages import LANGUAGES, Language
from services.agent.truth.patterns import compile_folded
from services.agent.truth.sentences import Clause, Reply


@dataclass(frozen=True, slots=True)
class Claim:
    """That a deed was done: which, to which order numbers and products, and whether it is told as long done."""

    deed: str
    voice: str
    clause: Clause
    text: str
    tail: str
    numbers: frozenset[int]
    products: tuple[Mention, ...]
    earlier: bool
    now: bool


# What a passive claim must be about; "prices were updated" or "fresh herbs are added" concern no customer's order.
_SUBJECT = compile_folded(
    r"\b(?:orders?|requests?|reservation|booking|deliver(?:y|ies)|pick-?up|it|they|that|this|everything|both|address|name"
    r"|phone|number|details|profile|notes?|preferences?|quantity|date|items?|changes?|payment|refund|discount|fee|cancellation"
    r"|update|all|you|these|those|i|message|question|issue|complaint|inquiry|instructions?|one|we|team|manager|kitchen|card|account|money|invoice|shop|basket|cart)\b|#\s?\d|\d"
    r"|(?:הזמנ|משלוח|איסופ|כתובת|שמ|טלפונ|פרטי|הערה|הערות|בקשה|בקשת|כמות|תאריכ|פריט|מוצר|שינוי|תשלומ|החזר|הנחה|ביטול|הכל|הכול|זה|היא|הוא|הנ|הנה|המ|שיחה|פנייה|פניה|פנייתכ|הודעה|צוות|מנהל|קילו|כרטיס|קיבלת|לכ|סכומ)"
    r"|(?:заказ|заявк|доставк|самовывоз|адрес|имя|телефон|номер|данные|профиль|примечан|пожелан|комментари|количеств|дата|дату|товар|позици|оплат|возврат|скидк"
    r"|отмена|все|это|он|она|они|оно|обращени|вопрос|просьб|кг|килограмм|сообщени|деньги|бронь|карт|вас|вам|ваш|менеджер|информаци|запрос|изменени)"
    r"|(?:طلب|توصيل|عنوان|اسم|رقم|هاتف|ملاحظ|كميه|تاريخ|منتج|دفع|خصم|استرداد|كل|هو|هي|رساله|استفسار|شكوي)"
)
# Habits and rules of the house, not news of an order.
_HABIT = compile_folded(
    r"\b(?:every|each|any|an|no(?! longer)|usually|always|normally|typically|generally)\b|(?<!your )(?<!the )(?<!both )(?<!all )(?<!these )(?<!these two )\borders\b"
    r"|(?<!\w)(?:כל הזמנה|הזמנות|בדרכ כלל|תמיד|לרוב)(?!\w)|\b(?:каждый|любой|обычно|всегда|заказы)\b|(?<!\w)(?:كل طلب|الطلبات|عاده|داءما)(?!\w)"
)
_ONE_TIME = re.compile(r"\bonce\W*$")  # "you ordered it once" supposes nothing
_HABIT_AFTER = compile_folded(
    r"^\W*(?:only |usually )?(?:once|when|after|upon|within|if|every|daily|until|by (?:the|our) (?:business|shop|team|store|bakery)(?: \w+)? (?:after|once|before))\b"
)
_OTHERS_DID = compile_folded(
    r"(?:\b(?:вы|ты|клиент|кто-то|если)|\bкак я|\bкак)(?: (?:не )?(?:уже|раньше|ранее|сами|только что|просто))*\s*$|(?<!\w)(?:כפי ש|כמו ש|כפי|כמו)\s?ש?$"
)
_NARRATED = re.compile(r"\bas (?:i|we)\b[^,]*$")
_STATES_LOOSE = frozenset(
    {"had", "contains", "held", "pending", "allset", "discounted", "shipped", "ready", "generic", "agreed", "prepared"}
)
_ONE_OF_THEM = compile_folded(
    r"\W*(?:and |ו|и |و)?(?:one|another|the (?:first|second|other|last)|with|containing|אחת|השניי?ה|האחרת|של|עמ|один|другой|второй|на|с|واحد|واحده|الثاني|الاخر)\b"
)
# What a business says of itself, not of an order.
_HOUSE = compile_folded(
    r"\b(?:prices?|recipes?|menu|hours|catalog|policy|website)\b|מחיר|תפריט|מתכונ|שעות|קטלוג|\bцен|меню|рецепт|часы|سعر|اسعار|قايمه"
)
# "The order was changed by somebody else" explains a refusal; it claims no deed of ours.
_BY_OTHERS = compile_folded(
    r"\b(?:some(?:one|body) else|another person|elsewhere|in the meantime)\b|מישהו אחר|בינתיימ|кто-то друг|кем-то друг|тем временем|شخص اخر|في هذه الاثناء"
)
_HEAD_WORDS = compile_folded(
    r"^\W*(?:(?:ok|okay|sure|great|yes|also|now|כנ|מעולה|אז|כבר|да|отлично|уже|نعم|حسنا)\W*)*$"
)


class _Found(NamedTuple):
    clause: Clause
    start: int
    end: int
    deed: str
    voice: str


def claims(reply: Reply) -> Iterator[Claim]:
    """Every affirmative claim of a deed in `reply`, left to right."""
    languages = [language for language in LANGUAGES if language.letters.search(reply.text)]
    found: list[_Found] = []
    for clause in reply.clauses:
        if not clause.asks:
            for language in languages:
                found += _in_clause(reply, clause, language)
    for i, one in enumerate(found):
        same = [
            other for other in found[max(i - 1, 0) : i + 2] if other.clause.sentence_start == one.clause.sentence_start
        ]
        before = max((other.end for other in same if other.end <= one.start), default=one.clause.sentence_start)
        sentence_end = one.clause.sentence_start + len(one.clause.sentence)
        after = min((other.start for other in same if other.start >= one.end), default=sentence_end)
        yield _claim(reply, one, before, after)


def _in_clause(reply: Reply, clause: Clause, language: Language) -> Iterator[_Found]:
    opening = language.opening.match(clause.text) if language.opening else None
    for match in chain((opening,) if opening else (), language.claims.finditer(clause.text)):
        deed, voice = deed_of(match)
        if voice in ("more", "also") and leans_on_passive(reply, clause, match.start(), deed):
            voice = "leant"
        if _is_claim(reply, clause, match, deed, voice):
            yield _Found(clause, clause.start + match.start(), clause.start + match.end(), deed, voice)


def _is_claim(reply: Reply, clause: Clause, match: re.Match[str], deed: str, voice: str) -> bool:
    start, end = match.span()
    if _not_affirmed(clause.text, start, end, deed):
        return False
    if voice == "leant":
        return _is_news(reply, clause, end, deed)
    if voice in ("more", "also"):
        return voice == "more" and leans_on_first_person(reply, clause, start)
    if voice in ("did", "bare"):
        left = clause.text[:start]
        return _OTHERS_DID.search(left) is None and _NARRATED.search(left) is None
    heads_nothing = deed == "contains" and end == len(clause.text) and not _heads_a_list(reply, clause, start)
    if heads_nothing or (deed == "agreed" and not _strikes_a_bargain(reply, clause)):
        return False
    return _is_news(reply, clause, end, deed) and (deed in _STATES_LOOSE or _about_the_order(reply, clause, start))


def _not_affirmed(text: str, start: int, end: int, deed: str) -> bool:
    """Whether the deed is denied, supposed, put in somebody's mouth, or told of somebody else."""
    if mood.denied(text, start, end) or mood.attributed(text[:end]):
        return True
    if deed == "changed" and _BY_OTHERS.search(text):
        return True
    # A discount that will be given is as much invented as one that was.
    return mood.conditional(text[:start]) if deed == "discounted" else mood.supposed(text, start)


def _heads_a_list(reply: Reply, clause: Clause, start: int) -> bool:
    """Whether an order number that ends its clause is followed by what the order holds ("Order #124: 2 kg ...")."""
    return len(clause.text[:start].split()) <= 1 and reply.text[clause.end : clause.end + 1] in (":", "—", "–")


def _strikes_a_bargain(reply: Reply, clause: Clause) -> bool:
    """Whether "closed!" opens its line: elsewhere it tells of the hours."""
    return clause.start == reply.line_of(clause)[0] and reply.text[clause.end : clause.end + 1] == "!"


def _is_news(reply: Reply, clause: Clause, end: int, deed: str) -> bool:
    """Whether a state is told as having come about, not as what always or conditionally is so."""
    if deed in ("had", "contains", "held"):
        return not mood.conditional(_ONE_TIME.sub("", clause.text))
    habit = _HABIT.search(clause.text[:end])
    return (habit is None or bool(reply.numbers_of(clause))) and _HABIT_AFTER.search(clause.text[end:]) is None


def _about_the_order(reply: Reply, clause: Clause, start: int) -> bool:
    text = clause.text
    if _HOUSE.search(text[:start]):
        return False
    if _SUBJECT.search(text) is not None or _HEAD_WORDS.search(text[:start]) is not None:
        return True
    return bool(reply.named(clause.start, clause.end))


def _reach(reply: Reply, found: _Found, after: int) -> int:
    """Where the products that belong to a claim end: with its clause, or with the list of what an order holds."""
    end = found.clause.end
    if found.deed in ("created", "contains") and (below := _listed_below(reply, found.clause)) is not None:
        return below
    if found.deed == "contains":
        return after
    if found.deed == "created" and reply.text[end : end + 1] == ":":  # "Order #124 is placed: 2 kg ..."
        listed = [clause.end for clause in reply.clauses if end <= clause.start < after and not clause.asks]
        end = max(listed, default=end)
    for clause in reply.clauses if found.deed == "had" else ():
        if clause.start >= end and clause.start < after and _ONE_OF_THEM.match(clause.text):
            end = clause.end
    return min(end, after)


def _listed_below(reply: Reply, clause: Clause) -> int | None:
    """Where the lines end, each with a product, that stand below a clause which ends its line with a colon."""
    _, line_end = reply.line_of(clause)
    if reply.text[clause.end : line_end].strip() != ":":
        return None
    end = line_end
    asking = {other.line for other in reply.clauses if other.asks}
    for number, (start, stop) in enumerate(reply.lines[clause.line + 1 :], start=clause.line + 1):
        if number in asking or not reply.named(start, stop):
            break
        end = stop
    return end


def _claim(reply: Reply, found: _Found, before: int, after: int) -> Claim:
    """The claim with what belongs to it: numbers and products between its neighbours in the sentence.

    What somebody did stands before its object ("I cancelled #124"), a state after it ("#124 was cancelled").
    """
    clause, state = found.clause, found.voice in ("state", "leant")
    inside = reply.numbers_between(found.start, found.end)
    left = reply.numbers_beside(before, found.start, last=True)
    right = reply.numbers_beside(found.end, after, last=False)
    nearest = (left or right) if state or found.voice == "bare" else (right or left)
    numbers = inside or nearest or reply.numbers_of(clause)
    since = max(before, clause.start) if state else found.start
    return Claim(
        deed=found.deed,
        voice="state" if state or (found.voice == "bare" and numbers) else "did",
        clause=clause,
        text=clause.text.strip(),
        tail=clause.text[found.start - clause.start :],
        numbers=numbers,
        products=tuple(reply.named(since, _reach(reply, found, after))),
        earlier=mood.earlier(clause.text),
        now=mood.right_now(clause.text),
    )
