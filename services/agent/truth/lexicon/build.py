"""Assembles the claim patterns of one language from its words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

from services.agent.truth.patterns import alternatives, by_first_letter, compile_at_words, tag_of, tagged

# did: somebody says that they did it; state: it is said to be so; more and also: "and <verb>", which leans on what stands
# before it (also: on a passive only); bare: a participle alone ("Cancelled!"), which beside an order number may just as well be that order's state.
Voice = Literal["did", "state", "more", "also", "bare"]


class Deed(NamedTuple):
    """What a match of a claims pattern claims."""

    name: str
    voice: str


def group(deed: str, voice: Voice, source: str) -> str:
    """`source` marked so that `deed_of` can tell what it claims."""
    return any_of(voice, {deed: source})


def any_of(voice: Voice, verbs: Mapping[str, str]) -> str:
    """All deeds of `verbs` (deed to alternatives), each marked."""
    return by_first_letter(
        part for deed, source in verbs.items() for part in tagged(_at_word(source), f"{deed}__{voice}")
    )


def _at_word(source: str) -> str:
    """`source` without the word boundaries it opens with, which `claims` asks for once."""
    return "|".join(part.removeprefix(r"\b") for part in alternatives(source))


def pick(verbs: Mapping[str, str], deeds: Iterable[str]) -> dict[str, str]:
    """The rows of `verbs` for `deeds`."""
    return {deed: verbs[deed] for deed in deeds}


def claims(*sources: str) -> re.Pattern[str]:
    """Compile the claims pattern of a language; where several could match, the earlier source wins."""
    return compile_at_words("|".join(sources))


def deed_of(match: re.Match[str]) -> Deed:
    """The deed that a match of a claims pattern stands for."""
    name, _, voice = tag_of(match).partition("__")
    return Deed(name, voice)
