"""The salesperson as a whole: from a conversation to the next answer of the model."""

from collections.abc import Mapping
from dataclasses import replace

from devstack.claude_simulator.api.message import Answer, ToolCall
from devstack.claude_simulator.reading.catalog import Product
from devstack.claude_simulator.reading.context import Context
from devstack.claude_simulator.reading.conversation import Conversation, Segment
from devstack.claude_simulator.selling.flow import NeedsTools, Outcomes, Part, replay
from devstack.claude_simulator.selling.memory import Memory, remember
from devstack.claude_simulator.selling.plan import plan
from devstack.claude_simulator.selling.scene import Scene, with_outcomes
from devstack.claude_simulator.understanding.hearing import hear
from devstack.claude_simulator.wording.phrases import LANGUAGES, say


def answer(conversation: Conversation) -> Answer:
    """The next model answer: tool calls whose results are missing, or the reply."""
    outcomes = Outcomes(conversation.now.outcomes)
    first = next((s.context for s in conversation.now.segments if s.context), None) or Context()
    memory = remember(conversation.past, conversation.catalog, first.today)
    parts: list[Part] = []
    scene: Scene | None = None
    try:
        for segment in conversation.now.segments:
            scene = _scene(conversation, segment, first, memory, outcomes)
            parts += replay(plan(scene), outcomes)
    except NeedsTools as needed:
        return Answer(calls=tuple(_fitting(call, conversation.tools) for call in needed.calls))
    language = scene.language if scene else "en"
    text = _compose(parts) or say(language, "not_understood")
    return Answer(_corrected(conversation, text, language))


def _fitting(call: ToolCall, tools: Mapping[str, frozenset[str]]) -> ToolCall:
    """The call with just those fields that the tool says it takes."""
    fields = tools.get(call.name)
    return ToolCall(call.name, {key: value for key, value in call.input.items() if key in fields}) if fields else call


def _scene(conversation: Conversation, segment: Segment, first: Context, memory: Memory, outcomes: Outcomes) -> Scene:
    context = segment.context or first
    words = "\n".join(message.words for message in segment.messages if message.words)
    heard = hear(words, conversation.catalog, context.today)
    place = next((message.place for message in segment.messages if message.place), "")
    if place and not heard.details.address:
        heard = replace(heard, details=replace(heard.details, address=place, fulfillment="delivery"))
    orders = context.orders if segment.context else with_outcomes(context.orders, outcomes.used)
    scene = Scene(
        catalog=conversation.catalog,
        context=context,
        heard=heard,
        memory=memory,
        messages=tuple(segment.messages),
        orders=orders,
        tools=conversation.tools,
        language="en",
    )
    return replace(scene, language=_language(scene))


def _language(scene: Scene) -> str:
    """A language asked for wins, then that of the message unless it is only a word or two, then the habit."""
    asked = scene.heard.wanted_language or scene.memory.wanted_language
    if asked:
        return asked
    habit = scene.memory.language or scene.context.customer.get("language", "")[:2]
    spoken = scene.heard.language
    names_only = all(_is_name(word, scene.heard.products) for word in scene.heard.text.split())
    language = habit if habit and (spoken is None or (spoken == "en" and names_only)) else spoken or habit
    return language if language in LANGUAGES else "en"


def _is_name(word: str, products: tuple[Product, ...]) -> bool:
    """A Latin product name or "ok" in the middle of another language changes nothing."""
    names = {part.lower() for product in products for name in product.names.values() for part in name.split()}
    return word.lower().strip(".,!?") in names | {"ok", "okay", "kg"} or not any(char.isalpha() for char in word)


def _compose(parts: list[Part]) -> str:
    """One reply: what opens first, then the rest, and a single question at the end."""
    spoken = [part for part in parts if part.text]
    texts = [part.text for part in spoken if part.opens] + [part.text for part in spoken if not part.opens]
    asks = [part.ask for part in parts if part.ask]
    ask = asks[0] if asks else ""
    short = all("\n" not in text for text in texts)
    body = (" " if short else "\n\n").join(dict.fromkeys(texts))
    if not body:
        return ask
    return f"{body}\n\n{ask}" if "\n" in body or "\n" in ask else f"{body} {ask}".strip()


def _corrected(conversation: Conversation, text: str, language: str) -> str:
    """After a refusal by the platform: the honest reply, or less of it if just that was refused."""
    if any(text.strip() == refused.strip() for refused in conversation.now.rejected):
        return say(language, "cautious")
    return text
