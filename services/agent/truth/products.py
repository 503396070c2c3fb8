"""Products that a reply offers though the catalog lacks them.

Two signs, both conservative: a known good that nothing in the catalog or the business's own words covers, right
after "we have / sell / offer" or at the head of a listed line; and a listed line with a price whose name is no product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from services.agent.truth import mood
from services.agent.truth.catalog import script_of, vocabulary_of
from services.agent.truth.facts import Evidence, Violation
from services.agent.truth.foods import ends_object, goods_in, meanings
from services.agent.truth.patterns import compile_at_words, compile_folded
from services.agent.truth.sentences import Clause, Reply
from services.agent.truth.text import BREAK, WORD, words

_OFFER = compile_at_words(
    r"\b(?:(?:we|i)(?:'ve| also| do| still| now| currently| can also| can| even)* (?:have|got|sell|offer|carry|stock|make|bake|serve|recommend|suggest|do)|we've got"
    r"|(?:there(?:'s| is| are)|here(?:'s| is| are))(?: also)?|(?:you (?:can|could|might|may) (?:also )?(?:try|order|get|take))|try (?:our|the)|check out our"
    r"|(?:available|in stock|on offer)(?: now| today)?(?: are| is)?|our(?! (?:shop|store|team|hours)))\b"
    r"|(?<!\w)(?:ו|ש)?(?:(?:יש|ישנמ|ישנה) (?:לנו|אצלנו|לי|גמ|פה|כאנ|במלאי|היומ)(?: גמ| עוד| היומ| עכשיו| לכמ)*|אצלנו יש|אנחנו (?:גמ )?(?:מוכרימ|מציעימ|אופימ|מכינימ|מגישימ)|אני (?:יכול(?:ה)? )?(?:להציע|ממליצ(?:ה)?|מציע(?:ה)?)(?: לכ| לכמ| גמ| על| את)*"
    r"|במלאי|תנסו את|אפשר (?:גמ )?להזמינ|מומלצ(?:ימ)?|קיבלנו|הגיע(?:ו)?(?: לנו)?)(?!\w)"
    r"|\b(?:(?:у нас|в наличии|в ассортименте|в меню)(?: \w+){0,2}? (?:есть|имеется|имеются|появил\w+|также)|есть (?:также |еще )?у нас|(?:мы )?(?:также |еще )?(?:предлагаем|продаем|печем|готовим|делаем)|(?:могу|можем|рад\w*|рекомендую|советую) (?:также )?(?:предложить|порекомендовать|попробовать)?|попробуйте|рекомендую|советую)\b"
    r"|(?<!\w)(?:و)?(?:(?:لدينا|عندنا|نقدم|نبيع|نوفر|يوجد لدينا|يوجد عندنا|متوفر|متوفر لدينا|انصحك ب|جرب|جربوا|يمكنني ان اقترح|اقترح)(?: ايضا| كمان| اليوم| لك)*)(?!\w)"
)
_DIGIT = re.compile(r"\d")
_BULLET = re.compile(rf"^[\s{BREAK}]*(?:[-–—+]\s+|{BREAK}|\d{{1,2}}[.)]\s*)+")
_PRICED_LINE = compile_folded(
    rf"^[\s{BREAK}]*(?:[-–—+]\s+|\d{{1,2}}[.)]\s+)?[\"']?(?P<name>[^\W\d_][^\d:\n{BREAK}]{{2,45}}?)[\"']?\s*(?:\([^)\n]{{1,40}}\)\s*)?(?:[{BREAK}:–—-]|\s-\s)+\s*(?:only |רק )?(?:₪\s*\d|\d[\d.,]*\s*(?:₪|ש\"ח|שח|שקל|шек|شيكل|nis|ils))"
)
# What a priced line may be about besides a product.
_NOT_GOODS = compile_folded(
    r"\b(?:total|sub-?total|sum|deliver\w*|shipping|pick-?up|price|cost|amount|order|orders|fee|minimum|discount|vat|tax|tip|balance|budget|difference|altogether|together|all|it|that|this|you|your|item|basket|cart"
    r"|before|after|each|per|only|just|would|is|are|was|kg|kilo|gram|pieces?|slice|whole|loaf|half|quarter|from|now|comes|both|grand|estimate|quote|free|payment|line|unit|more|extra|first|second|one|two|three|four|five)\b"
    r"|סה\"כ|סכ|סכומ|מחיר|משלוח|הזמנ|עלות|הנחה|מינימומ|תשלומ|ביחד|יחד|לתשלומ|ליחידה|לק\"ג|לקילו|קילו|ק\"ג|חצי|רבע|פריט|זה|לפני|אחרי|מע\"מ|תקציב|הפרש|כולל|גרמ|שורה|שני|שתי|שלוש|הצעת|אחד|אחת|כיכר|פרוסה|יחידה|ל\d"
    r"|итого|всего|сумма|цена|доставк|заказ|стоимост|скидк|вместе|минимальн|за кг|кг|килограмм|полкило|половин|штук|это|разниц|бюджет|оплат|шт|один|два|две|три|позици|кусок|буханк"
    r"|مجموع|اجمالي|سعر|توصيل|طلب|تكلفه|خصم|المبلغ|كيلو|نصف|ربع|حبه|قطعه|رغيف|الفرق|الحد|كغ|دفع|هذا|شريحه|واحد"
)


def check_products(reply: Reply, evidence: Evidence) -> Iterator[Violation]:
    """Goods that are offered, in words or as a priced line, and that are neither sold nor otherwise known."""
    known = evidence.catalog.vocabulary | _business_vocabulary(evidence.business_text)
    for clause, goods in _unknown_goods(reply, known):
        if clause.asks or mood.negative(clause.text) or mood.attributed(clause.text):
            continue
        starts = _offers(reply, clause)
        good = next((good for start in starts for good in goods if good.offered_from(start, clause)), None)
        if good is not None:
            yield Violation("product", clause.text.strip()[:160], f"Nothing in the catalog is called {good.word!r}.")
    if evidence.catalog.products:
        yield from _priced_lines(reply, evidence, known)


class _Good(NamedTuple):
    word: str
    start: int

    def offered_from(self, start: int, clause: Clause) -> bool:
        """Whether an offer at `start` of the clause reaches this good: nothing before it ends the offered object."""
        return self.start >= start and not ends_object(clause.text[start : self.start])


def _unknown_goods(reply: Reply, known: frozenset[str]) -> Iterator[tuple[Clause, list[_Good]]]:
    """The clauses that name goods which nobody sells, with these goods."""
    found: dict[int, tuple[Clause, list[_Good]]] = {}
    for match in WORD.finditer(reply.text):
        goods = goods_in(match.group())
        if goods and known.isdisjoint(goods) and (clause := reply.clause_at(match.start())) is not None:
            good = _Good(match.group(), match.start() - clause.start)
            found.setdefault(clause.start, (clause, []))[1].append(good)
    yield from found.values()


def _offers(reply: Reply, clause: Clause) -> list[int]:
    """Where in the clause the offered object may begin."""
    offers = [match.end() for match in _OFFER.finditer(clause.text)]
    line_start, line_end = reply.line_of(clause)
    listed = clause.start - line_start <= 6 and _BULLET.match(reply.text[line_start:line_end])
    if not offers and (listed or _continues_offer(reply, clause)):
        offers = [0]
    return offers


def _continues_offer(reply: Reply, clause: Clause) -> bool:
    """Whether `clause` is a further item of a list that an offer opened ("we have A, B and C")."""
    if len(words(clause.text)) > 6 or _VERBS.search(clause.text):
        return False
    before = reply.text[clause.sentence_start : clause.start]
    offers = list(_OFFER.finditer(before))
    if not offers or mood.negative(before):
        return False
    return all(len(words(part)) <= 6 for part in re.split(r"[,:;]", before[offers[-1].end() :]))


_VERBS = re.compile(r"\b(?:is|are|was|were|i|we|you|it|can|will|would)\b")


def _priced_lines(reply: Reply, evidence: Evidence, known: frozenset[str]) -> Iterator[Violation]:
    """Lines like "Veal schnitzel — 60 ₪" whose name shares no word with anything known."""
    for start, end in reply.lines:
        if not _DIGIT.search(reply.text, start, end):
            continue
        match = _PRICED_LINE.match(reply.text[start:end])
        if match is None:
            continue
        name = match.group("name").strip()
        if reply.named(start + match.start("name"), start + match.end("name")):
            continue
        if script_of(name) not in evidence.catalog.scripts or _NOT_GOODS.search(name) or mood.negative(name):
            continue
        if not any(key in known for word in words(name) for key in meanings(word)):
            yield Violation("product", name[:160], f"Nothing in the catalog is called {name!r}.")


@lru_cache(maxsize=256)
def _business_vocabulary(text: str) -> frozenset[str]:
    return vocabulary_of([text])
