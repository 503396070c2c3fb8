"""Cutting a reply into parts that a channel takes."""

import unicodedata

TELEGRAM_LIMIT = 4096
"""Characters of one Telegram message after its entities are parsed (Bot API, sendMessage).

Taken as UTF-16 code units, in which Telegram counts the places of entities, with the marks of bold included. Texts of
as many code points are reported to pass as well: whichever it is, what fits here fits there.
"""

_BOLD = "**"
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
    start = _bold_around(text, position)
    return position if start is None or start <= end // 2 else start


def _bold_around(text: str, position: int) -> int | None:
    """Where the bold begins that has `position` in it, as the gateway reads it: within one line, not around blanks.

    Goes over the line once, whatever it holds.
    """
    at = text.rfind("\n", 0, position) + 1
    line_end = text.find("\n", position)
    stop = len(text) if line_end < 0 else line_end
    while 0 <= (start := text.find(_BOLD, at, stop)) < position:
        at = start + 1
        if text[start + 2 : start + 3].strip():
            end = text.find(_BOLD, start + 3, stop)
            while end >= 0 and text[end - 1].isspace():
                end = text.find(_BOLD, end + 1, stop)
            if end < 0 or end + 2 > position:
                return start if end >= 0 else None
            at = end + 2
    return None


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
