"""Finds the amounts of money in a text: by currency sign, or by words that only stand beside a price."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from services.agent.truth.figures import NUMBER, readings, spoken_number, word_value
from services.agent.truth.patterns import by_first_letter, compile_at_words, compile_folded, tag_of, tagged

_SIGNS = {
    "ILS": r"₪|nis\b|ils\b|ש(?:\"|'{1,2}|\.)?ח(?!\w)|שקל(?:ימ)?(?: חדשימ)?|shekel\w*|sheqel\w*|шек(?:ел\w*|\.|\b)|ш\.|(?:شيكل|شيقل|شواكل|شواقل|شيكلا|شاقل)(?!\w)|ש'",
    "USD": r"\$|usd\b|dollars?|bucks|доллар\w*|דולר\w*|دولار\w*",
    "EUR": r"€|eur\b|euros?\b|евро|יורו|אירו|يورو",
    "GBP": r"£|gbp\b|pounds? sterling|фунт\w* стерлингов|ליש\"ט",
    "RUB": r"₽|rub\b|rubles?|roubles?|руб(?:\.|л\w*|\b)|רובל\w*|روبل",
}
_SIGN = by_first_letter(part for code, source in _SIGNS.items() for part in tagged(source, code))
_NUMBER = re.compile(rf"(?<![\d.,:/])(?:{NUMBER})")
_SIGN_AFTER = compile_folded(rf"(?:\.-|\s?-)?\s?\(?(?:{_SIGN})")
_SIGN_BEFORE = compile_folded(
    r"(?:(?P<ILS__0>₪|\b(?:nis|ils)|(?<!\w)ש\"?ח)|(?P<USD__0>\$|\busd)|(?P<EUR__0>€|\beur)|(?P<GBP__0>£|\bgbp)|(?P<RUB__0>₽|\brub))\s?$"
)
_SIGN_ALONE = compile_folded(rf"[ -](?<=[^\W\d_].)(?:{_SIGN})")
_PER_UNIT = compile_folded(
    r"\s*(?:(?:-|/)?\s*(?:(?:per|/|for|each|ל-?|לכל|за|на|لكل|ל כל)\s*(?P<grams>\d{2,4})\s*(?:g|gr|gram\w*|גרמ|ג'|г|гр|грамм\w*|غرام|غ)\b)"
    r"|(?:-|/)?\s*(?:(?:per|a|an|each|/)\s*(?:1 )?(?:kg|kilo\w*|unit|piece|loaf|slice|cake|tart)\b|(?P<each>each|apiece)\b"
    r"|(?:לק\"ג|לקילו\w*|/\s*(?:ק\"ג|קילו)|לכיכר|ליחידה|לפרוסה|לעוגה|כל אחד|כל אחת|ליח'?|לחתיכה|הקילו)(?!\w)"
    r"|(?:за|/)\s*(?:1 )?(?:кг|кило\w*|штуку|шт|килограмм|буханку|кусок)\b|кило\b(?=\W*$)"
    r"|(?:لل|لكل |/ ?)(?:كيلو\w*|كغ|كغم|حبه|قطعه|رغيف|واحده|شريحه)|(?:ال|للواحد)(?:كيلو\w*|واحده?)))"
)
# A number after a price word is money unless a unit or a noun follows it.
_PRICE_WORD = compile_folded(
    r"(?:\b(?:price(?:d)?|costs?|total(?:s|ing)?(?: price| amount| cost)?|sub-?total|sum|amount|comes to|for only|altogether|pay)(?: (?:is|are|at|of|to|now|will be|would be|comes to|for (?:your|the) order|to pay))*"
    r"|(?<!\w)ו?(?:ה?מחיר(?:ו|ה)?|עול(?:ה|ות|ימ)|סה\"כ|סה''כ|סכ הכל|סכ הכול|ה?סכומ|בסכ|לתשלומ|יעלה|תעלה|יוצא|עלות|יצא)(?: (?:הוא|היא|של|לתשלומ|הכולל|הכל|שלכ|יהיה|בסכ|לכ))*"
    r"|\b(?:цена|стоит|стоят|стоимость|итого|всего|сумма|к оплате|обойдется в|выходит|по цене|общая сумма)(?: (?:это|составляет|составит|будет|заказа|за все))*"
    r"|(?<!\w)(?:ال|ب)?(?:سعر|سعره|سعرها|مجموع|اجمالي|المبلغ|تكلفه|يكلف|ثمن|بسعر)(?: (?:هو|هي|الكلي|الاجمالي|الطلب))*)"
    r"\s*[:=—–-]?\s*$"
)
_NOT_A_PRICE = compile_folded(
    r"(?:\s?[%/:×x]|\s?-?\s?(?:kg|kilo|g\b|gr|items?|pieces?|products?|units?|loa|slices?|ק\"ג|קילו|גרמ|פריט|יח|מוצר|כיכר|ימימ|שעות|דקות|кг|кило|гр|шт|позиц|товар|كيلو|كغ|غرام|حبه|حبات|قطع|منتج|اصناف|[^\W\d_]))"
)
_TOTAL = compile_at_words(
    r"(?:totals?|totall?ing|sum|comes to|altogether|in all|came to|amounts? (?:to|due))\b|[ובלה]?(?:סה\"כ|סה''כ|סכ הכל|סכ הכול|בסכ|הסכומ|לתשלומ|סכומ|ביחד)|итого|всего|общая сумма|на сумму|сумма|к оплате|вместе|(?:ال)?مجموع|اجمالي|الكلي|المبلغ|بقيمه"
)


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in a text: what the number may mean, its currency if marked, and where it stands.

    `per` is the quantity a unit price is for (1, or 0.1 for "per 100 g"), None where none is named; `total` tells
    that a word such as "total" stands before it.
    """

    values: tuple[Decimal, ...]
    currency: str | None
    start: int
    end: int
    per: Decimal | None
    total: bool


