"""How product names are compared: without regard to case, spacing, accents, vowel points or direction marks.

Only marks that people leave out as they please are passed over. In Thai, Hindi or Japanese a mark is a letter like any
other: without it the word is another one.
"""

import re
import unicodedata

_FORMAT = {"Cf", "Cc"}
# Accents of Latin, Greek and Cyrillic; vowel points of Hebrew and Arabic; how an emoji or a character is to be drawn.
_LEFT_OUT = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def normalize_name(text: str) -> str:
    """The comparable form of a name: "  Crème  BRÛLÉE " is "creme brulee"."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    kept = (letter for letter in letters if not _is_left_out(letter))
    return unicodedata.normalize("NFC", " ".join("".join(kept).split()))


def lookup_key(text: str) -> str:
    """What is stored to look names up by: the comparable form without any mark, as it always was stored.

    Names with the same comparable form have the same key. Those with the same key may still be different names.
    """
    letters = unicodedata.normalize("NFKD", normalize_name(text))
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")


def _is_left_out(letter: str) -> bool:
    category = unicodedata.category(letter)
    if category == "Mn":
        return _LEFT_OUT.match(letter) is not None
    return category in _FORMAT and not letter.isspace()
