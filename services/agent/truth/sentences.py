"""A reply cut into lines, sentences and clauses, each clause knowing whether it asks."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

from services.agent.truth.amounts import amounts_in
from services.agent.truth.catalog import Catalog, Mention
from services.agent.truth.ledger import blanked
from services.agent.truth.mood import OPENER, TRAILING_OR
from services.agent.truth.order_numbers import OrderNumber, order_numbers_in
from services.agent.truth.patterns import compile_folded
from services.agent.truth.text import BREAK

_SENTENCE_END = re.compile(rf"(?:[!?…{BREAK}]\s*)+|\.+(?=[\s\"')]|$)")
_ABBREVIATIONS = frozenset(
    {"no", "approx", "e.g", "i.e", "ул", "тел", "шт", "руб", "гр", "st", "мес", "стр", "дом", "кв", "vs", "mr", "mrs"}
)
_LISTED = compile_folded(r"\s*(?:,|&|and|ו-?|и|و|, and|,? и)?\s*(?:order |הזמנה |заказ )?")
_LAST_WORD = re.compile(r"([^\W_]+(?:\.[^\W_]+)?)$")
_CLAUSE_END = compile_folded(
    r"(?=[-,;:()\[\]|—–])(?:(?<!\d)[,;:]|[,;:](?!\d)|[()\[\]|]|(?<=\s)-+(?=\s)|(?<!\d)(?<!\d\s)[—–]|[—–](?!\s?\d))"
    r"|(?<!\w)(?:(?:but|however|though|although|because|since)\b|and (?=(?:i|we|i've|we've|i'm|your|the|it|it's|there|they|you)\b)|so (?=(?:i|we|i've|we've)\b)"
    r"|(?:אבל|אולמ|אכ|ואז|כי|ולכנ|לכנ)(?!\w)|(?:но|однако|зато|поэтому)\b|и (?=(?:я|мы|ваш|вам)\b)|(?:لكن|ولكن|لان|لذلك)(?!\w))"
)


@dataclass(slots=True)
class Clause:
    """A stretch of the folded reply that says one thing: `reply[start:end]` is `text`."""

    text: str
    start: int
    end: int
    line: int
    sentence: str
    sentence_start: int
    asks: bool = False
    in_question: bool = False


@dataclass
class Reply:
    """A folded reply, its clauses in order, its lines, and the products it names."""

    text: str
    clauses: list[Clause]
    lines: list[tuple[int, int]]
    catalog: Catalog

    def named(self, start: int, end: int) -> list[Mention]:
        """The products named in `text[start:end]`."""
        return [mention for mention in self.mentions if mention.start >= start and mention.end <= end]

    def line_of(self, clause: Clause) -> tuple[int, int]:
        """Where the line of `clause` starts and ends."""
        return self.lines[clause.line]

    def clause_at(self, position: int) -> Clause | None:
        """The clause in which `position` stands, or the last before it."""
        i = bisect_right(self._starts, position)
        return self.clauses[i - 1] if i else None

    def numbers_of(self, clause: Clause) -> frozenset[int]:
        """The order numbers in the clause, else in its sentence."""
        here = self.numbers_between(clause.start, clause.end)
        return here or self.numbers_between(clause.sentence_start, clause.sentence_start + len(clause.sentence))

    def numbers_between(self, start: int, end: int) -> frozenset[int]:
        """The order numbers in `text[start:end]`."""
        return frozenset(found.number for found in self.order_numbers if start <= found.start < end)

    def numbers_beside(self, start: int, end: int, last: bool) -> frozenset[int]:
        """The first, or the last, order numbers in `text[start:end]` that are listed together ("#1, #2 and #3")."""
        inside = [found for found in self.order_numbers if start <= found.start < end]
        if last:
            inside.reverse()
        group = inside[:1]
        for found in inside[1:]:
            one, other = sorted((group[-1], found))
            if not _LISTED.fullmatch(self.text[one.end : other.start]):
                break
            group.append(found)
        return frozenset(found.number for found in group)

    @cached_property
    def mentions(self) -> list[Mention]:
        """Every product that the reply names."""
        return self.catalog.mentions(self.text)

    @cached_property
    def order_numbers(self) -> list[OrderNumber]:
        """Every order number of the reply."""
        return order_numbers_in(self.text)

    @cached_property
    def without_money(self) -> str:
        """The text with its amounts of money and order numbers blanked out: the numbers left may be quantities."""
        return blanked(self.text, [*amounts_in(self.text), *self.order_numbers])

    @cached_property
    def _starts(self) -> list[int]:
        return [clause.start for clause in self.clauses]


def parse(text: str, catalog: Catalog) -> Reply:
    """Cut folded `text`."""
    clauses: list[Clause] = []
    lines: list[tuple[int, int]] = []
    at = 0
    for number, line in enumerate(text.split("\n")):
        lines.append((at, at + len(line)))
        for start, end, asks in _sentences(line):
            clauses += _clauses(line, at, start, end, number, asks)
        at += len(line) + 1
    return Reply(text, clauses, lines, catalog)


def _sentences(line: str) -> list[tuple[int, int, bool]]:
    found: list[tuple[int, int, bool]] = []
    start = 0
    for match in _SENTENCE_END.finditer(line):
        if match.group()[0] == ".":
            word = _LAST_WORD.search(line, start, match.start())
            if word is not None and word.group(1) in _ABBREVIATIONS:
                continue
        if line[start : match.start()].strip():
            found.append((start, match.start(), "?" in match.group()))
        start = match.end()
    if line[start:].strip():
        found.append((start, len(line), False))
    return found


def _clauses(line: str, at: int, start: int, end: int, number: int, asks: bool) -> list[Clause]:
    sentence = line[start:end]
    clauses: list[Clause] = []
    left = start
    for match in (*_CLAUSE_END.finditer(line, start, end), None):
        right = match.start() if match else end
        if line[left:right].strip():
            clauses.append(Clause(line[left:right], at + left, at + right, number, sentence, at + start))
        left = match.end() if match else end
    if asks:
        _mark_question(clauses)
    return clauses


def _mark_question(clauses: list[Clause]) -> None:
    """A question mark covers the last clause, and all from the first that opens like a question."""
    first = len(clauses) - 1
    if first > 0 and TRAILING_OR.search(clauses[-1].text):
        first -= 1
    for i, clause in enumerate(clauses):
        clause.in_question = True
        if i < first and OPENER.search(clause.text):
            first = i
    for clause in clauses[first:]:
        clause.asks = True
