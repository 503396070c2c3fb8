"""What to do about a group of messages: which flows answer it, in the order in which their words should stand."""

from dataclasses import replace

from devstack.claude_simulator.selling import media, people
from devstack.claude_simulator.selling.actions import actions
from devstack.claude_simulator.selling.flow import Flow, Part, saying
from devstack.claude_simulator.selling.questions import questions
from devstack.claude_simulator.selling.scene import Scene
from devstack.claude_simulator.understanding.addresses import bare_address
from devstack.claude_simulator.understanding.details import names_time
from devstack.claude_simulator.understanding.figures import hide_figures
from devstack.claude_simulator.understanding.intents import Intent


def plan(scene: Scene) -> list[Flow]:
    """The flows of one group of messages; never none."""
    scene = _with_bare_address(scene)
    if scene.heard.has(Intent.STAFF_SAID) and not scene.heard.wishes:
        return [saying(people.staff_said(scene))]
    if scene.heard.has(Intent.MY_ADDRESS) and not scene.heard.details.address:
        return [saying(people.own_address(scene))]
    flows: list[Flow] = []
    remark = media.remark(scene)
    if remark:
        flows.append(saying(remark))
    facts = people.facts_said(scene)
    if facts:
        flows.append(people.learn(scene, facts))
    done = actions(scene)
    flows += done + questions(scene, acted=bool(done))
    if not flows:
        return [saying(_small_talk(scene))]
    return [*_courtesies(scene, acted=bool(done or facts)), *flows]


def _courtesies(scene: Scene, *, acted: bool) -> list[Flow]:
    name = comma_name(scene)
    if scene.heard.has(Intent.GREET) and not acted:
        return [saying(Part(scene.say("hello", name=name), opens=True))]
    if scene.heard.has(Intent.THANKS) and not acted:
        return [saying(Part(scene.say("with_pleasure", name=name), opens=True))]
    return []


_SMALL_TALK = (
    (Intent.BYE, "goodbye", ""),
    (Intent.HOW_ARE_YOU, "fine_thanks", "ask_how_to_help"),
    (Intent.GREET, "hello", "ask_how_to_help"),
    (Intent.NO, "all_right", "here_if_needed"),
    (Intent.THANKS, "with_pleasure", "here_if_needed"),
    (Intent.YES, "", "ask_what_to_order"),
    (Intent.ORDER, "", "ask_what_to_order"),
    (Intent.ADD, "", "ask_what_to_order"),
)


def _small_talk(scene: Scene) -> Part:
    """Words that ask for nothing."""
    if scene.heard.has(Intent.YES) and scene.memory.asked_where and not scene.heard.has(Intent.BYE):
        return Part("", scene.say("ask_where"))
    for intent, key, ask in _SMALL_TALK:
        if scene.heard.has(intent):
            text = scene.say(key, name=comma_name(scene)) if key else ""
            closing = "ask_what_to_order" if ask and scene.heard.has(Intent.ORDER) else ask
            return Part(text, scene.say(closing) if closing else "")
    if not any(char.isalnum() for char in scene.heard.text):
        return Part("", scene.say("ask_how_to_help"))
    return Part(scene.say("not_understood"))


def comma_name(scene: Scene) -> str:
    """The customer's name as an address within a sentence, or nothing."""
    comma = "، " if scene.language == "ar" else ", "
    return f"{comma}{scene.customer_name}" if scene.customer_name else ""


# "Make it 4" answers no "where to?", though it ends in a number.
_NO_PLACE = (
    Intent.ORDER,
    Intent.ADD,
    Intent.REMOVE,
    Intent.CHANGE,
    Intent.SWAP,
    Intent.CANCEL,
    Intent.REPEAT,
    Intent.HAVE,
    Intent.PRICE,
    Intent.TOTAL,
)


def _with_bare_address(scene: Scene) -> Scene:
    """After "where to?" a line such as "Herzl 15, Tel Aviv" is the address, not an amount."""
    heard = scene.heard
    waiting = scene.memory.asked_where or any(not order.fulfillment for order in scene.pending)
    # Who tells a name or a phone number does not answer the question.
    told = heard.details.address or heard.details.name or heard.details.phone or heard.details.fulfillment
    figures = names_time(heard.text) or hide_figures(heard.text) != heard.text  # "at 10:30", "for 2 people"
    address = bare_address(heard.text) if waiting and not (told or figures) else ""
    if not address or heard.wishes or heard.has(*_NO_PLACE):
        return scene
    details = replace(heard.details, address=address, fulfillment="delivery")
    clauses = tuple(replace(clause, loose=(), unknown=()) for clause in heard.clauses)
    return replace(scene, heard=replace(heard, details=details, clauses=clauses))
