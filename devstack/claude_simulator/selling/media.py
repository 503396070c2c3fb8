"""Messages that are not text: what can be used of them, and a kind word for the rest."""

from devstack.claude_simulator.selling.flow import Part
from devstack.claude_simulator.selling.scene import Scene

_KNOWN = ("voice", "photo", "sticker", "location", "contact", "video", "document")


def remark(scene: Scene) -> Part | None:
    """What to say of the kinds that came; None if all were text or a caption says it all."""
    kinds = list(dict.fromkeys(message.kind for message in scene.messages if message.kind != "text"))
    remarks = [text for kind in kinds if (text := _remark(scene, kind))]
    return Part(" ".join(remarks), opens=True) if remarks else None


def _remark(scene: Scene, kind: str) -> str:
    own = [message for message in scene.messages if message.kind == kind]
    if any(message.words for message in own):
        return scene.say("got_caption")
    if _says_enough(scene, kind):
        return ""
    return scene.say(f"got_{kind}" if kind in _KNOWN else "got_other")


def _says_enough(scene: Scene, kind: str) -> bool:
    """Whether what came needs no remark: it was used, or words came with it."""
    if kind == "contact":
        return any(message.kind == kind and message.text for message in scene.messages)
    if kind == "location":
        return bool(scene.heard.details.address)
    return kind == "sticker" and any(message.words for message in scene.messages)
