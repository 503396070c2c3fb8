"""Cutting a reply into parts that a channel takes."""

import re
import unicodedata

TELEGRAM_LIMIT = 4096
"""Characters of one Telegram message after its entities are parsed (Bot API, sendMessage).

Taken as UTF-16 code units, in which Telegram counts the places of entities, with the marks of bold included. Texts of
as many code points are reported to pass as well: whichever it is, what fits here fits there.
"""

# As the gateway reads it: within one line, and not around blanks.
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_JOINER = "\u200d"

_LIMITS = {"telegram": TELEGRAM_LIMIT}
_DEFAULT_LIMIT = 20_000


def limit_of(channel: str) -> int:
    """Longest part that a channel takes, in UTF-16 code units."""
    return _LIMITS.get(channel, _DEFAULT_LIMIT)


def units(text: str) -> int:
    """Length in UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, cut at line ends, else at spaces, else anywhere between characters.

    What is bold is not cut if it fits into half a part.
    """
    parts = []
    rest = text.strip()
    while units(rest) > limit:
        end = _fitting_length(rest, limit)
        cut = _cut_position(rest, end)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [part for part in (*parts, rest) if part]


def _fitting_length(text: str, limit: int) -> int:
    used = 0
    for index, character in enumerate(text):
        used += 2 if ord(character) > 0xFFFF else 1
        if used > limit:
            return index
    return len(text)


def _cut_position(text: str, end: int) -> int:
    position = _natural_position(text, end)
    for bold in _BOLD.finditer(text):
        if bold.start() >= position:
            break
        if bold.end() > position and bold.start() > end // 2:
            return bold.start()
    return position


def _natural_position(text: str, end: int) -> int:
    for separator in ("\n\n", "\n", " "):
        position = text.rfind(separator, end // 2, end)
        if position > 0:
            return position
    for position in range(end, end // 2, -1):
        if not _is_one_character(text[position - 1], text[position]):
            return position
    return end


def _is_one_character(left: str, right: str) -> bool:
    """Whether people read both as one: a letter and its marks, an emoji and its colour, emojis that are joined."""
    return (
        _JOINER in (left, right) or unicodedata.category(right).startswith("M") or "\U0001f3fb" <= right <= "\U0001f3ff"
    )


def reply_parts(text: str, receipts: list[str], channel: str) -> list[str]:
    """The parts of a reply with its receipts; a receipt that fits rides along with the text."""
    limit = limit_of(channel)
    whole = "\n\n".join(filter(None, [text.strip(), *receipts]))
    if units(whole) <= limit:
        return [whole]
    return [part for piece in [text, *receipts] for part in split(piece, limit)]
