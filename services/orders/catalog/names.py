"""How product names are compared: without regard to case, spacing, accents, vowel points or direction marks."""

import unicodedata

_IGNORED = {"Mn", "Cf", "Cc"}


def normalize_name(text: str) -> str:
    """The comparable form of a name: "  Crème  BRÛLÉE " is "creme brulee"."""
    spaced = " ".join(text.split())
    letters = unicodedata.normalize("NFKD", spaced).casefold()
    return "".join(letter for letter in letters if unicodedata.category(letter) not in _IGNORED)
