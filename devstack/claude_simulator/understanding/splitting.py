"""Cuts a message into clauses that say one thing each: by sentences, and where a new request begins within one."""

import re

from devstack.claude_simulator.understanding.patterns import anywhere, either

# A full stop between digits belongs to a number.
_SENTENCE = re.compile(r"[^!?؟\n;.]+(?:\.(?=\d)[^!?؟\n;.]+)*[!?؟.;]*")
_CHANGE = either(
    "תוסי[ףפ]", "להוסיף", "תוריד", "להוריד", "תסיר", "תבטל", "לבטל", "תחליף", "להחליף", "תשנה", "לשנות", "תזמין",
    "להזמין", "תעש[הוי]",
    "add", "remove", "make", "cancel", "change", "replace", "swap", "drop", "take off", "order", "добав", "убер", "отмен",
    "замен",
)  # fmt: skip
_QUESTION = either(
    "כמה", "מה ", "אתם ", "מתי", "איפה", "האם", "יש לכם", "how ", "what ", "when ", "where ", "do you", "can you tell",
    "tell me",
    "сколько", "что ", "когда",
)  # fmt: skip
_GAP = r"(?:,\s*|\s+)"
_AND = either("and", "but", "then", "и", "но")
_JOINT = anywhere(
    rf"{_GAP}(?=ו(?=[תל]){_CHANGE})",
    rf",\s*(?={either(_CHANGE, _QUESTION)})",
    rf"{_GAP}{_AND}\s+(?:(?:also|please)\s+)?(?={either(_CHANGE, _QUESTION)})",
    rf"{_GAP}(?=ו{_QUESTION})",
)


def split_clauses(text: str) -> list[str]:
    """The clauses of a text, in order, each with its own punctuation."""
    sentences = [match[0] for match in _SENTENCE.finditer(text)]
    return [part for sentence in sentences for part in _JOINT.split(sentence) if part and part.strip()]
