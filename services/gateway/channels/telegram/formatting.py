"""Replies as Telegram shows them: **bold** is the only markup they may have."""

import re

# Within one line, and not around blanks: "2 ** 3" and a lone "**" stay as they are.
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")


def to_html(text: str) -> str:
    """For parse_mode HTML (https://core.telegram.org/bots/api#html-style): everything escaped but our bold."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _BOLD.sub(r"<b>\1</b>", escaped)


def to_plain(text: str) -> str:
    """For a try without parse_mode: the same words without marks."""
    return _BOLD.sub(r"\1", text)
