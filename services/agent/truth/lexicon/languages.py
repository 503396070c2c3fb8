"""The languages whose claims are known."""

from __future__ import annotations

import re
from typing import NamedTuple

from services.agent.truth.lexicon import arabic, english, hebrew, russian


class Language(NamedTuple):
    """A language by the letters that call for it, its claims, and those that only open a clause."""

    letters: re.Pattern[str]
    claims: re.Pattern[str]
    opening: re.Pattern[str] | None = None


LANGUAGES: tuple[Language, ...] = (
    Language(re.compile("[א-ת]"), hebrew.CLAIMS),
    Language(re.compile("[a-z]"), english.CLAIMS, english.OPENING),
    Language(re.compile("[а-я]"), russian.CLAIMS),
    Language(re.compile("[ء-ي]"), arabic.CLAIMS),
)
