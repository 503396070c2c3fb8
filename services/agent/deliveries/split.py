"""Cutting a reply into parts that a channel takes."""

TELEGRAM_LIMIT = 4096
"""UTF-16 code units of one Telegram message after its entities are parsed (Bot API, sendMessage)."""

_LIMITS = {"telegram": TELEGRAM_LIMIT}
_DEFAULT_LIMIT = 20_000


def limit_of(channel: str) -> int:
    """Longest part that a channel takes, in UTF-16 code units."""
    return _LIMITS.get(channel, _DEFAULT_LIMIT)


def units(text: str) -> int:
    """Length in UTF-16 code units, as Telegram counts it."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def split(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` UTF-16 units, cut at line ends, else at spaces, else anywhere between characters."""
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
    for separator in ("\n\n", "\n", " "):
        position = text.rfind(separator, end // 2, end)
        if position > 0:
            return position
    return end


def reply_parts(text: str, receipts: list[str], channel: str) -> list[str]:
    """The parts of a reply with its receipts; a receipt that fits rides along with the text."""
    limit = limit_of(channel)
    whole = "\n\n".join(filter(None, [text.strip(), *receipts]))
    if units(whole) <= limit:
        return [whole]
    return [part for piece in [text, *receipts] for part in split(piece, limit)]
