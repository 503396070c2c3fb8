"""Words of a text in a form in which they can be compared, across prefixes, plurals and scripts."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from devstack.claude_simulator.understanding.foodwords import IN_ENGLISH

_INVISIBLE = re.compile(
    r"[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u0652\u0640\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufe0f]"
)
_QUOTES = str.maketrans({"״": '"', "”": '"', "“": '"', "„": '"', "׳": "'", "’": "'", "‘": "'", "–": "-", "—": "-"})
_WORD = re.compile(r"[^\W\d_]+(?:[\"'][^\W\d_]+)*'?|\d+/\d+|\d+(?:[.,]\d+)?")
_LANGUAGES = (("he", "\u0590-\u05ff"), ("ar", "\u0600-\u06ff"), ("ru", "\u0400-\u04ff"), ("en", "A-Za-z"))
_COUNTERS = [(code, re.compile(f"[{letters}]")) for code, letters in _LANGUAGES]
_HEBREW_ENDINGS = ("יות", "ים", "ות", "ית", "ה", "א", "ת", "י")
_FINALS = str.maketrans("םןץףך", "מנצפכ")
_RUSSIAN_ENDING = re.compile(
    r"ь?(?:ами|ями|его|ого|ому|ему|ыми|ими|ей|ий|ой|ый|ая|яя|ое|ее|ые|ие|ую|юю|ых|их|ом|ем|ов|ев|ах|ях|ек|[аеиоуыьюя])$"
)
_CYRILLIC = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        [
            "a",
            "b",
            "v",
            "g",
            "d",
            "e",
            "e",
            "zh",
            "z",
            "i",
            "y",
            "k",
            "l",
            "m",
            "n",
            "o",
            "p",
            "r",
            "s",
            "t",
            "u",
            "f",
            "h",
            "ts",
            "ch",
            "sh",
            "sch",
            "_",
            "y",
            "_",
            "e",
            "yu",
            "ya",
        ],
        strict=True,
    )
)


@dataclass(frozen=True)
class Word:
    """A word or number with its place in the text."""

    text: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether it is written in digits."""
        return self.text[0].isdigit()


def clean(text: str) -> str:
    """One spelling for quotes, dashes, digits and fractions; no vowel points, no invisible marks."""
    flat = _INVISIBLE.sub("", text).translate(_QUOTES)
    flat = unicodedata.normalize("NFKC", flat).replace("\u2044", "/")
    return "".join(str(unicodedata.digit(char)) if char.isdigit() and not char.isascii() else char for char in flat)


def words(text: str) -> list[Word]:
    """The words and numbers of a cleaned text, lower-case."""
    return [Word(match[0].lower().rstrip("'"), match.start(), match.end()) for match in _WORD.finditer(text)]


def language_of(text: str) -> str | None:
    """The language of most letters; None when there are none."""
    counts = {code: len(pattern.findall(text)) for code, pattern in _COUNTERS}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] else None


@lru_cache(maxsize=8192)
def forms(word: str) -> frozenset[str]:
    """The ways to compare a lower-case word: as it is, without prefixes, as a stem, transliterated, in English."""
    found = {word, stem(word)}
    for bare in _without_prefix(word):
        found |= {bare, stem(bare)}
    found |= {form[:-2] + "ה" for form in list(found) if form.endswith("ות") and len(form) >= 4}
    for form in list(found):
        found |= {stem(english) for english in IN_ENGLISH.get(form, ())}
        if language_of(form) == "ru":
            found.add("".join(_CYRILLIC.get(char, char) for char in form).replace("_", ""))
    return frozenset(form for form in found if form)


def stem(word: str) -> str:
    """A word without its ending of number or case; short words stay."""
    language = language_of(word)
    if language == "en":
        return _english_stem(word)
    if language == "he":
        ending = next((end for end in _HEBREW_ENDINGS if word.endswith(end) and len(word) - len(end) >= 3), "")
        return word[: len(word) - len(ending)].translate(_FINALS)
    if language == "ru" and len(word) > 3:
        return _RUSSIAN_ENDING.sub("", word)
    if language == "ar":
        return re.sub(r"(?:ات|ين|ة|ه)$", "", word) if len(word) > 4 else word
    return word


def is_plural(word: str) -> bool:
    """Whether the ending says more than one."""
    return word.endswith(("ים", "ות", "ов", "ات")) or (word.endswith("s") and not word.endswith("ss"))


def _english_stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _without_prefix(word: str) -> list[str]:
    if "\u0590" <= word[0] <= "\u05ff":
        prefix = re.match(r"[והבלמשכ]{1,3}", word)
        longest = len(prefix[0]) if prefix else 0
        return [word[cut:] for cut in range(1, longest + 1) if len(word) - cut >= 2]
    if "\u0600" <= word[0] <= "\u06ff":
        bare = re.sub(r"^[وفبلك]?(?:ال|ل)?", "", word)
        return [bare] if len(bare) >= 3 and bare != word else []
    return []
