"""Names in a row, as each language joins them."""

from collections.abc import Sequence

_AND = {"he": " ו", "en": " and ", "ru": " и ", "ar": " و"}
_OR = {"he": " או ", "en": " or ", "ru": " или ", "ar": " أو "}


def join_names(names: Sequence[str], language: str, last: str = "and") -> str:
    """ "a, b and c" in that language; `last` is "and" or "or"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])}{_link(names[-1], language, last)}{names[-1]}"


def _link(name: str, language: str, last: str) -> str:
    if last == "or":
        return _OR[language]
    if language == "he" and not "\u0590" <= name[:1] <= "\u05ff":
        return " ו-"  # the prefix would melt into a foreign word
    return _AND[language]
