"""Telegram's HTML markup: what it accepts, and the plain text with entities that customers see.

The rules and the wording of the errors follow `parse_html` of TDLib (td/telegram/MessageEntity.cpp): a tag outside
the short list, one that is not closed, or a bare `<` is refused; a bare `&` is not.
"""

import re
from dataclasses import dataclass, field
from typing import Any

_ENTITY_OF_TAG = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "tg-emoji": "custom_emoji",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(lt|gt|amp|quot)(?![a-zA-Z]));?")
_TAG_NAME = re.compile(r"[^\s>]*", re.ASCII)
_SPACE = re.compile(r"\s*", re.ASCII)
_ATTRIBUTE = re.compile(
    r"\s*(?P<name>[^\s=>]+)\s*(?:=\s*(?:\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)'|(?P<bare>[\w.-]+)))?",
    re.ASCII,
)

Entity = dict[str, Any]


class MarkupError(ValueError):
    """The text is not what Telegram calls HTML; the message is Telegram's, without its prefix."""


@dataclass
class _Open:
    tag: str
    attributes: dict[str, str]
    offset: int  # in UTF-16 code units, as entities count


@dataclass
class _Parser:
    source: str
    text: list[str] = field(default_factory=list)
    length: int = 0  # of the text so far, in UTF-16 code units
    entities: list[Entity] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)

    def parse(self) -> tuple[str, list[Entity]]:
        position = 0
        while position < len(self.source):
            position = self._step(position)
        if self.open:
            raise MarkupError(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        outermost_first = reversed(self.entities)  # they were added as their end tags came
        entities = sorted(outermost_first, key=lambda entity: (entity["offset"], -entity["length"]))
        return _trimmed("".join(self.text), entities)

    def _step(self, position: int) -> int:
        if self.source[position] == "<":
            return self._tag(position)
        reference = _REFERENCE.match(self.source, position)
        character = _decode(reference) if reference else ""
        if reference and character:
            self._append(character)
            return reference.end()
        self._append(self.source[position])
        return position + 1

    def _append(self, character: str) -> None:
        self.text.append(character)
        self.length += 2 if ord(character) > 0xFFFF else 1

    def _tag(self, begin: int) -> int:
        closing = self.source.startswith("</", begin)
        name = _TAG_NAME.match(self.source, begin + 1 + closing)
        position = name.end() if name else begin
        tag = name.group().lower() if name else ""
        return self._end_tag(tag, begin, position) if closing else self._start_tag(tag, begin, position)

    def _start_tag(self, tag: str, begin: int, position: int) -> int:
        where = f"at byte offset {self._byte_offset(begin)}"
        if position == len(self.source):
            raise MarkupError(f"Unclosed start tag {where}")
        if tag not in _ENTITY_OF_TAG:
            raise MarkupError(f'Unsupported start tag "{tag}" {where}')
        attributes: dict[str, str] = {}
        while (match := _ATTRIBUTE.match(self.source, position)) is not None:
            value = match["double"] or match["single"] or (match["bare"] or "").lower()
            if "=" not in match.group() and (tag, match["name"]) != ("blockquote", "expandable"):
                reason = "Expected equal sign in declaration of an attribute of the tag"
                raise MarkupError(f'{reason} "{tag}" {where}')
            attributes[match["name"]] = _REFERENCE.sub(_decode, value)
            position = match.end()
        position = _after_space(self.source, position)
        if not self.source.startswith(">", position):
            raise MarkupError(f'Unclosed start tag "{tag}" {where}')
        if tag == "span" and attributes.get("class") != "tg-spoiler":
            raise MarkupError(f'Tag "span" must have class "tg-spoiler" {where}')
        self.open.append(_Open(tag, attributes, self.length))
        return position + 1

    def _end_tag(self, tag: str, begin: int, position: int) -> int:
        where = f"at byte offset {self._byte_offset(begin)}"
        if not self.open:
            raise MarkupError(f"Unexpected end tag {where}")
        position = _after_space(self.source, position)
        if not self.source.startswith(">", position):
            raise MarkupError(f"Unclosed end tag {where}")
        opened = self.open.pop()
        if tag and tag != opened.tag:
            raise MarkupError(f'Unmatched end tag {where}, expected "</{opened.tag}>", found "</{tag}>"')
        if self.length > opened.offset:
            self.entities.append(self._entity(opened))
        return position + 1

    def _entity(self, opened: _Open) -> Entity:
        kind = _ENTITY_OF_TAG[opened.tag]
        entity: Entity = {"type": kind, "offset": opened.offset, "length": self.length - opened.offset}
        if kind == "text_link":
            entity["url"] = opened.attributes.get("href", "")
        if kind == "custom_emoji":
            entity["custom_emoji_id"] = opened.attributes.get("emoji-id", "")
        return entity

    def _byte_offset(self, position: int) -> int:
        return len(self.source[:position].encode())


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text without space around it, and its entities (in UTF-16 code units). Raises MarkupError."""
    return _Parser(source).parse()


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """The text without space around it, with the entities moved and cut to fit."""
    before = len(text) - len(text.lstrip())
    text = text.strip()
    end = len(text.encode("utf-16-le")) // 2
    kept = []
    for entity in entities:
        first = max(0, entity["offset"] - before)
        last = min(end, entity["offset"] + entity["length"] - before)
        if first < last:
            kept.append({**entity, "offset": first, "length": last - first})
    return text, kept


def _after_space(source: str, position: int) -> int:
    match = _SPACE.match(source, position)
    return match.end() if match else position


def _decode(reference: re.Match[str]) -> str:
    """The character a reference stands for, or the reference itself if it is none."""
    hexadecimal, decimal, name = reference.groups()
    if name:
        return _NAMED[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    valid = 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF
    return chr(code) if valid else reference.group()
