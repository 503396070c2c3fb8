"""Where somebody corrects themselves within a sentence: "two lemon tarts, no wait, three"."""

from dataclasses import replace
from itertools import pairwise

from devstack.claude_simulator.understanding.patterns import whole_words
from devstack.claude_simulator.understanding.products import Mention
from devstack.claude_simulator.understanding.quantities import Amount
from devstack.claude_simulator.understanding.text import Word

_MARK = whole_words(
    "no,? wait", "wait,? no", r",\s*no\b,?", "i mean(?:t)?", "sorry", "actually", "make (?:it|that|them)", "or rather",
    "לא,? רגע", "רגע,? לא", r"[,-]\s*לא,", "סליחה", "בעצם", "כלומר", "התכוונתי", "вернее", "точнее", "нет, ", "أقصد", "قصدي",
)  # fmt: skip


def corrected(
    text: str, row: list[Word], mentions: list[Mention], amounts: list[Amount]
) -> tuple[list[Mention], list[Amount]]:
    """The mentions and amounts that hold: an amount that was taken back gives its place to the one that follows."""
    mentions, amounts = list(mentions), list(amounts)
    for first, second in pairwise(amounts.copy()):
        if not _MARK.search(text, row[first.last].end, row[second.first].start):
            continue
        meant = [mention for mention in mentions if first.last < mention.first < second.first]
        again = [mention for mention in mentions if mention.first > second.last]
        if again and not (meant and set(meant[-1].products) & set(again[0].products)):
            continue  # an amount of something else
        if again and meant:
            mentions.remove(meant[-1])
        else:
            amounts[amounts.index(second)] = replace(
                second, first=first.first, last=first.last, unit=second.unit or first.unit
            )
        amounts.remove(first)
    return mentions, amounts
