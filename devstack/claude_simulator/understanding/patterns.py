"""Regular expressions put together from choices, so that each choice stands on its own."""

import re

START = r"(?<!\w)"
# The end may lie before a look-ahead, so either side of it may be the edge of a word.
END = r"(?:(?<!\w)|(?!\w))"


def either(*choices: str) -> str:
    """The source of a group that matches any of the choices."""
    return f"(?:{'|'.join(choices)})"


def whole_words(*choices: str) -> re.Pattern[str]:
    """A pattern of any of the choices as whole words, in upper or lower case."""
    return re.compile(f"{START}{either(*choices)}{END}", re.I)


def anywhere(*choices: str) -> re.Pattern[str]:
    """A pattern of any of the choices, also within words, in upper or lower case."""
    return re.compile(either(*choices), re.I)