def amounts_in(text: str) -> list[Amount]:
    """Every amount of folded `text`, left to right."""
    found: list[Amount] = []
    for match in _NUMBER.finditer(text):
        amount = _marked(text, match)
        if amount is not None:
            found.append(amount)
    found += _spoken(text)
    return sorted(found, key=lambda amount: amount.start)


def _marked(text: str, number: re.Match[str]) -> Amount | None:
    """The number as an amount, if a sign, a unit price or a price word marks it as one."""
    start, end = number.span()
    left = text[max(text.rfind("\n", 0, start) + 1, start - 45) : start]
    sign = _SIGN_AFTER.match(text, end) or _SIGN_BEFORE.search(left[-5:])
    after = sign.end() if sign is not None and sign.re is _SIGN_AFTER else end
    unit = _PER_UNIT.match(text, after)
    bare_unit = unit is not None and unit.group("each") is None
    if sign is None and not bare_unit and not (_PRICE_WORD.search(left) and not _NOT_A_PRICE.match(text, end)):
        return None
    total = _TOTAL.search(left) is not None
    return Amount(readings(number.group()), sign and tag_of(sign), start, after, _per(unit), total)


def _per(unit: re.Match[str] | None) -> Decimal | None:
    if unit is None:
        return None
    return Decimal(unit.group("grams")) / 1000 if unit.group("grams") else Decimal(1)


def _spoken(text: str) -> Iterator[Amount]:
    """Amounts in words ("fifty shekels")."""
    for sign in _SIGN_ALONE.finditer(text):
        left = text[max(text.rfind("\n", 0, sign.start()) + 1, sign.start() - 45) : sign.start()]
        spoken = left.replace("-", " ").split()[-5:]
        value = spoken_number(spoken) if spoken and word_value(spoken[-1]) is not None else None
        if value is not None and value >= 2:
            start = sign.start() - len(spoken[-1])
            total = _TOTAL.search(left) is not None
            yield Amount((value,), tag_of(sign), start, sign.end(), _per(_PER_UNIT.match(text, sign.end())), total)
