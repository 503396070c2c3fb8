"""Regular expressions over folded text: long lists of words that stay fast and say which of them matched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count

from services.agent.truth.text import LETTERS

_tags = count()


def compile_folded(source: str) -> re.Pattern[str]:
    """Compile a regular expression that will meet folded text."""
    return re.compile(source.translate(LETTERS))


def compile_at_words(source: str) -> re.Pattern[str]:
    """Compile a folded pattern that can only match where a word begins; saying so once makes the search fast."""
    return compile_folded(rf"(?<!\w)(?:{source})")


def alternatives(source: str) -> list[str]:
    """The top-level alternatives of a regular expression."""
    found, depth, start, i = [], 0, 0, 0
    while i < len(source):
        char = source[i]
        if char == "\\":
            i += 1
        elif char == "[":
            i = source.index("]", i + 2)
        elif char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and depth == 0:
            found.append(source[start:i])
            start = i + 1
        i += 1
    return [*found, source[start:]]


def tagged(source: str, name: str) -> list[str]:
    """The alternatives of `source`, each followed by an empty group named after `name`, for `tag_of` to read.

    They are written to begin with plain letters where they can, for `by_first_letter`.
    """
    spread = (part for alternative in alternatives(source) for part in _spread(alternative))
    return [f"{part}(?P<{name}__{next(_tags)}>)" for part in spread]


def tag_of(match: re.Match[str]) -> str:
    """The name that `tagged` gave to what matched."""
    return (match.lastgroup or "").rpartition("__")[0]


def by_first_letter(parts: Iterable[str]) -> str:
    """One group of all alternatives, sorted by the letter they begin with.

    `re` tries alternatives one after another; this way it tries only those that can match. Alternatives of one
    letter keep their order, those that begin with no letter come last.
    """
    letters: dict[str, list[str]] = {}
    for part in parts:
        first = part[0] if part[0].isalpha() and part[1] not in "?*+{" else ""
        letters.setdefault(first, []).append(part[len(first) :])
    others = letters.pop("", [])
    grouped = [f"{letter}(?:{'|'.join(rests)})" for letter, rests in letters.items()]
    return f"(?:{'|'.join([*grouped, *others])})"


def _spread(source: str) -> list[str]:
    """`source` written so that its alternatives begin with plain letters where they can ("(?:a|b)c": "ac", "bc")."""
    if source[1:2] == "?" and source[0].isalpha():
        return [source[0] + source[2:], *_spread(source[2:])]
    if not source.startswith("(?:"):
        return [source]
    end = _closing(source)
    if source[end + 1 : end + 2] in ("?", "*", "+", "{"):
        return [source]
    return [spread for inner in alternatives(source[3:end]) for spread in _spread(inner + source[end + 1 :])]


def _closing(source: str) -> int:
    """Where the group that opens `source` closes."""
    depth, i = 0, 0
    while True:
        char = source[i]
        if char == "\\":
            i += 1
        elif char == "[":
            i = source.index("]", i + 2)
        elif char in "()":
            depth += 1 if char == "(" else -1
            if depth == 0:
                return i
        i += 1
