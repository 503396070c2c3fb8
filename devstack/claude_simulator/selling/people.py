"""What customers say of themselves: name, phone, address, language."""

from typing import Any

from devstack.claude_simulator.selling.failures import explain
from devstack.claude_simulator.selling.flow import Flow, Part
from devstack.claude_simulator.selling.scene import Scene, call, known_address
from devstack.claude_simulator.understanding.text import clean, forms, words

_SHORT = 3


def facts_said(scene: Scene) -> dict[str, Any]:
    """Profile fields that the customer stated outright in these messages."""
    details = scene.heard.details
    fields: dict[str, Any] = {}
    if details.name:
        fields["name"] = details.name
    if details.phone or _shared_phone(scene):
        fields["phone"] = details.phone or _shared_phone(scene)
    if details.address and (details.address_is_own or _address_stands_alone(scene)):
        fields["address"] = details.address
    if scene.heard.wanted_language:
        fields["language"] = scene.heard.wanted_language
    return fields


def learn(scene: Scene, fields: dict[str, Any]) -> Flow:
    """Write the facts to the profile and acknowledge what was written."""
    if not scene.can("update_customer_profile"):
        return Part(_greeted(scene, fields))
    (outcome,) = yield call("update_customer_profile", **fields)
    if outcome.failed:
        return explain(scene, outcome)
    texts = [_greeted(scene, fields)] if "name" in fields else []
    if "phone" in fields:
        texts.append(scene.say("phone_saved"))
    if "address" in fields and not scene.pending:
        texts.append(scene.say("address_saved", address=fields["address"]))
    if "language" in fields:
        texts.append(scene.say("language_switched"))
    return Part(" ".join(text for text in texts if text), opens=True)


def staff_said(scene: Scene) -> Part:
    """What a person of the business wrote in this conversation: about what is asked, else the last of it."""
    written = scene.memory.staff
    if not written:
        return Part(scene.say("staff_silent"), scene.say("ask_human_for_detail"))
    asked = {form for word in words(scene.heard.text) if len(word.text) > _SHORT for form in forms(word.text)}
    about = [text for text in written if any(forms(word.text) & asked for word in words(clean(text)))]
    return Part(scene.say("staff_said", text=(about or written)[-1]), scene.say("ask_something_else"))


def own_address(scene: Scene) -> Part:
    """Where things are sent to this customer, as far as it is known."""
    known = known_address(scene)
    return Part(scene.say("address_known", address=known)) if known else Part("", scene.say("ask_address"))


def _greeted(scene: Scene, fields: dict[str, Any]) -> str:
    return scene.say("nice_to_meet", name=scene.customer_name) if "name" in fields else ""


def _shared_phone(scene: Scene) -> str:
    """The number in a contact that was shared."""
    for message in scene.messages:
        digits = "".join(char for char in message.text if char.isdigit() or char == "+")
        if message.kind == "contact" and len(digits) >= 9:
            return digits
    return ""


def _address_stands_alone(scene: Scene) -> bool:
    """An address without any order to put it on belongs to the person."""
    heard, memory = scene.heard, scene.memory
    ordering = heard.wishes or heard.amount or memory.basket or memory.proposal
    return not scene.pending and not ordering
