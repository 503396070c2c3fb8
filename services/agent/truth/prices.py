"""Judges the amounts of a reply by the catalog, orders, quotes, the business's own words and plain arithmetic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from services.agent.truth import mood
from services.agent.truth.amounts import Amount, amounts_in
from services.agent.truth.arithmetic import written_out
from services.agent.truth.catalog import Mention
from services.agent.truth.facts import Evidence, Violation
from services.agent.truth.figures import quantities
from services.agent.truth.ledger import Ledger, blanked
from services.agent.truth.patterns import compile_folded
from services.agent.truth.sentences import Clause, Reply

_COMPARED = compile_folded(
    r"\b(?:more|less|cheaper|difference|extra|expensive|save|higher|lower)\b|יקר|זול|הפרש|יותר|פחות|дешевле|дороже|разниц|больше|меньше|(?<!\w)(?:فرق|الفرق|اغلي|ارخص|اكثر|اقل)"
)
_THAN = compile_folded(r"\bthan\b|\bvs\b|(?<!\w)(?:יותר|פחות|לעומת|מ|чем)(?!\w)|(?<!\w)מה?-?$|(?<!\w)من(?!\w)")
_BUDGET = compile_folded(r"\bbudget|\bup to\b|\bwithin\b|\baround\b|תקציב|\bעד |бюджет|(?<!\w)до\b|ميزاني|حدود|حتي")
_FROM = compile_folded(
    r"\b(?:from|starting|between|range|ranging)\b|החל|מ-?\s*$|בינ |\bот\b|(?<!\w)(?:من|بين|تبدا)(?!\w)"
)
_COSTS = compile_folded(
    r"\bcosts?\b|\bprice|\bworth\b|\bis\b|מחיר|עול[הה]|עלות|стоит|стоимост|цена|سعر|يكلف|تكلف|بقيمه"
)
_ADDED = compile_folded(
    r"\badd|\bplus\b|\bmore\b|\banother\b|\bwith\b|נוספ|תוסיפ|אוסיפ|עוד |בתוספת|добав|плюс|еще|اضاف|اضيف|زائد|مع "
)
_CHANGED = compile_folded(
    r"\b(?:from|was|were|went|used to|no longer|instead of|previous\w*|earlier|before|originally)\b|במקומ|היה|הקודמ|לפני|(?<!\w)מ-|\b(?:был\w*|вместо|раньше|прежн\w+|с)\b|(?<!\w)(?:كان|بدل|بدلا|السابق|من)(?!\w)"
)
_FEE = compile_folded(
    r"\bdeliver|\bminimum|\bfee|\bshipping|\bfree|משלוח|מינימומ|חינמ|доставк|минимал|бесплатн|توصيل|مجان|الحد"
)
_PER_UNIT = compile_folded(
    r"^\s*(?:(?:each|apiece)\s*$|(?:/|per |for a (?:whole )?|a |an |each |ל-?|за |لل)\s*[^\W\d_]+(?:\"[^\W\d_]+)?)"
)
_SAYS_MORE = re.compile(r"[^\W\d_]")
# Each amount may be compared with all before it: 250 take some 60 ms at worst. A large catalog with its prices, or an
# order of fifty lines, each with price and sum, stays below.
_MOST_AMOUNTS = 250


def check_amounts(reply: Reply, evidence: Evidence) -> Iterator[Violation]:
    """Amounts that nothing bears out, or that belong to another product or order than the reply says."""
    amounts = amounts_in(reply.text)
    if not amounts:
        return
    if len(amounts) > _MOST_AMOUNTS:
        too_many = f"The reply names {len(amounts)} amounts; at most {_MOST_AMOUNTS} can be checked: name fewer."
        yield Violation("amount", reply.text.strip()[:160], too_many)
        return
    judge = _Judge(reply, evidence, Ledger(evidence), amounts)
    for i, amount in enumerate(amounts):
        reason = judge.why_untrue(i, amount)
        if reason is not None:
            clause = reply.clause_at(amount.start)
            excerpt = clause.text if clause else reply.text[amount.start : amount.end]
            yield Violation("amount", excerpt.strip()[:160], reason)


class _Judge:
    """Judges the amounts of one reply in order, remembering those that were true for sums further on."""

    def __init__(self, reply: Reply, evidence: Evidence, ledger: Ledger, amounts: list[Amount]) -> None:
        self.reply, self.evidence, self.ledger, self.amounts = reply, evidence, ledger, amounts
        self.plain = blanked(reply.text, amounts)
        self.sums: dict[tuple[int, int], Decimal | None] = {}
        self.true: list[tuple[int, Decimal]] = []  # line number and value of each amount found true so far

    def why_untrue(self, i: int, amount: Amount) -> str | None:
        """Why the amount is not true, or None if it is or is not affirmed."""
        clause = self.reply.clause_at(amount.start)
        if clause is None:
            return None
        written = "/".join(format(value, "f") for value in amount.values)
        if amount.currency not in (None, self.evidence.currency) and not self._foreign_money_known(amount):
            foreign = f"Prices are in {self.evidence.currency}, not in {amount.currency}."
            return None if self._not_affirmed(clause, amount) else foreign
        bound = self._bound(i, amount, clause)
        if clause.asks and bound is None:
            return None
        value = next((value for value in amount.values if self._true(value, amount, bound, clause)), None)
        if value is None:
            return None if self._not_affirmed(clause, amount) else self._reason(written, amount, bound)
        self.true.append((clause.line, value))
        return None

    def _reason(self, written: str, amount: Amount, bound: frozenset[str] | None) -> str:
        if bound:
            names = [self.evidence.catalog.by_sku[sku] for sku in sorted(bound) if sku in self.evidence.catalog.by_sku]
            prices = ", ".join(f"{product.names[0]} costs {product.unit_price} per {product.unit}" for product in names)
            return f"The amount {written} does not follow from the evidence: {prices}."
        return f"The amount {written} is no price, order total, quote or arithmetic on them."

    def _not_affirmed(self, clause: Clause, amount: Amount) -> bool:
        """Whether the amount is denied, or repeats what the customer said in order to ask or to answer it."""
        at = amount.start - clause.start
        if mood.denied(clause.text, at, amount.end - clause.start):
            return True
        if not any(value in self.ledger.said_by_customer for value in amount.values):
            return False
        return (
            clause.asks
            or mood.attributed(clause.text)
            or mood.conditional(clause.text)
            or bool(_BUDGET.search(clause.text))
        )

    def _foreign_money_known(self, amount: Amount) -> bool:
        return any(value in self.ledger.business for value in amount.values)

    def _bound(self, i: int, amount: Amount, clause: Clause) -> frozenset[str] | None:
        """The products that the amount is said of, or None if it is said of none in particular."""
        inside = self.reply.named(clause.start, clause.end)
        if inside:
            return self._of_several(amount, clause, inside)
        line_start, line_end = self.reply.line_of(clause)
        before = self.reply.named(line_start, clause.start)
        if before:
            if amount.total or self.reply.numbers_between(line_start, line_end):
                return None
            compared = len(before) > 1 and _THAN.search(self.reply.text[before[-2].end : before[-1].start])
            return before[-1].skus | before[-2].skus if compared else before[-1].skus
        if (above := self._headed_by(amount, clause)) is not None:
            return above
        if i == 0 and amount.per is not None and not _FROM.search(clause.text[: amount.start - clause.start]):
            return self._asked_about()
        return None

    def _headed_by(self, amount: Amount, clause: Clause) -> frozenset[str] | None:
        """The product that heads the lines at whose end a price stands on a line of its own."""
        start, end = self.reply.line_of(clause)
        beside = f"{self.reply.text[start : amount.start]} {_PER_UNIT.sub('', self.reply.text[amount.end : end])}"
        if amount.total or _SAYS_MORE.search(_COSTS.sub("", beside)):
            return None
        heads: list[frozenset[str]] = []
        for line_start, line_end in reversed(self.reply.lines[: clause.line]):
            if line_start == line_end or any(line_start <= other.start < line_end for other in self.amounts):
                break
            named = self.reply.named(line_start, line_end)
            if (
                len(named) == 1
                and len(named[0].skus) == 1
                and not self._more_than_named(named[0], line_start, line_end)
            ):
                heads.append(named[0].skus)
        return heads[-1] if heads else None

    def _more_than_named(self, mention: Mention, start: int, end: int) -> bool:
        return bool(_SAYS_MORE.search(self.reply.text[start : mention.start] + self.reply.text[mention.end : end]))

    def _of_several(self, amount: Amount, clause: Clause, inside: list[Mention]) -> frozenset[str] | None:
        here = [other for other in self.amounts if clause.start <= other.start < clause.end]
        if len(here) == len(inside):
            pairs = sorted([(m.start, "p") for m in inside] + [(a.start, "a") for a in here])
            order = "".join(kind for _, kind in pairs)
            if order in ("pa" * len(here), "ap" * len(here)):
                return inside[here.index(amount)].skus
        if len(inside) == 1:
            return inside[0].skus
        return frozenset(sku for mention in inside for sku in mention.skus)

    def _asked_about(self) -> frozenset[str] | None:
        asked = self.ledger.asked_products
        return asked[0].skus if len(asked) == 1 else None

    def _true(self, value: Decimal, amount: Amount, bound: frozenset[str] | None, clause: Clause) -> bool:
        if (written := written_out(self.reply.text, amount.start)) is not None:
            return value == written.result and any(
                price in self.ledger.unit_prices or price in self._known() for price in written.parts
            )
        of_business = value in self.ledger.business and (bound is None or _FEE.search(clause.text) is not None)
        if of_business or self._moved_from(value, amount, bound, clause):
            return True
        if amount.per is not None:
            prices = self.ledger.unit_prices_of(bound) if bound else self.ledger.unit_prices
            return any(value == price * amount.per for price in prices) or self._difference(value, clause)
        if self._is_total(amount, clause) and (only := self._totals_named(clause)) is not None:
            return value in only or self._adds_up(value, clause) or self._was(value, clause)
        if value in self.ledger.totals or self._line_amount(value, amount, bound, clause):
            return True
        return self._adds_up(value, clause) or self._difference(value, clause) or self._was(value, clause)

    def _is_total(self, amount: Amount, clause: Clause) -> bool:
        """Whether the amount is said to be what an order comes to: by a word, or as what a numbered order costs."""
        if amount.total:
            return True
        numbered = bool(self.reply.numbers_of(clause)) and not self.reply.named(clause.start, clause.end)
        return numbered and _COSTS.search(clause.text) is not None

    def _totals_named(self, clause: Clause) -> frozenset[Decimal] | None:
        """The totals that alone may be meant: of the orders named, or of those this turn wrote."""
        start, end = self.reply.line_of(clause)
        numbers = self.reply.numbers_of(clause) or self.reply.numbers_between(start, end)
        orders = [order for order in self.evidence.orders if order.number in numbers]
        if orders:
            return frozenset(order.total for order in orders)
        wrote = {action.order_number for action in self.evidence.actions if action.kind in ("created", "updated")}
        if wrote and not mood.conditional(clause.sentence):
            return self.ledger.totals
        return None

    def _known(self) -> frozenset[Decimal]:
        return self.ledger.totals | self.ledger.business | {value for _, value in self.true}

    def _line_amount(self, value: Decimal, amount: Amount, bound: frozenset[str] | None, clause: Clause) -> bool:
        """A unit price, or quantity × price, of the product meant, or of any if none is meant."""
        prices = self.ledger.unit_prices_of(bound) if bound else self.ledger.unit_prices
        lines = [line for line in self.ledger.lines if bound is None or line.sku in bound]
        if any(value in (line.unit_price, line.line_total) for line in lines):
            return True
        if value in prices and not (amount.total and bound is None and not self._unit_was_meant()):
            return True
        return any(
            value == price * quantity
            for quantities_meant in self._quantities(clause, bound)
            for price in prices
            for quantity in quantities_meant
        )

    def _unit_was_meant(self) -> bool:
        return bool(self.ledger.asked_products) or bool(self.reply.mentions)

    def _quantities(self, clause: Clause, bound: frozenset[str] | None) -> Iterator[Iterable[Decimal]]:
        """Quantities that may multiply a price here: the clause's own if it names a product with one, else all."""
        start, end = self.reply.line_of(clause)
        near = quantities(self.plain[clause.start : clause.end])
        yield near
        if bound is None or not near or len(bound) > 1:
            yield self.ledger.said_quantities
            yield quantities(self.plain[start:end])

    def _adds_up(self, value: Decimal, clause: Clause) -> bool:
        """Whether the value is the sum of amounts listed before it, or of the basket that is named or asked for."""
        running, last_of_line = Decimal(0), dict(self.true)
        for count, (_, earlier_value) in enumerate(reversed(self.true), start=1):
            running += earlier_value
            if count > 1 and running == value:
                return True
        subtotal = Decimal(0)
        for count, line_value in enumerate(reversed(last_of_line.values()), start=1):
            subtotal += line_value
            if count > 1 and subtotal == value:
                return True
        baskets = self._basket_sums(clause)
        known = self.ledger.totals | {earlier_value for _, earlier_value in self.true}
        if value in baskets:
            return True
        adding = mood.conditional(clause.sentence) or _ADDED.search(clause.sentence)
        return bool(adding) and any(
            value == total + basket for total in known for basket in baskets if basket is not None
        )

    def _basket_sums(self, clause: Clause) -> set[Decimal | None]:
        sentence_end = clause.sentence_start + len(clause.sentence)
        ranges = ((clause.sentence_start, sentence_end), self.reply.line_of(clause), (0, clause.end))
        return {self.ledger.asked_sum} | {self._basket_sum(start, end) for start, end in ranges}

    def _basket_sum(self, start: int, end: int) -> Decimal | None:
        if (start, end) not in self.sums:
            mentions = self.reply.named(start, end)
            self.sums[start, end] = self.ledger.basket_sum(self.plain[start:end], mentions, start)
        return self.sums[start, end]

    def _was(self, value: Decimal, clause: Clause) -> bool:
        """Whether the clause compares with an amount that the agent truly named earlier ("from 142 down to 90")."""
        return _CHANGED.search(clause.text) is not None and value in self.ledger.said_by_agent

    def _moved_from(self, value: Decimal, amount: Amount, bound: frozenset[str] | None, clause: Clause) -> bool:
        """Whether the value is the price before the present one, which the sentence names too ("from 75 to 80")."""
        present = self.ledger.moved_prices_of(bound or ()).get(value / (amount.per or 1))
        if present is None or _CHANGED.search(clause.text) is None:
            return False
        end = clause.sentence_start + len(clause.sentence)
        beside = (other for other in self.amounts if clause.sentence_start <= other.start < end)
        return any(present * (other.per or 1) in other.values for other in beside)

    def _difference(self, value: Decimal, clause: Clause) -> bool:
        """Whether the value is the difference of two prices, where the clause compares."""
        if not _COMPARED.search(clause.sentence):
            return False
        mentions = self.reply.named(0, len(self.reply.text)) or list(self.ledger.asked_products)
        prices = (
            self.ledger.unit_prices_of(sku for mention in mentions for sku in mention.skus) or self.ledger.unit_prices
        )
        pool = prices | self.ledger.totals | {true_value for _, true_value in self.true}
        return any(a - b == value for a in pool for b in pool)
