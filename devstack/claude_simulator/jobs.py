"""The background jobs: a rolling summary of a dialogue, and the facts about its customer."""

import re
from dataclasses import dataclass, field
from html import unescape
from typing import Any

from devstack.claude_simulator.api.message import Answer, ToolCall
from devstack.claude_simulator.api.schema import CountRequest, TextBlock
from devstack.claude_simulator.understanding.details import find_details
from devstack.claude_simulator.understanding.intents import Intent, find_intents, matched, wanted_language
from devstack.claude_simulator.understanding.text import clean, language_of

PROFILE_TOOL = "save_profile"
_ELEMENT = r"<{0}\b[^>]*>(.*?)</{0}>"
_SPEAKER = re.compile(r"^(customer|agent)\s*:\s?", re.I)
_ORDER = re.compile(r"#\d{1,9}\b")
_QUOTE = 60
_POINTS = 10
_LANGUAGES = {"he": "Hebrew", "en": "English", "ru": "Russian", "ar": "Arabic"}
# The first that fits tells what a message was about.
_TOPICS = (
    (Intent.CANCEL, "asked to cancel", "ביקש/ה לבטל"),
    (Intent.MY_ORDERS, "asked about orders", "שאל/ה על הזמנות"),
    (Intent.PAST_ORDER, "asked about orders", "שאל/ה על הזמנות"),
    (Intent.REMOVE, "asked to change the order", "ביקש/ה לשנות את ההזמנה"),
    (Intent.CHANGE, "asked to change the order", "ביקש/ה לשנות את ההזמנה"),
    (Intent.COMPLAINT, "complained", "התלונן/ה"),
    (Intent.HUMAN, "asked for a person", "ביקש/ה נציג"),
    (Intent.MILD, "looked for something mild", "חיפש/ה משהו עדין"),
    (Intent.PRICE, "asked for a price", "שאל/ה על מחיר"),
    (Intent.ABOUT, "asked about a product", "שאל/ה על מוצר"),
    (Intent.BUSINESS, "asked about hours, delivery or contact", "שאל/ה על שעות, משלוח או קשר"),
    (Intent.CATALOG, "asked what is sold", "שאל/ה מה נמכר"),
    (Intent.ADD, "asked to add", "ביקש/ה להוסיף"),
    (Intent.ORDER, "wanted to order", "רצה/תה להזמין"),
)
_WORDS = {
    "en": {"customer": "The customer", "agent": "The agent named order"},
    "he": {"customer": "הלקוח/ה", "agent": "הנציג/ה הזכיר/ה את הזמנה"},
}


@dataclass
class _Facts:
    """What the customer's lines tell of the customer; the latest word counts."""

    profile: dict[str, str] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)

    def take(self, message: str) -> None:
        """Learn from one message of the customer."""
        text = clean(message)
        details, _ = find_details(text, None)
        found = {"name": details.name, "phone": details.phone, "address": details.address}
        self.profile.update({key: value for key, value in found.items() if value})
        asked = wanted_language(text)
        if asked or (language_of(text) and "language" not in self.profile):
            self.profile["language"] = asked or language_of(text) or ""
        for note in matched(Intent.LASTING_WISH, text):
            self.notes[note.strip()] = None


def is_summary(request: CountRequest) -> bool:
    """Whether a request asks for a summary."""
    return not request.tools and "<dialogue>" in _text(request)


def is_profile(request: CountRequest) -> bool:
    """Whether a request asks for the customer's facts."""
    return any(tool.name == PROFILE_TOOL for tool in request.tools) and "<dialogue>" in _text(request)


def profile(request: CountRequest) -> Answer:
    """The call that saves what the customer said of themselves; only what was said."""
    facts = _facts(_dialogue(request))
    fields: dict[str, Any] = dict(facts.profile)
    if facts.notes:
        fields["notes"] = "; ".join(facts.notes)
    return Answer(calls=(ToolCall(PROFILE_TOOL, fields),))


def summary(request: CountRequest) -> Answer:
    """The previous summary folded together with the dialogue."""
    lines = _dialogue(request)
    previous = _element(_text(request), "previous_summary").splitlines()
    known = {key: value for line in previous if (pair := _fact_line(line)) for key, value in [pair]}
    known.update(_facts(lines).profile)
    points = [line for line in previous if line.startswith("- ")]
    language = "he" if language_of(" ".join(text for _, text in lines)) == "he" else "en"
    points += [point for speaker, text in lines if (point := _point(speaker, text, language))]
    head = [f"{key}: {_LANGUAGES.get(value, value)}" for key, value in known.items() if value]
    return Answer("\n".join([*head, *list(dict.fromkeys(points))[-_POINTS:]]) or "Nothing was said yet.")


def _facts(lines: list[tuple[str, str]]) -> _Facts:
    facts = _Facts()
    for speaker, text in lines:
        if speaker == "customer":
            facts.take(text)
    return facts


def _point(speaker: str, text: str, language: str) -> str:
    """One line of a summary, in Hebrew for a Hebrew dialogue, else in English; empty for small talk."""
    short, named = " ".join(text.split()), _WORDS[language][speaker]
    if speaker == "agent":
        numbers = list(dict.fromkeys(_ORDER.findall(short)))[:3]
        return f"- {named} {', '.join(numbers)}" if numbers else ""
    intents = find_intents(clean(short))
    topic = next(((english, hebrew) for intent, english, hebrew in _TOPICS if intent in intents), None)
    quoted = short if len(short) <= _QUOTE else short[: _QUOTE - 1] + "…"
    return f"- {named} {topic[language == 'he']}: {quoted}" if topic else ""


def _fact_line(line: str) -> tuple[str, str] | None:
    key, colon, value = line.partition(": ")
    return (key, value) if colon and key in ("name", "phone", "address", "language") else None


def _dialogue(request: CountRequest) -> list[tuple[str, str]]:
    """Speaker and words of each message; a line without a speaker goes on with the one before."""
    lines: list[tuple[str, str]] = []
    for line in _element(_text(request), "dialogue").strip().splitlines():
        match = _SPEAKER.match(line)
        if match:
            lines.append((match[1].lower(), unescape(line[match.end() :])))
        elif lines:
            speaker, before = lines[-1]
            lines[-1] = (speaker, f"{before}\n{unescape(line)}")
    return lines


def _element(text: str, name: str) -> str:
    match = re.search(_ELEMENT.format(name), text, re.DOTALL)
    return match[1].strip() if match else ""


def _text(request: CountRequest) -> str:
    blocks = request.messages[-1].content if request.messages else []
    return "\n".join(block.text for block in blocks if isinstance(block, TextBlock))
