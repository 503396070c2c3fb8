"""Folding of text to one plain form, so that every rule is written once.

Folded text is lower case and has ASCII digits, straight quotes, one form of each letter (Hebrew finals,
Arabic alefs, Russian yo), no niqqud, harakat, bidi marks or markdown, and BREAK where an emoji or bullet stood.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

BREAK = "\ue000"  # of the private use area: no text contains it, and it is no white space

# Letters only: patterns.py applies this table to the sources of regular expressions, which it must not break.
LETTERS: dict[int, str] = str.maketrans({
    "ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ", "ё": "е",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ة": "ه", "ؤ": "و", "ئ": "ي", "ی": "ي", "ک": "ك",
})  # fmt: skip


def _dropped() -> dict[int, str | None]:
    """Marks that carry no meaning of their own: niqqud, harakat, tatweel, bidi controls, joiners, markdown."""
    ranges = ((0x0591, 0x05BD), (0x05BF, 0x05C7), (0x0610, 0x061A), (0x064B, 0x065F), (0x200B, 0x200F),
              (0x202A, 0x202E), (0x2060, 0x2069), (0xFE00, 0xFE0F))  # fmt: skip
    marks: dict[int, str | None] = {code: None for first, last in ranges for code in range(first, last + 1)}
    singles = (0x00AD, 0x0301, 0x0640, 0x061C, 0x0670, 0x20E3, 0xFEFF, ord("`"), ord("~"))
    return marks | dict.fromkeys(singles)


def _replaced() -> dict[int, str]:
    """Characters that have a plain equivalent."""
    table = {0x0660 + i: str(i) for i in range(10)} | {0x06F0 + i: str(i) for i in range(10)}
    groups = {
        "'": "’‘‛׳´ʼ`",
        '"': "״“”„‟«»",
        "-": "־‐‑‒−",
        " ": "_\t\u2028\u2029",
        BREAK: "•▪◦‣●○■□►▶·|→⇒➜➡",
        ".": "٫",
        ",": "،",
        ";": "؛",
        "?": "؟",
        "%": "٪",
        "×": "✕✖⨯",
    }
    table |= {ord(char): plain for plain, chars in groups.items() for char in chars}
    return table | {ord("٬"): ""}


_MARKS: dict[int, str | None] = {**_replaced(), **_dropped(), **LETTERS}
# NFKC would spell these out in letters and slashes.
_BEFORE_NFKC = (("№", "#"), ("½", " 0.5"), ("¼", " 0.25"), ("¾", " 0.75"))
_EMOJI = re.compile("[\u2190-\u21ff\u2300-\u23ff\u25a0-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]+")
_STAR_BULLET = re.compile(r"(?m)^[ \t]*[*+](?=\s)")
_STAR_TIMES = re.compile(r"(?<=\d)\s*[*]\s*(?=\d)")
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,40}>")
_BLANKS = re.compile(r"[^\S\n]{2,}")


def fold(text: str) -> str:
    """Fold `text`; line breaks stay, runs of blanks become one."""
    if not text.isascii():
        for sign, plain in _BEFORE_NFKC:
            text = text.replace(sign, plain)
        text = _EMOJI.sub(BREAK, unicodedata.normalize("NFKC", text)).lower().translate(_MARKS)
    else:
        text = text.lower().replace("_", " ").replace("`", "").replace("\t", " ")
    if "*" in text:
        text = _STAR_TIMES.sub("×", _STAR_BULLET.sub(BREAK, text)).replace("*", "")
    if "<" in text:
        text = _TAG.sub("", text)
    return _BLANKS.sub(" ", text)


WORD = re.compile(r"[^\W_]+(?:['\"][^\W\d_]+)*")


def words(text: str) -> list[str]:
    """The words and numbers of folded text, in order."""
    return WORD.findall(text)


_ENDINGS_RU = re.compile(
    r"(?:иями|ями|ами|ого|его|ому|ему|ыми|ими|ая|яя|ое|ее|ые|ие|ый|ий|ой|ей|ую|юю|ых|их|ым|им|ом|ем|ов|ев"
    r"|ах|ях|ам|ям|ою|ею|[аяоеиыуюйьъ])$"
)
_ENDINGS_AR = re.compile(r"(?:ات|ين|ون|ان|ه|ي)$")
_ENDINGS_HE = re.compile(r"(?:ות|ימ|י|ה|ת)$")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Cut the inflection off a folded word, roughly: two forms of one word meet, unrelated words rarely do."""
    first = word[0]
    if "a" <= first <= "z":
        return _stem_english(word)
    if "א" <= first <= "ת":
        return _keep(_ENDINGS_HE, word.replace("יי", "י"), 2)  # one yod or two is a matter of taste
    if "а" <= first <= "я":
        return _keep(_ENDINGS_RU, word, 3)
    if "؀" <= first <= "ۿ":
        return _keep(_ENDINGS_AR, word.removeprefix("ال") or word, 3)
    return word


def _stem_english(word: str) -> str:
    word = word.removesuffix("'s")
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "shes", "ches", "xes", "oes")) and len(word) > 4:
        return word[:-2]
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def _keep(endings: re.Pattern[str], word: str, least: int) -> str:
    shorter = endings.sub("", word)
    return shorter if len(shorter) >= least else word


_PREFIX_RANK = {"ו": 0, "ש": 1, "כ": 2, "ל": 2, "ב": 2, "מ": 2, "ה": 3}


def hebrew_bare(word: str) -> tuple[str, ...]:
    """The word without each of the letters that Hebrew writes in front of it: and, that, in/to/from/as, the.

    They stand in this order only, which keeps words apart that merely begin with such letters.
    """
    bare: list[str] = []
    last = -1
    while len(word) > 3 and (rank := _PREFIX_RANK.get(word[0], -1)) > last:
        word, last = word[1:].lstrip("-"), rank
        bare.append(word)
    return tuple(bare)


_AND_AR = re.compile(r"^[وف](?=...)")
_TO_THE_AR = re.compile(r"^(?:[بفك]ال|لل)")
_TO_AR = re.compile(r"^[بل](?=....)")


def arabic_bare(word: str) -> tuple[str, ...]:
    """The word without what Arabic writes in front of it: and or so, then in/as/to with the article or without.

    Many a word begins with such a letter of its own, so these are readings, of which one that is known counts.
    """
    without = (word, _AND_AR.sub("", word))
    readings = (*without, *(prefix.sub("", word) for prefix in (_TO_THE_AR, _TO_AR) for word in without))
    return tuple(dict.fromkeys(reading for reading in readings if reading and reading != word))


def bare_readings(word: str) -> tuple[str, ...]:
    """What a folded word may be without the prefixes that its language writes together with it."""
    if "א" <= word[0] <= "ת":
        return hebrew_bare(word)
    return arabic_bare(word) if "؀" <= word[0] <= "ۿ" else ()
